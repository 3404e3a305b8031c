"""What is changed in a bundle is refused by the script that came along, whichever kind of file it is in."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.term import L2
from tests.evidence.bundles import bundle, packed, unpacked, verified

KINDS = (
    *("README.txt", "report.html", "report.pdf", "checkpoint", "keys", "bundle.json"),
    *("entries/*.json", "entries/*.tlog-proof", "batches/*.ndjson", "runs/*.ndjson"),
    *("policies/*.yaml", "facts/*.json"),
)
"""But for verify.py, which cannot vouch for itself."""
ATTESTED = {
    "entries/*.json": "received_at",
    "batches/*.ndjson": "present",
    "runs/*.ndjson": "eligible",
    "policies/*.yaml": "standard",
}
"""Kinds of files that are refused even where bundle.json was mended, and a word in them."""

Files = dict[str, bytes]


def first(files: Files, kind: str, word: bytes = b"") -> str:
    begin, _, end = kind.partition("*")
    return next(
        name for name in files if name.startswith(begin) and name.endswith(end) and word in files[name]
    )


def mended(files: Files) -> Files:
    """As somebody would do it who knows the format: bundle.json names the new hashes."""
    told: dict[str, Any] = json.loads(files["bundle.json"])
    told["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in told["files"]}
    return {**files, "bundle.json": json.dumps(told).encode()}


def assert_refused(files: Files, place: Path) -> None:
    done = verified(packed(files), place)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "REFUSE" in done.stdout


@pytest.fixture
async def files(closed: None, regulator: httpx.AsyncClient) -> Files:  # noqa: ARG001
    return unpacked(await bundle(regulator, L2))


async def test_a_bundle_that_was_packed_anew_is_as_good(files: Files, tmp_path: Path) -> None:
    done = verified(packed(mended(files)), tmp_path / "empty")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("change", [lambda content: content + b" ", lambda content: content[:-9], None])
async def test_every_kind_of_file_is_as_it_was_made(
    files: Files, tmp_path: Path, subtests: pytest.Subtests, change: Callable[[bytes], bytes] | None
) -> None:
    """Longer, shorter, or not there."""
    for kind in KINDS:
        if change is not None and kind == "bundle.json":
            continue
        with subtests.test(kind):
            name = first(files, kind)
            others = {each: content for each, content in files.items() if each != name}
            assert_refused(
                others if change is None else {**others, name: change(files[name])}, tmp_path / "x"
            )


async def test_what_is_attested_is_refused_though_the_list_was_mended(
    files: Files, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for kind, word in ATTESTED.items():
        with subtests.test(kind):
            name = first(files, kind, word.encode())
            changed = files[name].replace(word.encode(), word[::-1].encode(), 1)
            assert_refused(mended({**files, name: changed}), tmp_path / "x")


@pytest.mark.parametrize(("old", "new"), [('"outcome":1', '"outcome":2'), ('"n":1', '"n":0')])
async def test_a_record_has_its_outcome_and_its_place(
    files: Files, tmp_path: Path, old: str, new: str
) -> None:
    name = first(files, "batches/*.ndjson", old.encode())
    changed = files[name].replace(old.encode(), new.encode(), 1)
    assert_refused(mended({**files, name: changed}), tmp_path / "empty")


async def test_a_file_that_nobody_named_is_refused(files: Files, tmp_path: Path) -> None:
    assert_refused({**files, "batches/further.ndjson": b"{}"}, tmp_path / "empty")


async def test_a_record_that_was_left_out_is_noticed_where_all_were_told(
    files: Files, tmp_path: Path
) -> None:
    name = first(files, "batches/*.ndjson", b"S3")
    fewer = b"".join(files[name].splitlines(keepends=True)[:-1])
    assert_refused(mended({**files, name: fewer}), tmp_path / "empty")


async def test_a_batch_that_the_run_rests_on_cannot_be_left_out(files: Files, tmp_path: Path) -> None:
    """Nor another one put in its place: the run's entry commits to all of them."""
    told: dict[str, Any] = json.loads(files["bundle.json"])
    run = next(each for each in told["entries"] if each["kind"] == "assessment")
    run["batches"] = run["batches"][1:]
    assert_refused(mended({**files, "bundle.json": json.dumps(told).encode()}), tmp_path / "empty")
