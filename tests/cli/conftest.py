"""What the programs under test are told of their place."""

from pathlib import Path

import pytest


@pytest.fixture
def foreign(database_url: str, tmp_path: Path) -> dict[str, str]:
    """A server behind DATABASE_URL: nothing embedded is started."""
    return {
        "DATABASE_URL": database_url,
        "SUPERVISE_DATA_DIR": str(tmp_path / "data"),
        "SUPERVISE_ACCEPT_FORGETFUL_DATABASE": "true",
    }
