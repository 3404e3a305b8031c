"""Whatever is altered in a bundle is refused, also where bundle.json is made to fit."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.verifier import supervise_verify
from tests.verifier.naive_bundle import BATCH_IDS, RUN_ID, files_of_a_bundle, listed
from tests.verifier.naive_log import NaiveLog, write_zip

FILES = files_of_a_bundle()
NOT_ATTESTED = {"README.txt", "verify.py", "report.html", "report.pdf", "facts/L1.json"}
ATTESTED = sorted(FILES.keys() - NOT_ATTESTED - {"bundle.json"})
WHOLE, PART = (f"batches/{batch_id}.ndjson" for batch_id in BATCH_IDS)
RUN = f"runs/{RUN_ID}.ndjson"
SOME = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@pytest.fixture
def verified(tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Exit status and what was said."""

    def verify(files: Mapping[str, bytes], *options: str) -> tuple[int, str]:
        said: list[str] = []
        write_zip(tmp_path / "bundle.zip", files)
        status = supervise_verify.main([str(tmp_path / "bundle.zip"), *options], said.append)
        return status, "\n".join(said)

    return verify


Verified = Callable[..., tuple[int, str]]


def altered_byte(data: bytes, place: int, change: int) -> bytes:
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def test_the_bundle_holds_and_says_what_nobody_attests(verified: Verified) -> None:
    status, said = verified(FILES)
    assert status == 0
    assert {line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("NOTE")} == {
        *NOT_ATTESTED,
        "keys",
    }


@SOME
@given(data=st.data())
def test_no_byte_of_any_file_can_be_altered(verified: Verified, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES.keys() - {"bundle.json"})))
    place = data.draw(st.integers(0, len(FILES[name]) - 1))
    change = data.draw(st.integers(1, 255))
    status, said = verified({**FILES, name: altered_byte(FILES[name], place, change)})
    assert status == 1
    assert name in said


@settings(parent=SOME, max_examples=250)
@given(data=st.data())
def test_no_byte_that_the_ledger_attests_can_be_altered_and_hidden(
    verified: Verified, data: st.DataObject
) -> None:
    """What says the same in other bytes, as JSON can, may pass."""
    name = data.draw(st.sampled_from(ATTESTED))
    place = data.draw(st.integers(0, len(FILES[name]) - 1))
    altered = altered_byte(FILES[name], place, data.draw(st.integers(1, 255)))
    status, _ = verified(listed({**FILES, name: altered}))
    assert status == 1 or meaning(name, altered) == meaning(name, FILES[name])


def meaning(name: str, content: bytes) -> object:
    is_lines = name.endswith(".ndjson")
    return [json.loads(line) for line in content.removesuffix(b"\n").split(b"\n")] if is_lines else content


@SOME
@given(data=st.data())
def test_a_file_cut_off_is_refused(verified: Verified, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(ATTESTED))
    status, _ = verified(
        listed({**FILES, name: FILES[name][: data.draw(st.integers(0, len(FILES[name]) - 1))]})
    )
    assert status == 1


@pytest.mark.parametrize("name", ATTESTED)
def test_a_file_that_is_missing_is_refused(verified: Verified, name: str) -> None:
    status, _ = verified({other: content for other, content in FILES.items() if other != name})
    assert status == 1


@pytest.mark.parametrize(
    "name", [each for each in ATTESTED if each.startswith(("entries/", "check", "keys"))]
)
def test_what_leads_to_the_ledger_cannot_be_left_out_and_hidden(verified: Verified, name: str) -> None:
    status, _ = verified(listed({other: content for other, content in FILES.items() if other != name}))
    assert status == 1


@SOME
@given(data=st.data())
def test_a_byte_of_the_zip_changes_nothing_that_is_read_or_is_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "bundle.zip"
    write_zip(path, FILES)
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    path.write_bytes(altered_byte(content, place, data.draw(st.integers(1, 255))))
    if supervise_verify.main([str(path)], lambda _: None) == 0:
        with ZipFile(path) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == FILES


@settings(parent=SOME, max_examples=150)
@given(data=st.data())
def test_a_byte_of_the_table_changes_nothing_that_is_checked_or_is_refused(
    verified: Verified, data: st.DataObject
) -> None:
    """What the table says about itself (`about`, when it was made) nobody attests."""
    table = FILES["bundle.json"]
    altered = altered_byte(table, data.draw(st.integers(0, len(table) - 1)), data.draw(st.integers(1, 255)))
    status, _ = verified({**FILES, "bundle.json": altered})
    if status == 0:
        before, after = json.loads(table), json.loads(altered)
        checked = ("v", "kind", "checkpoint_size", "entries", "files")
        assert [before[name] for name in checked] == [after[name] for name in checked]


def with_line(number: int, **changes: object) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda lines: [{**line, **changes} if n == number else line for n, line in enumerate(lines)]


LINES: dict[str, tuple[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]]] = {
    "another record": (WHOLE, with_line(0, record_utf8="{}")),
    "another outcome": (WHOLE, with_line(2, outcome=1)),
    "an outcome beyond": (WHOLE, with_line(2, outcome=5)),
    "another salt": (WHOLE, with_line(1, salt="00" * 16)),
    "a salt with a byte of the record": (WHOLE, with_line(2, salt="00" * 17)),
    "a record left out": (WHOLE, lambda lines: lines[:-1]),
    "a record too many": (WHOLE, lambda lines: [*lines, {**lines[-1], "n": 3}]),
    "two records swapped": (WHOLE, lambda lines: [{**lines[1], "n": 0}, {**lines[0], "n": 1}, lines[2]]),
    "records out of order": (WHOLE, lambda lines: lines[::-1]),
    "a field too many": (WHOLE, with_line(0, verified=True)),
    "a record twice": (PART, lambda lines: [lines[0], *lines]),
    "another place": (PART, with_line(0, n=1)),
    "a place beyond": (PART, with_line(1, n=5)),
    "a negative place": (PART, with_line(0, n=-1)),
    "a path cut off": (PART, lambda lines: [{**each, "path": each["path"][:-1]} for each in lines]),
    "a path padded": (PART, lambda lines: [{**each, "path": [*each["path"], "00" * 32]} for each in lines]),
    "a path reversed": (PART, lambda lines: [{**each, "path": each["path"][::-1]} for each in lines]),
    "no path": (PART, lambda lines: [{k: v for k, v in each.items() if k != "path"} for each in lines]),
    "a path of one line left out": (PART, lambda lines: [{**lines[0]}, {**lines[1], "path": []}]),
    "short hashes": (
        PART,
        lambda lines: [{**each, "path": [h[:-2] for h in each["path"]]} for each in lines],
    ),
    "a decision that says otherwise": (RUN, with_line(0, document='{"eligibility":"eligible"}')),
    "a decision of somebody else": (RUN, with_line(0, n=2)),
}


@pytest.mark.parametrize("what", LINES)
def test_disclosed_lines_are_those_of_the_tree(verified: Verified, what: str) -> None:
    name, change = LINES[what]
    lines = change([json.loads(line) for line in FILES[name].splitlines()])
    content = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    status, said = verified(listed({**FILES, name: content}))
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith("REFUSE") and name in line]


def table_with(change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    stated = json.loads(FILES["bundle.json"])
    change(stated)
    return {**FILES, "bundle.json": json.dumps(stated).encode()}


TABLES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another size": lambda stated: stated.update(checkpoint_size=10),
    "another version": lambda stated: stated.update(v=2),
    "an entry left out": lambda stated: stated["entries"].pop(1),
    "an entry under another kind": lambda stated: stated["entries"][1].update(kind="access"),
    "a run passed off as something else": lambda stated: stated["entries"][3].update(kind="batch"),
    "an entry under another index": lambda stated: stated["entries"][1].update(index=3),
    "a run on fewer batches": lambda stated: stated["entries"][3].update(batches=[2]),
    "a run on batches in another order": lambda stated: stated["entries"][3].update(batches=[6, 2]),
    "a run on an entry that is no batch": lambda stated: stated["entries"][3].update(batches=[1, 6]),
    "a run on unnamed batches": lambda stated: stated["entries"][3].pop("batches"),
}


@pytest.mark.parametrize("what", TABLES)
def test_the_table_of_contents_is_held_against_the_ledger(verified: Verified, what: str) -> None:
    status, _ = verified(table_with(TABLES[what]))
    assert status == 1


def test_two_files_of_one_name_are_refused(verified: Verified, tmp_path: Path) -> None:
    assert verified(FILES)[0] == 0
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(tmp_path / "bundle.zip", "a") as archive:
        archive.writestr(WHOLE, FILES[WHOLE])
    assert supervise_verify.main([str(tmp_path / "bundle.zip")], lambda _: None) == 1


def test_two_files_of_one_name_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is unpacked thirty times under one name costs nothing."""
    path = tmp_path / "bundle.zip"
    write_zip(path, {"bundle.json": b"{}", "zeros": b""})
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(path, "a") as archive:
        archive.writestr("zeros", b"0")
    opened: list[object] = []
    monkeypatch.setattr(ZipFile, "open", lambda _, name, *__: opened.append(name))
    said: list[str] = []
    assert supervise_verify.main([str(path)], said.append) == 1
    assert "two files have one name" in "".join(said)
    assert not opened


def test_a_bundle_that_unpacks_to_more_than_memory_holds_is_refused_unread(tmp_path: Path) -> None:
    """Its table says so; nobody reads more of a file than its table says."""
    path = tmp_path / "bundle.zip"
    write_zip(path, {"bundle.json": b"{}", "verify.py": b"", "keys": b""})
    first, *others = path.read_bytes().split(b"PK\x01\x02")
    claimed = [each[:20] + (3 << 30).to_bytes(4, "little") + each[24:] for each in others]
    path.write_bytes(b"PK\x01\x02".join([first, *claimed]))
    said: list[str] = []
    assert supervise_verify.main([str(path)], said.append) == 1
    assert any("4 GiB" in line for line in said)


@SOME
@given(content=st.binary(max_size=300))
def test_what_is_no_bundle_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("bundle.zip", "proof.json"):
        (tmp_path / name).write_bytes(content)
        assert supervise_verify.main([str(tmp_path / name)], lambda _: None) == 1


def test_sizes_that_nobody_could_count_to_are_refused_at_once(verified: Verified, tmp_path: Path) -> None:
    with pytest.raises(supervise_verify.Refused):
        supervise_verify.check_lines(FILES[WHOLE], 10**18, "00" * 32)
    log = NaiveLog([])
    body = f"{log.origin}\n{10**18}\n{'A' * 43}=\n"
    (tmp_path / "checkpoint").write_text(f"{body}\n{log.signer.line(body)}")
    assert supervise_verify.main([str(tmp_path), "--key", log.signer.vkey], lambda _: None) == 1
    assert verified({**FILES, "bundle.json": b"[" * 100_000})[0] == 1


def test_a_key_got_elsewhere_counts_and_the_ones_that_came_along_do_not(verified: Verified) -> None:
    keys = [line.split(" ")[1] for line in FILES["keys"].decode().splitlines()]
    stranger = NaiveLog([], "log.example/ledger").signer.vkey
    assert verified(FILES, "--key", keys[0])[0] == 0
    assert verified(FILES, "--key", stranger, "--key", keys[0])[0] == 0
    assert verified(FILES, "--key", stranger)[0] == 1
    assert verified(FILES, "--key", keys[1])[0] == 1
    forged = listed({**FILES, "keys": f"log {stranger}\n".encode()})
    assert verified(forged)[0] == 1
    assert verified(forged, "--key", keys[0])[0] == 0


def test_what_a_file_is_called_cannot_steer_the_terminal(verified: Verified) -> None:
    status, said = verified(listed({**FILES, "facts/\x1b[2K\rOK.json": b"{}"}))
    assert status == 0
    assert "\x1b" not in said
