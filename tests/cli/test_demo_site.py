"""Where a demo lies when nobody says."""

import os
from pathlib import Path

import pytest

from app.cli.demo_site import demo_dir
from app.core.config import default_data_dir
from tests.cli.programs import data_directory


def test_a_demo_lies_in_the_current_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    with data_directory() as checkout:
        monkeypatch.chdir(checkout)
        assert demo_dir(None) == checkout.resolve() / "var/demo"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database runs as another user")
def test_a_demo_of_root_lies_where_the_user_of_the_database_can_get(monkeypatch: pytest.MonkeyPatch) -> None:
    with data_directory() as checkout:
        checkout.chmod(0o700)
        monkeypatch.chdir(checkout)
        assert demo_dir(None) == default_data_dir() / "demo"


def test_who_says_where_is_obeyed(tmp_path: Path) -> None:
    assert demo_dir(tmp_path) == tmp_path.resolve()
