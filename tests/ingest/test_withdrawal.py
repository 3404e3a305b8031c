"""What came with a stolen key is taken back: what trusted batches said stands again, and nothing else."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts import distrust, service
from app.accounts.schemas import Registration
from app.core import clock
from app.core.ids import ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed, PlatformKind, Role
from app.db.session import Database, transaction
from app.ingest import withdrawal_repository as withdrawals
from app.ingest.feeds import DEFINITIONS
from app.ingest.schemas import Receipt
from app.ingest.withdrawal import find_batches, withdraw
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import PLATFORM, deliver, rows
from tests.ingest.examples import FULL, NOW, Record, changed

STOLEN, TRUSTED = Credential("secret:1"), Credential("key:good")
LATER = timedelta(minutes=1)
PLATFORMS = (PlatformCode(f"P{number}") for number in count(100))


class Thief:
    """Has the secret of a client of the platform since `NOW`."""

    def __init__(
        self, database: Database, key_ring: KeyRing, platform: PlatformCode, client_id: ClientId
    ) -> None:
        self.database, self.key_ring, self.platform, self.client_id = database, key_ring, platform, client_id
        self.moment = NOW
        self.was_waiting: tuple[int, datetime | None] = 0, None

    async def push(self, credential: Credential, feed: Feed, *records: Record, **changes: object) -> Receipt:
        self.moment += LATER
        return await deliver(
            self.database,
            self.key_ring,
            feed,
            *records,
            **{
                "platform": self.platform,
                "client_id": self.client_id,
                "credential": credential,
                "received_at": self.moment,
                **changes,
            },
        )

    async def is_caught(self) -> int:
        async with transaction(self.database) as session:
            at = clock.now()
            await distrust.distrust(
                session, self.client_id, STOLEN, since=NOW, reason="the secret was stolen", at=at
            )
            number = await find_batches(session, recorded_after=at)
            self.was_waiting = await withdrawals.number_waiting(session, 100)
        while await withdraw(self.database, self.key_ring, lambda *_: True):
            pass
        return number


async def thief_of(database: Database, key_ring: KeyRing, platform: PlatformCode) -> Thief:
    wanted = Registration(Role.platform, platform=platform, kind=PlatformKind.live)
    async with transaction(database) as session:
        account = await service.add_client(session, wanted, NOW)
    return Thief(database, key_ring, platform, account.client_id)


@pytest.fixture
async def thief(database: Database, key_ring: KeyRing) -> Thief:
    return await thief_of(database, key_ring, PLATFORM)


async def stored(thief: Thief, feed: Feed) -> list[Any]:
    table = DEFINITIONS[feed].table
    sealed = {column.name for column in table.columns if column.name.endswith("_sealed")}
    names = ", ".join(column.name for column in table.columns if column.name not in sealed)
    return await rows(thief.database, f"SELECT {names} FROM {table.name}")  # noqa: S608 (our own names)


@pytest.mark.parametrize("feed", Feed)
async def test_what_was_overwritten_stands_again(thief: Thief, feed: Feed) -> None:
    await thief.push(TRUSTED, feed, changed(feed, revision=1))
    before = await stored(thief, feed)
    await thief.push(STOLEN, feed, {**key_of(feed), "deleted": True, "revision": 1_000_000})
    assert await stored(thief, feed) != before
    assert await thief.is_caught() == 1
    assert await stored(thief, feed) == before


def key_of(feed: Feed) -> Record:
    return {each.name: FULL[feed][each.name] for each in DEFINITIONS[feed].keys}


@pytest.mark.parametrize("feed", Feed)
async def test_what_only_the_thief_said_is_gone_and_can_be_said_again(thief: Thief, feed: Feed) -> None:
    await thief.push(STOLEN, feed, changed(feed, revision=1_000_000), idempotency_key="again")
    await thief.is_caught()
    assert await stored(thief, feed) == []
    receipt = await thief.push(TRUSTED, feed, changed(feed, revision=1_000_000), idempotency_key="again")
    assert (receipt.is_replay, receipt.batch.counts.accepted) == (False, 1)
    assert len(await stored(thief, feed)) == 1


async def test_what_a_trusted_batch_vouched_for_meanwhile_stays(thief: Thief) -> None:
    await thief.push(STOLEN, Feed.attendance, FULL[Feed.attendance])
    receipt = await thief.push(TRUSTED, Feed.attendance, FULL[Feed.attendance])
    assert receipt.batch.counts.unchanged == 1
    await thief.is_caught()
    named = "SELECT batch_id FROM attendance"
    assert await rows(thief.database, named) == [(receipt.batch.batch_id,)]
    links = "SELECT count(*) FROM batch_class_groups WHERE batch_id = :batch"
    assert await rows(thief.database, links, batch=receipt.batch.batch_id) == [(1,)]


async def test_what_a_trusted_batch_has_replaced_meanwhile_is_left_alone(thief: Thief) -> None:
    await thief.push(STOLEN, Feed.attendance, FULL[Feed.attendance])
    await thief.push(TRUSTED, Feed.attendance, changed(Feed.attendance, revision=1, status="late"))
    before = await stored(thief, Feed.attendance)
    touches = await rows(thief.database, "SELECT count(*) FROM touches")
    await thief.is_caught()
    assert await stored(thief, Feed.attendance) == before
    assert await rows(thief.database, "SELECT count(*) FROM touches") == touches


async def test_what_came_before_the_theft_and_from_other_clients_is_left_alone(thief: Thief) -> None:
    before_it = NOW - LATER
    await thief.push(STOLEN, Feed.projects, FULL[Feed.projects], received_at=before_it)
    await thief.push(STOLEN, Feed.courses, FULL[Feed.courses], client_id=ClientId("platform-other"))
    assert await thief.is_caught() == 0
    assert len(await stored(thief, Feed.projects)) == len(await stored(thief, Feed.courses)) == 1


async def test_what_waits_to_be_taken_back_is_counted(thief: Thief) -> None:
    await thief.push(STOLEN, Feed.courses, FULL[Feed.courses])
    await thief.push(STOLEN, Feed.projects, FULL[Feed.projects])
    before = clock.now()
    await thief.is_caught()
    number, since = thief.was_waiting
    assert number == 2
    assert since is not None
    assert before <= since <= clock.now()
    async with transaction(thief.database) as session:
        assert await withdrawals.number_waiting(session, 100) == (0, None)


async def test_whose_figures_it_changed_is_touched_again(thief: Thief) -> None:
    await thief.push(STOLEN, Feed.attendance, FULL[Feed.attendance])
    async with transaction(thief.database) as session:
        await session.execute(text("DELETE FROM touches"))
    await thief.is_caught()
    touches = "SELECT class_group_id, learner_ids, batch_id FROM touches"
    assert await rows(thief.database, touches) == [("C1", ["L1"], None)]


async def test_the_distrust_and_each_withdrawal_are_attested(thief: Thief) -> None:
    await thief.push(TRUSTED, Feed.attendance, FULL[Feed.attendance])
    await thief.push(STOLEN, Feed.attendance, changed(Feed.attendance, revision=3))
    await thief.push(STOLEN, Feed.attendance, changed(Feed.attendance, lesson_id="S9"))
    await thief.is_caught()
    found = await rows(
        thief.database,
        "SELECT convert_from(envelope, 'UTF8')::jsonb FROM ledger_pending "
        "WHERE kind <> 'batch' ORDER BY kind",
    )
    distrusted, withdrawn = (row[0] for row in found)
    assert (distrusted["client_id"], distrusted["credential"]) == (thief.client_id, STOLEN)
    assert (withdrawn["batches"]["size"], withdrawn["restored"], withdrawn["removed"]) == (2, 1, 1)


@given(
    story=st.lists(
        st.tuples(
            st.sampled_from([STOLEN, TRUSTED]),
            st.sampled_from(["L1", "L2"]),
            st.integers(0, 3),
            st.sampled_from(["present", "late"]),
        ),
        max_size=8,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_in_the_end_the_highest_stands_that_trusted_batches_brought(
    database: Database, key_ring: KeyRing, story: list[tuple[Credential, str, int, str]]
) -> None:
    thief = await thief_of(database, key_ring, next(PLATFORMS))
    expected: dict[str, tuple[int, str]] = {}
    for credential, learner, revision, status in story:
        record = changed(Feed.attendance, learner_id=learner, revision=revision, status=status)
        counts = (await thief.push(credential, Feed.attendance, record)).batch.counts
        is_heard = counts.accepted + counts.unchanged == 1
        if credential == TRUSTED and is_heard and revision > expected.get(learner, (-1, ""))[0]:
            expected[learner] = (revision, status)
    await thief.is_caught()
    statement = "SELECT learner_id, revision, status FROM attendance WHERE platform = :platform"
    standing = await rows(database, statement, platform=thief.platform)
    assert {learner: (revision, status) for learner, revision, status in standing} == expected
