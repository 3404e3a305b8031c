"""The server that a demo starts for itself, where it does not serve."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.demo import _serve_until_told
from app.cli.demo_site import RunningServer, ServerDidNotStart, ServerEnded, running_server


def test_one_that_does_not_start_is_said_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServerDidNotStart) as caught, running_server(tmp_path, "203.0.113.1", 1):
        pass
    assert str(tmp_path / "serve.log") in str(caught.value)
    assert "203.0.113.1:1" in (tmp_path / "serve.log").read_text()


def test_one_that_ends_by_itself_is_said_with_its_log(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    with pytest.raises(ServerEnded) as caught:
        _serve_until_told(RunningServer("http://127.0.0.1:1", tmp_path / "serve.log", process))
    assert str(tmp_path / "serve.log") in str(caught.value)
