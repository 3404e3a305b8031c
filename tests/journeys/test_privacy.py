"""No ID number, phone or account is found outside its place: not in answers, logs, the database or files.

An ID number has no place in free text; a phone there is the platform's own word, and stays.
The values travel once through the running platform (`marked_journey`); each subtest looks in one place.
"""

import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.models import BatchArchive, LedgerEntry
from app.db.session import reading
from app.ingest import archive
from app.ingest.feeds import DEFINITIONS
from app.privacy.keyring import KeyRing
from tests.house.marked_values import MarkedValues
from tests.journeys.marked_journey import Journey, travel
from tests.journeys.site import opened_site
from tests.journeys.walk import Answer
from tests.server import CloneServer

OK = 200
PROOF = "/api/v1/batches/{batch_id}/records/{line}/proof"


async def test_personal_data_stays_in_its_place(
    clone_server: CloneServer, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    async with opened_site(clone_server, tmp_path) as site:
        journey = await travel(site)
        for look in (
            every_endpoint_was_asked_and_answered,
            what_was_pushed_is_kept_in_the_archive,
            a_platform_gets_back_what_was_rejected,
            an_enterprise_knows_its_learners_by_the_last_four,
            an_official_was_told_one_for_a_purpose,
            a_bundle_held_what_it_is_of_for_a_purpose,
            no_answer_holds_it,
            no_log_of_a_process_holds_it,
            the_log_of_the_database_server_does_not_hold_it,
            a_dump_of_the_database_does_not_hold_it,
            no_entry_of_the_ledger_holds_it,
            no_file_of_the_platform_holds_it,
        ):
            with subtests.test(look.__name__):
                await look(journey)


TAKE_FILES = {"/api/v1/feeds/{feed}", "/api/v1/ledger/verifications/files"}
"""Pushed to before the walk, and verified in tests/web."""
TAKES_YEARS = {"/api/v1/disposals/{disposal_id}"}
"""Nothing may be disposed of yet (tests/retention searches a dump behind a disposal)."""


async def every_endpoint_was_asked_and_answered(journey: Journey) -> None:
    answered = {answer.question.template for answer in journey.answers if answer.status == OK}
    paths: dict[str, dict[str, object]] = journey.document["paths"]
    assert {path for path, operations in paths.items() if "get" in operations} - TAKES_YEARS <= answered
    written = {answer.question.template for answer in journey.answers}
    writes = {path for path, operations in paths.items() if operations.keys() != {"get"}}
    assert writes - TAKE_FILES <= written


async def what_was_pushed_is_kept_in_the_archive(journey: Journey) -> None:
    """Sealed; the key ring opens it. So the values came through, and the search would find them."""
    key_ring = KeyRing.load_or_create(journey.site.data_dir / "keyring.json")
    async with reading(journey.site.doors.database) as session:
        sealed = await session.execute(select(BatchArchive.batch_id, BatchArchive.body_sealed))
    bodies = [archive.open_body(key_ring, BatchId(batch_id), body) for batch_id, body in sealed]
    assert set(journey.archived) <= set(journey.marked.traces_in(b"\n".join(bodies)))


def is_own_original(answer: Answer) -> bool:
    """What a platform pushed it gets back, to mend or to prove; a learner is told all that is kept."""
    wanted = (answer.caller, answer.question.query.get("format"), answer.question.template)
    is_own_export = (answer.caller, answer.question.template) == ("learner", "/api/v1/me/export")
    is_own_record = (answer.caller, answer.question.template) == ("platform", PROOF)
    is_to_mend = wanted == ("platform", "ndjson", "/api/v1/batches/{batch_id}/rejections")
    return is_own_export or is_own_record or is_to_mend


async def a_platform_gets_back_what_was_rejected(journey: Journey) -> None:
    originals = [answer.content for answer in journey.answers if is_own_original(answer)]
    assert len(journey.marked.traces_in(b"".join(originals))) > len(DEFINITIONS[Feed.enrollments].fields)


async def an_enterprise_knows_its_learners_by_the_last_four(journey: Journey) -> None:
    told = f'"id_number_last_four":"{journey.id_number[-4:]}"'.encode()
    telling = [answer for answer in journey.answers if told in answer.content]
    assert {(answer.caller, answer.question.template) for answer in telling} == {
        ("enterprise", "/api/v1/eligibility/class-groups/{platform}/{class_group_id}"),
        ("enterprise", "/api/v1/eligibility/class-groups/{platform}/{class_group_id}/progress"),
        ("enterprise", "/api/v1/enterprises/{uscc}/eligibility-report"),
    }


async def an_official_was_told_one_for_a_purpose(journey: Journey) -> None:
    """So what follows is looked for behind a reveal too: in logs, trail, ledger and files."""
    assert journey.revealed == [journey.id_number]


async def a_bundle_held_what_it_is_of_for_a_purpose(journey: Journey) -> None:
    """Likewise."""
    assert journey.id_number in journey.marked.traces_in(b"\n".join(journey.bundled))


async def no_answer_holds_it(journey: Journey) -> None:
    contents = {answer.content: answer for answer in journey.answers if not is_own_original(answer)}
    found = MarkedValues(journey.marked.traces_in(b"\n".join(contents)))
    telling = [(*answer[:3], found.traces_in(content)) for content, answer in contents.items()]
    assert [each for each in telling if each[-1]] == []


async def no_log_of_a_process_holds_it(journey: Journey) -> None:
    for program in (journey.site.server, journey.site.worker):
        assert '"level": "debug"' in program.output
        assert journey.marked.traces_in(program.log.read_bytes()) == []


async def the_log_of_the_database_server_does_not_hold_it(journey: Journey) -> None:
    log = journey.site.clone_server.server.log.read_bytes()
    assert b"ready to accept connections" in log
    assert journey.marked.traces_in(log) == []


async def a_dump_of_the_database_does_not_hold_it(journey: Journey) -> None:
    server, name = journey.site.clone_server, journey.site.database_name
    command = [str(server.tool("pg_dump")), server.superuser_url(name)]
    dump = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: ASYNC221 (nobody waits)
    assert b"COPY public.enrollments" in dump
    assert journey.batch_of[Feed.enrollments].encode() in dump
    assert journey.marked.traces_in(dump) == []


async def no_entry_of_the_ledger_holds_it(journey: Journey) -> None:
    async with reading(journey.site.doors.database) as session:
        envelopes = list(await session.scalars(select(LedgerEntry.envelope)))
    assert len(envelopes) > len(Feed)
    assert journey.marked.traces_in(b"\n".join(envelopes)) == []


async def no_file_of_the_platform_holds_it(journey: Journey) -> None:
    """The spool least of all: large bodies pass through it, and leave nothing behind."""
    data_dir = journey.site.data_dir
    assert list((data_dir / "spool").iterdir()) == []
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert data_dir / "keyring.json" in files
    assert journey.marked.traces_in(b"\n".join(path.read_bytes() for path in files)) == []
