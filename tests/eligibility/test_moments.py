"""A policy may ask when records were made: shares of the class group, by the checkpoints published."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.db.models import LedgerCheckpoint
from app.db.session import Database, WriteSession
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.eligibility.class_world import LESSONS, open_findings, outcomes, parameter, put_class, rule
from tests.eligibility.world import LI, SHORT_PROGRAMME, ZHAO, World
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, NINE_O_CLOCK

LATE_AFTER = """
  late_after_live_minutes:
    title: {zh: 直播记录最迟送达（分钟）, en: Minutes after which a live record is late}
    values:
      2020-01-01: {value: 15, clause: 通知 第九条, words: 直播记录应当即时上传}
"""
RULES = (
    ("made-then", "fact: bracketed_rate\n    at_least", 0.9),
    ("not-afterwards", "fact: backdated_rate\n    at_most", 0),
    ("in-time", "fact: late_rate\n    at_most", 0.1),
)
PROGRAMME = (
    SHORT_PROGRAMME.replace("programme: short", "programme: bracketed")
    .replace("\nparameters:\n", f"{LATE_AFTER}\nparameters:\n")
    .replace("\nrules:\n", "".join(parameter(code, value) for code, _, value in RULES) + "rules:\n")
    .rstrip()
    + "\n"
    + "".join(rule(code, "class_group", comparison, "warning") for code, comparison, _ in RULES)
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> PolicyLibrary:
    directory: Path = tmp_path_factory.mktemp("packs")
    (directory / "bracketed.yaml").write_text(PROGRAMME)
    return PolicyLibrary.load(directory)


@pytest.fixture
def world(database: Database, library: PolicyLibrary, key_ring: KeyRing) -> World:
    return World(database, library, key_ring)


def root_of(day: int) -> str:
    return f"{day:064x}"


async def put_records(session: WriteSession, *, quoting: int, received: timedelta) -> None:
    """Each day a checkpoint at eight; each day's records quote that of `quoting` days later."""
    await put_class(session, programme="bracketed")
    for day in range(-1, len(LESSONS) + 1):
        await put_checkpoint(session, day + 2, root_of(day + 2), NINE_O_CLOCK + timedelta(days=day, hours=-1))
    for day, lesson_id in enumerate(LESSONS):
        ends_at = NINE_O_CLOCK + timedelta(days=day, hours=1)
        batch_id = await intake.add_batch(session, KEY, received_at=ends_at + received)
        for learner_id in (LI, ZHAO):
            await feeds.put_learning_record(
                session,
                learner_id,
                lesson_id,
                day=day,
                beacon=root_of(day + 2 + quoting),
                batch_id=batch_id,
                revision=1,
            )


async def put_checkpoint(session: WriteSession, size: int, root: str, issued_at: datetime) -> None:
    row = {"size": size, "root": bytes.fromhex(root), "issued_at": issued_at, "note": ""}
    await session.execute(insert(LedgerCheckpoint).values(row))


@pytest.mark.parametrize(
    ("quoting", "received", "expected"),
    [
        (0, timedelta(minutes=15), ("pass", "pass", "pass")),
        (-1, timedelta(minutes=16), ("pass", "pass", "fail")),
        (1, timedelta(days=1), ("fail", "fail", "fail")),
        (90, timedelta(minutes=1), ("fail", "pass", "pass")),
    ],
    ids=["of the same day", "of the day before", "of the day after", "of no checkpoint"],
)
async def test_records_are_judged_by_the_checkpoints_they_quote(
    world: World, quoting: int, received: timedelta, expected: tuple[str, ...]
) -> None:
    async with world.storing() as session:
        await put_records(session, quoting=quoting, received=received)
    await sequence(world.database)
    await world.assess()
    assert tuple((await outcomes(world)).values()) == expected
    assert {code for code, said in (await outcomes(world)).items() if said == "fail"} == set(
        await open_findings(world)
    )
