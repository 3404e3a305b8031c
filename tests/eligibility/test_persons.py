"""A person in several class groups: time at once is credited once, the cap holds, whatever comes first."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.db.session import Database
from app.eligibility import persons as judging
from app.eligibility import persons_repository
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.eligibility.person_world import (
    MAY,
    OTHER_ENTERPRISE,
    PAID_PROGRAMME,
    A,
    Account,
    B,
    C,
    Persons,
    put_lesson,
    put_term,
)
from tests.eligibility.world import SHORT_PROGRAMME, World
from tests.factories import feeds, intake

LATER = MAY + timedelta(days=1)
LAST = MAY + timedelta(days=2)


@pytest.fixture(scope="module")
def paying(tmp_path_factory: pytest.TempPathFactory) -> PolicyLibrary:
    directory: Path = tmp_path_factory.mktemp("packs")
    (directory / "paid.yaml").write_text(PAID_PROGRAMME)
    (directory / "short.yaml").write_text(SHORT_PROGRAMME)
    return PolicyLibrary.load(directory)


@pytest.fixture
def persons(database: Database, paying: PolicyLibrary, key_ring: KeyRing) -> Persons:
    return Persons(World(database, paying, key_ring))


class TestOnePerson:
    async def test_in_one_class_group_leaves_no_summary(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A)
            await put_term(session, B, person=b"somebody else")
        assert await persons.settle() == 1
        assert await persons.summaries() == set()
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=0)

    async def test_is_credited_with_time_at_once_where_the_class_group_closed_first(
        self, persons: Persons
    ) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=LATER)
            await put_term(session, B, closed_at=MAY, days=(1, 2, 3, 4, 5))
        await persons.settle()
        assert await persons.account(B) == Account(hours=5, yuan=180, at_once=4)
        assert await persons.account(A) == Account(hours=1, yuan=0, at_once=4)
        assert (await persons.standing(A)).facts["overlap_seconds"] == 4 * 3_600_000_000
        raised = {
            (learner, rule) for learner, rule, state in await persons.world.findings() if state == "open"
        }
        assert ("W", "at-once") in raised

    async def test_keeps_both_where_the_policy_does_not_say_once(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, programme="short", closed_at=LATER)
            await put_term(session, B, programme="short", closed_at=MAY)
        await persons.settle()
        assert await persons.account(A) == Account(hours=5, yuan=None, at_once=None)

    async def test_is_shown_at_once_in_two_that_run_and_loses_nothing(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=None)
            await put_term(session, B, closed_at=None)
        await persons.settle()
        assert await persons.account(A) == Account(hours=5, yuan=None, at_once=5)
        assert await persons.account(B) == Account(hours=5, yuan=None, at_once=5)

    async def test_is_credited_elsewhere_as_soon_as_one_of_them_closes(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=None)
            await put_term(session, B, closed_at=None)
        await persons.settle()
        async with persons.world.storing() as session:
            await feeds.put_class_group(session, B, programme="paid", closed_at=MAY)
            await intake.touch(session, None, B)
        await persons.settle()
        assert await persons.account(B) == Account(hours=5, yuan=180, at_once=5)
        assert await persons.account(A) == Account(hours=0, yuan=None, at_once=5)

    async def test_with_an_enrollment_deleted_has_its_time_back(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=LATER)
            await put_term(session, B)
        await persons.settle()
        assert (await persons.account(A)).hours == 0
        async with persons.world.storing() as session:
            await feeds.put_enrollment(session, "W", B, person_key=b"wang", deleted=True)
            await intake.touch(session, ["W"], B)
        await persons.settle()
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=0)
        assert await persons.summaries() == set()

    async def test_with_a_class_group_deleted_has_its_time_back(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=LATER)
            await put_term(session, B)
        await persons.settle()
        async with persons.world.storing() as session:
            await feeds.put_class_group(session, B, deleted=True)
            await intake.touch(session, None, B)
        await persons.settle()
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=0)
        assert await persons.summaries() == set()

    async def test_who_was_somebody_else_has_no_part_in_it_any_more(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=LATER)
            await put_term(session, B)
        await persons.settle()
        async with persons.world.storing() as session:
            await feeds.put_enrollment(session, "W", B, person_key=b"not wang")
            await intake.touch(session, ["W"], B)
        await persons.settle()
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=0)
        assert await persons.summaries() == set()

    async def test_a_late_batch_of_the_first_is_felt_by_the_second(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, closed_at=LATER)
            await put_term(session, B, days=(1, 2, 3, 4, 5))
        await persons.settle()
        async with persons.world.storing() as session:
            await put_lesson(session, B, "late", feeds.NINE_O_CLOCK)
            await intake.touch(session, ["W"], B)
        await persons.settle()
        assert await persons.account(A) == Account(hours=0, yuan=0, at_once=5)


class TestMoney:
    async def test_the_cap_holds_over_enterprises_and_platforms(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A)
            await put_term(session, B, hour=2, closed_at=LATER, enterprise_uscc=OTHER_ENTERPRISE)
            await put_term(session, C, hour=4, closed_at=LAST)
        await persons.settle()
        paid = [await persons.account(key) for key in (A, B, C)]
        assert [each.yuan for each in paid] == [180, 120, 0]
        assert (await persons.standing(B)).subsidy == {
            "subsidy_fen": 12_000,
            "hours": 6,
            "fen_per_hour": 3_000,
            "granted_before_fen": 18_000,
            "cap_fen": 30_000,
            "clause": "通知 第六条; 通知 第七条",
            "is_one_person": True,
        }
        documents = [row.document for row in await persons.world.decisions() if row.class_group_id == "B"]
        assert b'"granted_before_fen":18000' in documents[-1]

    async def test_what_an_earlier_one_loses_a_later_one_gains(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A)
            await put_term(session, B, hour=2, closed_at=LATER)
        await persons.settle()
        assert (await persons.account(B)).yuan == 120
        await persons.change("UPDATE attendance SET status = 'absent' WHERE class_group_id = 'A'")
        await persons.world.touch("W", key=A)
        await persons.settle()
        assert [(await persons.account(key)).yuan for key in (A, B)] == [0, 180]

    async def test_another_year_has_a_cap_of_its_own(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, A, ends_on=date(2027, 1, 1))
            await put_term(session, B, hour=2, closed_at=LATER)
        await persons.settle()
        assert [(await persons.account(key)).yuan for key in (A, B)] == [180, 180]


class TestWhoeverComesFirst:
    @pytest.mark.parametrize("seed", range(6))
    async def test_the_end_is_the_same(self, persons: Persons, seed: int) -> None:
        async with persons.world.storing() as session:
            await put_term(session, C, closed_at=LAST, days=range(3, 8))
            await put_term(session, A, closed_at=MAY)
            await put_term(session, B, closed_at=LATER, days=range(2, 7))
        await persons.settle(seed)
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=3)
        assert await persons.account(B) == Account(hours=2, yuan=0, at_once=5)
        assert await persons.account(C) == Account(hours=1, yuan=0, at_once=4)

    async def test_the_end_is_the_same_for_workers_at_once(self, persons: Persons) -> None:
        async with persons.world.storing() as session:
            await put_term(session, C, closed_at=LAST, days=range(3, 8))
            await put_term(session, A, closed_at=MAY)
            await put_term(session, B, closed_at=LATER, days=range(2, 7))
        while await persons.world.touches():
            await asyncio.gather(*(persons.world.visit(key) for key in (C, B, A, B)))
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=3)
        assert await persons.account(B) == Account(hours=2, yuan=0, at_once=5)
        assert await persons.account(C) == Account(hours=1, yuan=0, at_once=4)

    async def test_of_too_many_enrollments_nobody_is_compared(
        self, persons: Persons, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in (persons_repository, judging):
            monkeypatch.setattr(module, "MOST_ENROLLMENTS", 2)
        async with persons.world.storing() as session:
            await put_term(session, A)
            await put_term(session, B, closed_at=LATER)
        await persons.settle()
        assert (await persons.account(B)).hours == 0
        async with persons.world.storing() as session:
            await put_term(session, C, closed_at=LAST)
        await persons.settle()
        assert await persons.account(B) == Account(hours=5, yuan=0, at_once=None)
        assert await persons.account(C) == Account(hours=5, yuan=0, at_once=None)
        async with persons.world.storing() as session:
            await feeds.put_enrollment(session, "W", C, person_key=b"wang", deleted=True)
            await intake.touch(session, ["W"], C)
        await persons.settle()
        assert await persons.account(A) == Account(hours=5, yuan=180, at_once=5)
        assert await persons.account(B) == Account(hours=0, yuan=0, at_once=5)
