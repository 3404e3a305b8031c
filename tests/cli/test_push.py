"""`supervise push` against a server that answers by a script."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.client import patience
from tests.client.misbehaving import CUT, Answer, MisbehavingServer

ERROR = {"pointer": "/status", "code": "invalid_value", "message": "status is not known"}


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer().running() as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def push(server: MisbehavingServer, file: Path, *options: str) -> Result:
    access = ["--server", server.url, "--client-id", "c", "--client-secret", "s"]
    return CliRunner().invoke(app, ["push", "attendance", str(file), *access, *options])


def receipt(*, received: int, rejections: list[dict[str, object]], rejected: int | None = None) -> Answer:
    count = len(rejections) if rejected is None else rejected
    return Answer(
        body={
            "batch_id": "b-1",
            "feed": "attendance",
            "received": received,
            "accepted": received - count,
            "unchanged": 0,
            "stale": 0,
            "rejected": count,
            "rejections": rejections,
            "ledger": {"leaf_hash": "00", "index": None},
            "received_at": "2026-11-20T00:00:00Z",
        }
    )


def rejection(line: int) -> dict[str, object]:
    return {"line": line, "record_key": {"lesson_id": "S1"}, "errors": [ERROR]}


def test_a_clean_file_ends_with_status_0_and_one_line(server: MisbehavingServer, tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"a":1}\n{"a":2}\n{"a":3}\n')
    ended = push(server, file, "--batch", "2")
    assert ended.exit_code == 0
    assert ended.stdout == "attendance: received 3, accepted 3, unchanged 0, stale 0, rejected 0\n"
    assert [len(seen.lines) for seen in server.seen] == [2, 1]
    assert not list(tmp_path.glob("*.rejected.*"))


def test_trouble_on_the_way_is_met_with_the_same_key(server: MisbehavingServer, tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"a":1}\n')
    server.script = [Answer(503), CUT]
    assert push(server, file).exit_code == 0
    assert len(server.seen) == 3
    assert len({seen.headers["Idempotency-Key"] for seen in server.seen}) == 1


def test_rejected_records_are_written_down_for_the_owner_alone_and_can_be_pushed_again(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('\n{"a":1}\n{"a": 2.50}\nbroken\n')
    server.script = [receipt(received=3, rejections=[rejection(2), rejection(3)])]
    ended = push(server, file, "--json")
    assert ended.exit_code == 1
    summary = json.loads(ended.stdout)
    assert (summary["received"], summary["accepted"], summary["rejected"]) == (3, 1, 2)

    rejected = Path(summary["rejected_file"])
    assert rejected == tmp_path / "a.ndjson.rejected.ndjson"
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert [(line["line"], line["record"]) for line in lines] == [(3, {"a": 2.5}), (4, "broken")]
    assert lines[0]["errors"] == [ERROR]

    server.seen.clear()
    assert push(server, rejected).exit_code == 0
    assert server.seen[0].lines == [b'{"a": 2.50}', b"broken"]


def test_a_file_that_somebody_is_mending_is_never_overwritten(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"a":1}\n')
    (tmp_path / "a.ndjson.rejected.ndjson").write_text("mine")
    server.script = [receipt(received=1, rejections=[rejection(1)])]
    assert json.loads(push(server, file, "--json").stdout)["rejected_file"].endswith(".2.rejected.ndjson")
    assert (tmp_path / "a.ndjson.rejected.ndjson").read_text() == "mine"


def test_rejections_beyond_the_hundred_of_a_receipt_are_fetched(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"a":1}\n{"a":2}\n')
    page = Answer(body={"items": [rejection(1), rejection(2)], "next_cursor": None})
    server.script = [receipt(received=2, rejections=[rejection(1)], rejected=2), page]
    ended = push(server, file, "--json")
    assert server.seen[1].path == "/api/v1/batches/b-1/rejections?limit=500"
    assert len(Path(json.loads(ended.stdout)["rejected_file"]).read_text().splitlines()) == 2


def test_csv_is_typed_by_the_schema_of_the_server(server: MisbehavingServer, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes("learner_id,revision,deleted\n李,2,true\n".encode("gb18030"))
    schema = {
        "properties": {
            "learner_id": {"type": "string"},
            "revision": {"type": "integer"},
            "deleted": {"type": "boolean"},
        }
    }
    page = {"items": [{"feed": "attendance", "schema": schema}], "next_cursor": None}
    server.script = [Answer(body=page)]
    assert push(server, file).exit_code == 0
    assert server.seen[1].lines == ['{"learner_id":"李","revision":2,"deleted":true}'.encode()]


def test_a_refusal_is_one_sentence_of_the_server_and_status_1(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text("{}\n")
    server.script = [Answer(403, {"title": "Not allowed", "detail": "Role regulator may not push."})]
    ended = push(server, file)
    assert ended.exit_code == 1
    assert ended.stderr.strip() == "supervise: Role regulator may not push."


def test_a_file_that_is_not_there_is_status_2(server: MisbehavingServer, tmp_path: Path) -> None:
    assert push(server, tmp_path / "none.ndjson").exit_code == 2


COUNTED = ((2, ("received",)), (1, ("accepted", "rejected")), (0, ("unchanged", "stale")))


def test_a_dry_run_says_who_would_change_and_stores_nothing(
    server: MisbehavingServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"a":1}\n{"a":2}\n')
    changed = {
        "class_group_id": "C1",
        "learner_id": "L1",
        "before": {"eligibility": "ineligible", "outlook": None, "subsidy_fen": None},
        "after": {"eligibility": "eligible", "outlook": None, "subsidy_fen": None},
        "facts": [{"fact": "attendance_rate", "before": 0.75, "after": 1}],
        "outcomes": [{"rule": "attendance-rate", "before": "fail", "after": "pass"}],
    }
    effect = {"touched": 1, "judged": 1, "remark": None, "changed": 1, "items": [changed], "more": 0}
    told: dict[str, object] = {name: number for number, names in COUNTED for name in names}
    marks = {"feed": "attendance", "rejections": [rejection(2)], "received_at": "2026-11-20T00:00:00Z"}
    server.script = [Answer(body={**told, **marks, "dry_run": True, "batch_id": None, "effect": effect})]
    ended = push(server, file, "--dry-run")
    assert ended.exit_code == 1
    assert "C1 L1: ineligible > eligible  attendance-rate: fail > pass" in ended.output
    assert (tmp_path / "a.ndjson.rejected.ndjson").exists()
    (seen,) = server.seen
    assert "Idempotency-Key" not in seen.headers
