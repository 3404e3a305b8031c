"""The directory in which the processes of a server count."""

import subprocess
import sys
from pathlib import Path

from app.cli.counts import directory_of_counts

KILLED = """
import os, signal, sys
from pathlib import Path
from app.cli.counts import directory_of_counts
with directory_of_counts(Path(sys.argv[1])) as counts:
    (counts / "counter_1.db").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_goes_with_its_server(tmp_path: Path) -> None:
    with directory_of_counts(tmp_path) as counts:
        (counts / "counter_1.db").touch()
    assert list((tmp_path / "metrics").iterdir()) == []


def test_servers_of_one_data_directory_count_apart(tmp_path: Path) -> None:
    with directory_of_counts(tmp_path) as one, directory_of_counts(tmp_path) as other:
        assert one != other
        assert set((tmp_path / "metrics").iterdir()) == {one, other}


def test_the_next_server_takes_away_what_a_killed_one_left(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=False)
    assert len(list((tmp_path / "metrics").iterdir())) == 1
    with directory_of_counts(tmp_path) as counts:
        assert list((tmp_path / "metrics").iterdir()) == [counts]
