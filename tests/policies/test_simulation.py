"""What-if over stored standings: who would change, by which rule, and that nothing else happens."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Eligibility, Outcome
from app.db.session import Database, WriteSession, reading
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
from app.policies.simulation import Simulation, asked
from app.policies.simulation_repository import enrollments
from app.policies.simulation_tally import Changed, Tally
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.rules.changes import Change, CountingNotSimulated
from tests.eligibility.world import CLOSED, LI, SHORT_PROGRAMME, ZHAO, World, put_pair
from tests.factories import feeds, standings
from tests.factories.feeds import KEY

OTHER = ClassGroupKey(PlatformCode("live-b"), ClassGroupId("C0"))
PASSED = ("attendance-rate", "answer-accuracy", "credited-hours")


@pytest.fixture(scope="module")
def policies() -> Policies:
    return Policies.load()


async def put(
    session: WriteSession,
    learner_id: str,
    key: ClassGroupKey = KEY,
    *,
    eligibility: str = "eligible",
    outcomes: Mapping[str, str] | None = None,
    **facts: object,
) -> None:
    """Attended four of five, answered all, studied 41 hours, unless said otherwise."""
    defaults = {
        "required_lessons": 5,
        "attended_lessons": 4,
        "attendance_rate": "4/5",
        "answer_accuracy": "1",
        "credited_seconds": 41 * 2700 * 10**6,
        "credited_hours": "41",
    }
    rules = [
        standings.rule(code, outcome)
        for code, outcome in (dict.fromkeys(PASSED, "pass") | dict(outcomes or {})).items()
    ]
    await standings.put_standing(
        session,
        learner_id,
        key,
        facts=defaults | facts,
        rules=rules,
        eligibility=eligibility,
        policy_version="2020-01-01",
    )


async def put_class_group(session: WriteSession, key: ClassGroupKey = KEY, **columns: Any) -> None:  # noqa: ANN401
    await feeds.put_class_group(session, key, **columns)
    await standings.tally(session, key)


async def simulate(
    session: WriteSession,
    policies: Policies,
    *changes: tuple[str, str],
    selection: Selection | None = None,
    policy_id: str = "standard",
) -> tuple[Tally, list[Changed]]:
    await session.flush()
    wanted = asked(policies, policy_id, [Change(*each) for each in changes], selection or Selection())
    simulation = Simulation(wanted)
    found = [each async for page in simulation.walk(session) for each in page]
    return simulation.tally, found


class TestWhoWouldChange:
    async def test_by_which_rule_and_which_way(self, session: WriteSession, policies: Policies) -> None:
        await put(session, "L1", attended_lessons=5, attendance_rate="1")
        await put(session, "L2")
        await put_class_group(session)
        tally, found = await simulate(session, policies, ("attendance-rate.at_least", "0.85"))
        assert tally.transitions == {
            (Eligibility.eligible, Eligibility.eligible): 1,
            (Eligibility.eligible, Eligibility.ineligible): 1,
        }
        (changed,) = found
        assert (changed.learner_id, changed.name) == ("L2", "张三丰")
        assert [(rule.code, rule.before, rule.after) for rule in changed.rules] == [
            ("attendance-rate", Outcome.passed, Outcome.failed)
        ]
        assert tally.rules["attendance-rate"].decided == 1

    async def test_a_policy_may_become_milder(self, session: WriteSession, policies: Policies) -> None:
        await put(
            session,
            "L1",
            eligibility="ineligible",
            outcomes={"attendance-rate": "fail"},
            attendance_rate="3/5",
        )
        await put_class_group(session)
        tally, found = await simulate(session, policies, ("attendance-rate.at_least", "0.6"))
        assert [(each.before, each.after) for each in found] == [("ineligible", "eligible")]
        (moves,) = tally.enterprises.values()
        assert (moves.judged, moves.changed, moves.gained, moves.lost) == (1, 1, 1, 0)

    async def test_nothing_changed_changes_nobody(self, session: WriteSession, policies: Policies) -> None:
        await put(session, "L1")
        await put_class_group(session)
        tally, found = await simulate(session, policies)
        assert (tally.enrollments, tally.changed, found) == (1, 0, [])
        assert not tally.rules

    async def test_who_has_withdrawn_stays_so_and_counts_for_no_rule(
        self, session: WriteSession, policies: Policies
    ) -> None:
        await put(session, "L1", eligibility="withdrawn")
        await put_class_group(session)
        tally, found = await simulate(session, policies, ("attendance-rate.at_least", "1"))
        assert tally.transitions == {(Eligibility.withdrawn, Eligibility.withdrawn): 1}
        assert (found, dict(tally.rules)) == ([], {})

    async def test_a_running_class_group_is_told_apart(
        self, session: WriteSession, policies: Policies
    ) -> None:
        await put(session, "L1", eligibility="in_progress")
        await put_class_group(session, closed_at=None)
        tally, found = await simulate(session, policies, ("attendance-rate.at_least", "1"))
        assert (tally.changed, tally.running) == (0, 1)
        assert [(each.before, each.after) for each in found] == [("in_progress", "in_progress")]

    async def test_an_hour_may_be_longer(self, session: WriteSession, policies: Policies) -> None:
        """41 hours of 45 minutes are 36.9 of 50."""
        await put(session, "L1")
        await put_class_group(session)
        _, found = await simulate(session, policies, ("minutes_per_hour", "50"))
        assert [rule.code for each in found for rule in each.rules] == ["credited-hours"]

    async def test_they_come_by_class_group_and_learner(
        self, session: WriteSession, policies: Policies
    ) -> None:
        for key, learner_id in ((OTHER, "L1"), (KEY, "L3"), (KEY, "L2")):
            await put(session, learner_id, key)
        for key in (OTHER, KEY):
            await put_class_group(session, key)
        _, found = await simulate(session, policies, ("attendance-rate.at_least", "0.85"))
        assert [(*each.class_group.key, each.learner_id) for each in found] == [
            (*KEY, "L2"),
            (*KEY, "L3"),
            (*OTHER, "L1"),
        ]


class TestWhoIsJudged:
    async def test_class_groups_of_other_districts_and_platforms_are_left_out(
        self, session: WriteSession, policies: Policies
    ) -> None:
        for number, (key, district) in enumerate(((KEY, "440204"), (OTHER, "110105"))):
            uscc = f"91440200MA4UQ0A3{number}X"
            await put(session, "L1", key)
            await put_class_group(session, key, enterprise_uscc=uscc)
            await standings.put_enterprise(session, key.platform, uscc, district_code=district)
        for selection in (Selection(platform=OTHER.platform), Selection(districts=("1101",))):
            tally, found = await simulate(
                session, policies, ("attendance-rate.at_least", "0.85"), selection=selection
            )
            assert tally.enrollments == await enrollments(session, selection) == 1
            assert [each.class_group.key for each in found] == [OTHER]
            assert list(tally.districts) == ["110105"]

    async def test_a_fact_that_was_not_counted_is_told(self, session: WriteSession, tmp_path: Path) -> None:
        await put(session, "L1")
        await put_class_group(session)
        pack = SHORT_PROGRAMME.replace("fact: attendance_rate", "fact: offline_signed_rate")
        (tmp_path / "short.yaml").write_text(pack)
        tally, found = await simulate(
            session,
            Policies.load(tmp_path),
            policy_id="short",
            selection=Selection(programme="standard"),
        )
        assert (tally.enrollments, tally.uncounted, found) == (1, 1, [])

    async def test_who_started_before_the_first_version_is_told(
        self, session: WriteSession, policies: Policies
    ) -> None:
        await put(session, "L1")
        await put_class_group(session, starts_on=date(2019, 12, 31))
        tally, _ = await simulate(session, policies)
        assert (tally.enrollments, tally.uncovered) == (1, 1)

    async def test_another_way_of_counting_is_refused(self, session: WriteSession, tmp_path: Path) -> None:
        await put(session, "L1")
        await put_class_group(session)
        pack = SHORT_PROGRAMME.replace("value: 0.8, clause: 通知 第二条", "value: 0.9, clause: 通知 第二条")
        (tmp_path / "short.yaml").write_text(pack)
        with pytest.raises(CountingNotSimulated, match="vod_attended_share"):
            await simulate(
                session,
                Policies.load(tmp_path),
                policy_id="short",
                selection=Selection(programme="standard"),
            )


class TestAgainstTheAssessmentItself:
    @pytest.fixture
    async def assessed(self, database: Database, key_ring: KeyRing, tmp_path: Path) -> World:
        (tmp_path / "short.yaml").write_text(SHORT_PROGRAMME)
        world = World(database, PolicyLibrary.load(tmp_path), key_ring)
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        await world.assess()
        return world

    @pytest.mark.parametrize(
        ("rate", "hours"), [("0.6", "4"), ("0.61", "4"), ("0.8", "7"), ("0.5", "1"), ("1", "6.66")]
    )
    async def test_what_is_announced_is_what_an_assessment_says(
        self, assessed: World, tmp_path: Path, rate: str, hours: str
    ) -> None:
        changes = (("attendance-rate.at_least", rate), ("least_credited_hours", hours))
        async with reading(assessed.database, repeatable=True) as session:
            policies = await assessed.library.in_force(session)
            wanted = asked(policies, "short", [Change(*each) for each in changes], Selection())
            simulation = Simulation(wanted)
            announced = {
                each.learner_id: each.after async for page in simulation.walk(session) for each in page
            }
        before = {name: row.eligibility for name, row in (await assessed.standings()).items()}
        pack = SHORT_PROGRAMME.replace(
            "{value: 0.8, clause: 通知 第三条", f"{{value: {rate}, clause: 通知 第三条"
        )
        pack = pack.replace("{value: 4,", f"{{value: {hours},")
        (tmp_path / "short.yaml").write_text(pack)
        again = World(assessed.database, PolicyLibrary.load(tmp_path), assessed.key_ring)
        await again.touch()
        await again.assess()
        after = {name: row.eligibility for name, row in (await again.standings()).items()}
        assert {LI, ZHAO} == after.keys() == before.keys()
        assert before | announced == after
        assert {name for name in after if after[name] != before[name]} == announced.keys()

    async def test_nothing_is_touched(self, assessed: World) -> None:
        stood, decided = await assessed.standings(), await assessed.decisions()
        async with reading(assessed.database, repeatable=True) as session:
            policies = await assessed.library.in_force(session)
            wanted = asked(policies, "short", [Change("least_attendance_rate", "1")], Selection())
            async for _ in Simulation(wanted).walk(session):
                pass
        assert len(decided) == len(await assessed.decisions()) == 2
        assert [row.assessed_at for row in stood.values()] == [
            row.assessed_at for row in (await assessed.standings()).values()
        ]
        assert await assessed.touches() == []
