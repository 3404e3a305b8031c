"""Programs that share one server: nobody stops it while another one works."""

from pathlib import Path

from app.db import embedded, migrate
from tests.db.holder import holder, let_go, url_of
from tests.db.processes import is_running, kill, pid_of_server


def test_the_last_one_out_stops_the_server(data_dir: Path) -> None:
    with holder(data_dir) as one, holder(data_dir) as other:
        url_of(one)
        url_of(other)
        let_go(one)
        assert is_running(data_dir)
        let_go(other)
        assert not is_running(data_dir)


def test_a_migration_beside_a_running_program_leaves_its_server_alone(data_dir: Path) -> None:
    with holder(data_dir) as program:
        url_of(program)
        before = pid_of_server(data_dir)
        with embedded.lease(data_dir) as server:
            migrate.upgrade(server.owner_url)
        assert pid_of_server(data_dir) == before


def test_a_program_that_is_killed_leaves_a_server_that_the_next_one_joins_and_stops(data_dir: Path) -> None:
    with holder(data_dir) as program:
        url_of(program)
        kill(program.pid)
    left_behind = pid_of_server(data_dir)
    with embedded.lease(data_dir):
        assert pid_of_server(data_dir) == left_behind
    assert not is_running(data_dir)


def test_a_forked_child_does_not_stop_the_server_of_its_parent(data_dir: Path) -> None:
    with holder(data_dir, "--forks") as parent:
        url_of(parent)
        assert is_running(data_dir)
        let_go(parent)
        assert not is_running(data_dir)
