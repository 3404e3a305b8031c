"""`serve` and `worker` do not start unfit for production, and read secrets out of files."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.settings import settings_of
from app.core.config import SECRETS_DIR
from tests.cli.programs import environment_of

PROGRAM = (sys.executable, "-m", "app.cli")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_start_with_defaults_is_refused_in_a_sentence(command: str, tmp_path: Path) -> None:
    environment = environment_of({"SUPERVISE_PRODUCTION": "true", "SUPERVISE_DATA_DIR": str(tmp_path)})
    done = subprocess.run(
        [*PROGRAM, command], env=environment, capture_output=True, check=False, timeout=60, text=True
    )
    assert done.returncode == 1
    assert "SUPERVISE_ISSUER" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())


def test_a_secret_is_read_out_of_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "database_url").write_text("postgresql://program:of-a-file@localhost/supervise\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path))
    assert settings_of(None).database_url == "postgresql://program:of-a-file@localhost/supervise"
    monkeypatch.setenv("DATABASE_URL", "postgresql://of-the-environment@localhost/supervise")
    assert settings_of(None).database_url == "postgresql://of-the-environment@localhost/supervise"
