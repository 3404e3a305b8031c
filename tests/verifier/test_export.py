"""Whatever is altered in an exported ledger is refused: entries, tiles, checkpoints old and new."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.verifier import supervise_verify
from tests.verifier.naive_log import NaiveLog

LOG = NaiveLog([f'{{"kind":"access","number":{n}}}'.encode() for n in range(600)])
OLDER = (1, 256, 257, 599)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("export")
    LOG.export(directory, OLDER)
    return directory


@pytest.fixture
def export(exported: Path, tmp_path: Path) -> Path:
    """To be altered."""
    return Path(shutil.copytree(exported, tmp_path / "export"))


def status(directory: Path, said: list[str] | None = None) -> int:
    lines: list[str] = [] if said is None else said
    return supervise_verify.main([str(directory)], lines.append)


def names(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


def test_an_export_holds_and_every_part_is_named(exported: Path) -> None:
    said: list[str] = []
    assert status(exported, said) == 0
    assert [line for line in said if line.startswith("OK")][1].startswith("OK     tile/entries: 600")
    assert sum("checkpoints/" in line for line in said) == len(OLDER)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_can_be_altered(exported: Path, data: st.DataObject) -> None:
    """But in the line of a witness: one whose key nobody knows says nothing."""
    path = exported / data.draw(st.sampled_from(names(exported)))
    content = path.read_bytes()
    witness = content.find("— witness".encode()) if "checkpoint" in str(path) else len(content)
    place, change = data.draw(st.integers(0, witness - 1)), data.draw(st.integers(1, 255))
    path.write_bytes(content[:place] + bytes([content[place] ^ change]) + content[place + 1 :])
    try:
        assert status(exported) == 1
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize(
    "name", ["checkpoint", "keys", "tile/0/000", "tile/1/000.p/2", "tile/entries/002.p/88"]
)
def test_no_file_may_be_missing(export: Path, name: str) -> None:
    shutil.rmtree(export / name) if name == "checkpoints" else (export / name).unlink()
    assert status(export) == 1


def test_narrower_tiles_of_an_older_size_may_have_stayed(export: Path) -> None:
    NaiveLog(LOG.entries[:300]).export(export)
    LOG.export(export, OLDER)
    assert (export / "tile/0/001.p/44").is_file()
    assert status(export) == 0
    (export / "tile/0/001.p/44").write_bytes(bytes(32))
    assert status(export) == 1


ALTERATIONS: dict[str, Callable[[Path], object]] = {
    "a file that belongs to no tile": lambda at: (at / "tile/0/003").write_bytes(b""),
    "an older checkpoint of another history": lambda at: (at / "checkpoints/256").write_text(
        NaiveLog([*LOG.entries[:255], b"{}"]).checkpoint(256)
    ),
    "an older checkpoint that is newer": lambda at: (at / "checkpoints/601").write_text(
        _signed_by_the_same([*LOG.entries, b"{}"]).checkpoint(601)
    ),
    "an older checkpoint that the same key signed": lambda at: (at / "checkpoints/256").write_text(
        _signed_by_the_same([*LOG.entries[:255], b"{}"]).checkpoint(256)
    ),
    "the entries of two tiles swapped": lambda at: _swap(at / "tile/entries/000", at / "tile/entries/001"),
    "the whole ledger of somebody else": lambda at: NaiveLog(LOG.entries[::-1]).export(at),
    "an entry more in the last bundle": lambda at: _append(at / "tile/entries/002.p/88", b"\x00\x02{}"),
    "an entry cut off": lambda at: _append(at / "tile/entries/002.p/88", b"\x00\x09{}"),
}


def _signed_by_the_same(entries: list[bytes]) -> NaiveLog:
    log = NaiveLog(entries)
    log.signer, log.witness = LOG.signer, LOG.witness
    return log


def _swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _append(path: Path, more: bytes) -> None:
    path.write_bytes(path.read_bytes() + more)


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_export_is_refused_with_a_key_got_elsewhere(export: Path, what: str) -> None:
    ALTERATIONS[what](export)
    said: list[str] = []
    key = ["--key", LOG.signer.vkey]
    assert supervise_verify.main([str(export), *key], said.append) == 1
    assert any(line.startswith("REFUSE") for line in said)


def test_a_signature_by_an_unknown_key_is_named_as_such(exported: Path) -> None:
    said: list[str] = []
    assert supervise_verify.main([str(exported), "--key", LOG.signer.vkey], said.append) == 0
    assert "signed by log.example/ledger, 未知公钥 an unknown key witness.example/w1" in said[0]


def test_a_witness_with_a_known_key_must_have_signed_what_bears_its_name(export: Path) -> None:
    lines = (export / "checkpoint").read_text().split("\n")
    lines[5] = LOG.witness.line(LOG.body(599)).rstrip("\n")
    (export / "checkpoint").write_text("\n".join(lines))
    said: list[str] = []
    assert status(export, said) == 1
    assert any("witness.example/w1" in line for line in said if line.startswith("REFUSE"))
