"""`supervise ledger verify` says what the script says, and ends as it ends."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.verifier import supervise_verify
from tests.verifier.naive_bundle import files_of_a_bundle
from tests.verifier.naive_log import NaiveLog, write_zip

LOG = NaiveLog([b'{"kind":"access","number":%d}' % number for number in range(20)])


def invoked(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["ledger", "verify", *arguments])
    return done.exit_code, done.output


def test_a_bundle_an_export_and_an_altered_one(tmp_path: Path) -> None:
    bundle, export = tmp_path / "bundle.zip", tmp_path / "export"
    write_zip(bundle, files_of_a_bundle())
    LOG.export(export, older=[7])
    for path in (bundle, export):
        said: list[str] = []
        assert invoked(str(path)) == (supervise_verify.main([str(path)], said.append), "\n".join([*said, ""]))
        assert said[-1] == "核验通过 VERIFIED"
    (export / "tile/entries/000.p/20").write_bytes(b"\x00\x02{}")
    status, output = invoked(str(export), "--key", LOG.signer.vkey)
    assert status == 1
    assert output.endswith("核验未通过 REFUSED\n")


@pytest.mark.parametrize(("new", "status"), [(20, 0), (19, 1)])
def test_growth_between_two_checkpoints(tmp_path: Path, new: int, status: int) -> None:
    for name, text in [
        ("old", LOG.checkpoint(7)),
        ("new", LOG.checkpoint(new)),
        ("proof", LOG.growth(7, 20)),
    ]:
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in ("old", "new", "proof")]
    assert invoked(*files, "--key", LOG.signer.vkey)[0] == status


def test_a_path_that_is_nowhere_is_a_wrong_command_line() -> None:
    assert invoked("nowhere.zip")[0] == 2
