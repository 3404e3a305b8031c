"""Files that others rely on are whole, private, and replaced at once."""

import stat
from pathlib import Path

from app.core import files


def test_a_file_is_for_its_owner_alone_and_leaves_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    files.replace(target, b"first")
    files.replace(target, b"second")
    assert target.read_bytes() == b"second"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_program_left_is_in_nobodys_way(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    (tmp_path / "state.json.draft").write_bytes(b"hal")
    files.replace(target, b"whole")
    assert target.read_bytes() == b"whole"
