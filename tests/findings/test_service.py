"""The life of a finding: raised, confirmed, resolved, raised anew; and the lists that show it."""

from datetime import UTC, date, datetime, timedelta

from app.core.ids import ClassGroupKey, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import FindingState, Outcome
from app.db.session import ReadSession, WriteSession
from app.findings import service
from app.findings.schemas import FindingFilter, FindingView, Raised
from app.records.selection import Selection
from tests.factories import feeds
from tests.factories.feeds import KEY, OTHER_KEY
from tests.factories.standings import put_enterprise

MONDAY = datetime(2026, 5, 4, 3, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
LI, ZHAO = LearnerId("L1"), LearnerId("L2")


def raised(learner_id: LearnerId, rule: str = "attendance-rate", observed: str = "3/4") -> Raised:
    return Raised(learner_id, rule, "fail", "blocking", f'{{"observed": "{observed}"}}')


async def settle(
    session: WriteSession,
    *findings: Raised,
    judged: tuple[LearnerId, ...] = (LI, ZHAO),
    key: ClassGroupKey = KEY,
    at: datetime = MONDAY,
) -> None:
    await service.settle(session, {key: judged}, {key: findings}, at)


async def stored(session: ReadSession, wanted: FindingFilter | None = None) -> list[FindingView]:
    return await service.list_findings(session, wanted or FindingFilter())


class TestSettle:
    async def test_raises_a_finding_with_its_evidence(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await settle(session, raised(LI))
        (finding,) = await stored(session)
        assert finding[1:] == (
            *("live-a", None, "C1", "一班", LI, "enrollment", feeds.ENTERPRISE, "standard"),
            *("attendance-rate", "fail", "blocking", "open", {"observed": "3/4"}),
            *(MONDAY, MONDAY, None, None, None, None),
        )

    async def test_confirms_what_is_raised_again(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await settle(session, raised(LI))
        (first,) = await stored(session)
        await settle(session, raised(LI, observed="2/4"), at=TUESDAY)
        (second,) = await stored(session)
        assert second == first._replace(evidence={"observed": "2/4"}, confirmed_at=TUESDAY)

    async def test_resolves_what_is_not_raised_again(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await settle(session, raised(LI), raised(LI, "credited-hours"), raised(ZHAO))
        await settle(session, raised(LI, "credited-hours"), at=TUESDAY)
        states = {(f.learner_id, f.rule): (f.state, f.resolved_at) for f in await stored(session)}
        assert states == {
            (LI, "attendance-rate"): ("resolved", TUESDAY),
            (LI, "credited-hours"): ("open", None),
            (ZHAO, "attendance-rate"): ("resolved", TUESDAY),
        }

    async def test_leaves_learners_alone_who_were_not_judged(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await feeds.put_class_group(session, OTHER_KEY)
        await settle(session, raised(LI), raised(ZHAO))
        await settle(session, raised(LI), key=OTHER_KEY)
        await settle(session, judged=(LI,), at=TUESDAY)
        still_open = await stored(session, FindingFilter(state=FindingState.open))
        assert {(f.class_group_id, f.learner_id) for f in still_open} == {("C1", ZHAO), ("C2", LI)}

    async def test_raises_anew_what_was_resolved(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await settle(session, raised(LI))
        await settle(session, at=TUESDAY)
        await settle(session, raised(LI), at=WEDNESDAY)
        assert [(f.state, f.raised_at) for f in await stored(session)] == [
            ("open", WEDNESDAY),
            ("resolved", MONDAY),
        ]

    async def test_resolves_everything_of_a_class_group_that_is_gone(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await settle(session, raised(LI), raised(ZHAO))
        await service.settle(session, {KEY: None}, {}, TUESDAY)
        assert {f.state for f in await stored(session)} == {"resolved"}


class TestLists:
    async def test_come_newest_first_and_page_by_the_last_one_seen(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        for day in range(5):
            await settle(session, raised(LearnerId(f"L{day}")), judged=(), at=MONDAY + timedelta(days=day))
        everything = await stored(session)
        first = await service.list_findings(session, FindingFilter(), limit=2)
        second = await service.list_findings(session, FindingFilter(), before=first[-1].finding_id, limit=3)
        assert [f.learner_id for f in everything] == ["L4", "L3", "L2", "L1", "L0"]
        assert first + second == everything

    async def test_are_filtered(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await feeds.put_class_group(session, OTHER_KEY, closed_at=MONDAY)
        await settle(session, raised(LI), raised(ZHAO, "credited-hours"))
        await settle(session, raised(LI)._replace(outcome="missing"), key=OTHER_KEY)
        day = date(2026, 5, 4)
        found = {
            name: {(f.class_group_id, f.learner_id) for f in await stored(session, wanted)}
            for name, wanted in {
                "rule": FindingFilter(rule="credited-hours"),
                "learner": FindingFilter(learner_id=ZHAO),
                "outcome": FindingFilter(outcome=Outcome.missing),
                "class group": FindingFilter(Selection(class_group_id=KEY.class_group_id)),
                "closed": FindingFilter(Selection(closed_from=day, closed_to=day)),
                "elsewhere": FindingFilter(Selection(platform=PlatformCode("vod-b"))),
                "resolved": FindingFilter(state=FindingState.resolved),
            }.items()
        }
        assert found == {
            "rule": {("C1", ZHAO)},
            "learner": {("C1", ZHAO)},
            "outcome": {("C2", LI)},
            "class group": {("C1", LI), ("C1", ZHAO)},
            "closed": {("C2", LI)},
            "elsewhere": set(),
            "resolved": set(),
        }

    async def test_keep_to_the_districts_of_the_enterprise(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await put_enterprise(session, "live-a", district_code="110105")
        await settle(session, raised(LI))
        assert await stored(session, FindingFilter(Selection(districts=("1101",))))
        assert not await stored(session, FindingFilter(Selection(districts=("44",))))
        assert not await stored(session, FindingFilter(Selection(districts=())))

    async def test_are_counted_by_what_was_found(self, session: WriteSession) -> None:
        await feeds.put_class_group(session)
        await settle(session, raised(LI), raised(ZHAO), raised(LI, "credited-hours"))
        await settle(session, raised(LI), raised(ZHAO), at=TUESDAY)
        wanted = FindingFilter(Selection(enterprise=Uscc(feeds.ENTERPRISE)))
        assert await service.count_findings(session, wanted) == [
            ("attendance-rate", "fail", "blocking", "open", 2),
            ("credited-hours", "fail", "blocking", "resolved", 1),
        ]
