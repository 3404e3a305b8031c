"""The verifier needs Python and nothing else: no package, no part of the program, no environment."""

import ast
import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.load import bundle
from tests.verifier.naive_bundle import SCRIPT, files_of_a_bundle
from tests.verifier.naive_log import NaiveLog, write_zip

PROOFS = SCRIPT.parents[2] / "docs" / "proofs.md"
ENTRIES = [b'{"kind":"access","number":%d}' % number for number in range(300)]


def run(script: Path, *arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """In a directory and an environment that hold nothing, isolated and without site packages."""
    command = [sys.executable, "-I", "-S", str(script), *arguments]
    return subprocess.run(command, cwd=directory, env={}, capture_output=True, text=True, check=False)


def test_it_imports_the_standard_library_alone() -> None:
    imported = set()
    for node in ast.walk(ast.parse(SCRIPT.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= sys.stdlib_module_names


def test_it_is_written_in_the_python_of_2019() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))


def test_the_documentation_names_the_hash_of_this_version() -> None:
    """Whoever gets the script in a bundle compares it with this one."""
    told = re.search(r"^```text verifier\n([0-9a-f]{64})\n```$", PROOFS.read_text(), re.MULTILINE)
    assert told is not None
    assert told[1] == hashlib.sha256(SCRIPT.read_bytes()).hexdigest()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Where nothing is but the bundle and the script that came in it."""
    files = files_of_a_bundle()
    write_zip(tmp_path / "bundle.zip", files)
    (tmp_path / "verify.py").write_bytes(files["verify.py"])
    return tmp_path


def test_the_script_in_the_bundle_verifies_it_where_only_python_is(elsewhere: Path) -> None:
    found = run(Path("verify.py"), "bundle.zip", directory=elsewhere)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.splitlines()[-1] == "核验通过 VERIFIED"


def test_status_one_tells_a_refusal_and_two_that_there_is_nothing_to_check(elsewhere: Path) -> None:
    files = files_of_a_bundle()
    write_zip(elsewhere / "altered.zip", {**files, "policies/standard-2026-01-01.yaml": b"other"})
    assert run(Path("verify.py"), "altered.zip", directory=elsewhere).returncode == 1
    assert run(Path("verify.py"), "nowhere.zip", directory=elsewhere).returncode == 2
    assert run(Path("verify.py"), directory=elsewhere).returncode == 2


def test_an_export_an_entry_and_growth_verify_there_too(tmp_path: Path) -> None:
    log = NaiveLog(ENTRIES)
    log.export(tmp_path / "export", older=[1, 255, 256, 299])
    (tmp_path / "keys").write_text(log.keys)
    (tmp_path / "7.json").write_bytes(ENTRIES[7])
    (tmp_path / "7.tlog-proof").write_text(log.tlog_proof(7))
    (tmp_path / "old").write_text(log.checkpoint(100))
    (tmp_path / "new").write_text(log.checkpoint(300))
    (tmp_path / "growth").write_text(log.growth(100, 300))
    path = [base64.b64decode(line).hex() for line in log.growth(100, 300).splitlines()]
    (tmp_path / "growth.json").write_text(json.dumps({"from": 100, "to": 300, "path": path}))
    growth = [["consistency", "old", "new", name] for name in ("growth", "growth.json")]
    for arguments in (["export"], ["7.json", "7.tlog-proof"], *growth):
        for keys in ([], ["--key", log.signer.vkey]):
            found = run(SCRIPT, *arguments, *keys, directory=tmp_path)
            assert found.returncode == 0, found.stdout
            assert ("随件公钥" in found.stdout) == (not keys)


def test_bundles_as_the_bench_makes_them_verify() -> None:
    assert [each.batches for each in bundle.measure(500)] == [1, 1, 5]
