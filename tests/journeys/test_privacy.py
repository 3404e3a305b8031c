"""No ID number, phone or account is found outside its place: not in answers, logs, the database or files.

An ID number has no place in free text; a phone there is the platform's own word, and stays.

The values travel once through the running platform (`marked_journey`); each test looks in one place.
"""

import subprocess
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.models import BatchArchive, LedgerEntry
from app.db.session import reading
from app.ingest import archive
from app.privacy.keyring import KeyRing
from tests.house.marked_values import MarkedValues
from tests.journeys.marked_journey import SEARCH, Journey, travel
from tests.journeys.site import opened_site
from tests.journeys.walk import Answer, gets
from tests.server import CloneServer


@pytest.fixture(scope="module")
async def journey(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Journey]:
    async with opened_site(clone_server, tmp_path_factory.mktemp("site")) as site:
        yield await travel(site)


def is_own_original(answer: Answer) -> bool:
    """What a platform pushed and was rejected, it gets back to mend: the one place where numbers are told."""
    wanted = (answer.caller, answer.question.query.get("format"), answer.question.template)
    return wanted == ("platform", "ndjson", "/api/v1/batches/{batch_id}/rejections")


def test_every_endpoint_was_asked_and_answered(journey: Journey) -> None:
    answered = {answer.question.template for answer in journey.answers if answer.status == 200}
    assert set(gets(journey.document)) <= answered
    every = {path for path, operations in journey.document["paths"].items() if "post" in operations}
    assert every == {"/oauth/token", "/api/v1/feeds/{feed}", SEARCH}


def test_the_search_would_find_them(journey: Journey) -> None:
    """What a platform may see again is seen: the values came through, and are found where they stand."""
    originals = [answer.content for answer in journey.answers if is_own_original(answer)]
    assert len(journey.marked.traces_in(b"".join(originals))) > 50


def test_what_was_pushed_is_kept_in_the_archive(journey: Journey, archived: bytes) -> None:
    assert set(journey.archived) <= set(journey.marked.traces_in(archived))


@pytest.fixture
async def archived(journey: Journey) -> bytes:
    """Everything, opened with the key ring."""
    key_ring = KeyRing.load_or_create(journey.site.data_dir / "keyring.json")
    async with reading(journey.site.doors.database) as session:
        bodies = await session.execute(select(BatchArchive.batch_id, BatchArchive.body_sealed))
        return b"".join(archive.open_body(key_ring, BatchId(each), sealed) for each, sealed in bodies)


def test_an_enterprise_knows_its_own_learners_by_the_last_four(journey: Journey) -> None:
    last_four = f'"id_number_last_four":"{journey.id_number[-4:]}"'.encode()
    told = {
        (answer.caller, answer.question.template) for answer in journey.answers if last_four in answer.content
    }
    assert told == {
        ("enterprise", "/api/v1/eligibility/class-groups/{platform}/{class_group_id}"),
        ("enterprise", "/api/v1/eligibility/class-groups/{platform}/{class_group_id}/progress"),
        ("enterprise", "/api/v1/enterprises/{uscc}/eligibility-report"),
    }


def test_no_answer_holds_them(journey: Journey) -> None:
    contents = {answer.content: answer for answer in journey.answers if not is_own_original(answer)}
    found = MarkedValues(journey.marked.traces_in(b"\n".join(contents)))
    telling = [(*answer[:3], found.traces_in(content)) for content, answer in contents.items()]
    assert [each for each in telling if each[-1]] == []


def test_no_log_of_a_process_holds_them(journey: Journey) -> None:
    for program in journey.site.programs:
        assert '"level": "debug"' in program.output
        assert journey.marked.traces_in(program.log.read_bytes()) == []


def test_the_log_of_the_database_server_does_not_hold_them(
    journey: Journey, clone_server: CloneServer
) -> None:
    log = clone_server.server.log.read_bytes()
    assert b"ready to accept connections" in log
    assert journey.marked.traces_in(log) == []


def test_a_dump_of_the_database_does_not_hold_them(journey: Journey, clone_server: CloneServer) -> None:
    url = clone_server.superuser_url(journey.site.database_name)
    dump = subprocess.run([clone_server.tool("pg_dump"), url], check=True, capture_output=True).stdout
    assert b"COPY public.enrollments" in dump
    assert journey.batch_of[Feed.enrollments].encode() in dump
    assert journey.marked.traces_in(dump) == []


async def test_no_entry_of_the_ledger_holds_them(journey: Journey) -> None:
    async with reading(journey.site.doors.database) as session:
        envelopes = list(await session.scalars(select(LedgerEntry.envelope)))
    assert len(envelopes) > len(Feed)
    assert journey.marked.traces_in(b"\n".join(envelopes)) == []


def test_no_file_of_the_platform_holds_them(journey: Journey) -> None:
    """The spool least of all: large bodies pass through it, and leave nothing behind."""
    data_dir = journey.site.data_dir
    assert list((data_dir / "spool").iterdir()) == []
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert data_dir / "keyring.json" in files
    assert journey.marked.traces_in(b"\n".join(path.read_bytes() for path in files)) == []
