"""Who stands how, as far as the caller may see."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from app.accounts.authorisation import Reach
from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, Outcome
from app.db.session import ReadSession, WriteSession
from app.eligibility import answers
from app.eligibility.answers import Position, Standing, enrollment, enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.errors import EnrollmentNotFound
from app.privacy.fields import Personal, PersonalKind
from app.records.selection import Selection
from tests.factories.feeds import ENTERPRISE, KEY, OTHER_KEY, put_class_group
from tests.factories.standings import (
    ATTENDED_TOO_LITTLE,
    CLOSED_AT,
    STUDIED_TOO_LITTLE,
    put_enterprise,
    put_standing,
    rule,
    tally,
)

ABROAD = ClassGroupKey(PlatformCode("vod-b"), ClassGroupId("C1"))
OTHER_ENTERPRISE = "91440200MA4UQ0A31K"
EVERYBODY = [
    Position._make(key)
    for key in [
        ("live-a", "C1", "L1"),
        ("live-a", "C1", "L2"),
        ("live-a", "C2", "L1"),
        ("vod-b", "C1", "L1"),
    ]
]


@pytest.fixture
async def stored(session: WriteSession) -> WriteSession:
    """Three class groups on two platforms, of two enterprises in two districts; one still runs."""
    await put_class_group(session, closed_at=CLOSED_AT)
    await put_class_group(session, OTHER_KEY)
    await put_class_group(
        session, ABROAD, closed_at=CLOSED_AT, enterprise_uscc=OTHER_ENTERPRISE, programme="other"
    )
    await put_standing(session, "L2", rules=[rule("attendance-rate")])
    await put_standing(
        session, "L1", eligibility="ineligible", rules=[ATTENDED_TOO_LITTLE, STUDIED_TOO_LITTLE]
    )
    await put_standing(
        session, "L1", OTHER_KEY, eligibility="in_progress", outlook="lost", rules=[ATTENDED_TOO_LITTLE]
    )
    await put_standing(session, "L1", ABROAD)
    for key in (KEY, OTHER_KEY, ABROAD):
        await tally(session, key)
    await put_enterprise(session, "live-a")
    await put_enterprise(session, "vod-b", OTHER_ENTERPRISE, district_code="110105")
    return session


def keys(standings: list[Standing]) -> list[Position]:
    return [standing.position for standing in standings]


async def select(session: ReadSession, selection: Selection, **wanted: object) -> list[Position]:
    found = await enrollments(session, selection, EnrollmentFilter(**wanted), limit=50)  # type: ignore[arg-type]
    return keys(found)


class TestList:
    async def test_goes_by_platform_class_group_and_learner(self, stored: WriteSession) -> None:
        assert await select(stored, Selection()) == EVERYBODY

    async def test_goes_on_where_the_last_page_ended(self, stored: WriteSession) -> None:
        seen: list[Position] = []
        after = None
        while page := await enrollments(stored, Selection(), EnrollmentFilter(), after=after, limit=1):
            seen += keys(page)
            after = page[-1].position
        assert seen == EVERYBODY

    @pytest.mark.parametrize("at_once", [1, 2])
    async def test_fills_a_page_from_as_many_class_groups_as_it_takes(
        self, stored: WriteSession, at_once: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "CLASS_GROUPS_AT_ONCE", at_once)
        assert await select(stored, Selection()) == EVERYBODY
        found = await enrollments(stored, Selection(), EnrollmentFilter(), after=EVERYBODY[0], limit=2)
        assert keys(found) == EVERYBODY[1:3]

    async def test_reads_on_behind_class_groups_whose_tally_is_outdated(
        self, stored: WriteSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "CLASS_GROUPS_AT_ONCE", 1)
        await put_standing(stored, "L1", eligibility="eligible")
        await put_standing(stored, "L1", ABROAD, eligibility="ineligible")
        await tally(stored, ABROAD)
        found = await select(stored, Selection(), eligibility=Eligibility.ineligible)
        assert found == [("vod-b", "C1", "L1")]

    async def test_leaves_out_what_was_deleted_before_it_is_assessed_again(
        self, stored: WriteSession
    ) -> None:
        await put_standing(stored, "L2", enrollment={"deleted": True})
        await put_class_group(stored, OTHER_KEY, deleted=True)
        assert await select(stored, Selection()) == [EVERYBODY[0], EVERYBODY[3]]

    async def test_leaves_names_to_who_shows_them_and_rounds_only_what_is_shown(
        self, stored: WriteSession
    ) -> None:
        standing = await enrollment(stored, Selection(*KEY), LearnerId("L1"))
        assert standing.learner_name == Personal(PersonalKind.name, "张三丰")
        assert standing.facts["attendance_rate"] == Decimal("0.6667")
        assert standing.facts["credited_seconds"] == Decimal("144000.5")
        assert standing.facts["exam_pass_rate"] is None
        assert standing.facts["evaluation_submitted"] is True
        assert [shown.shown()["shortfall"] for shown in standing.rules] == [1, Decimal(1350)]

    async def test_knows_no_enrollment_that_is_not_there(self, stored: WriteSession) -> None:
        with pytest.raises(EnrollmentNotFound):
            await enrollment(stored, Selection(*KEY), LearnerId("L9"))


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(platform=PlatformCode("vod-b")), EVERYBODY[3:]),
        (Selection(class_group_id=ClassGroupId("C1")), [*EVERYBODY[:2], EVERYBODY[3]]),
        (Selection(programme="other"), EVERYBODY[3:]),
        (Selection(enterprise=Uscc(ENTERPRISE)), EVERYBODY[:3]),
        (Selection(districts=("4402",)), EVERYBODY[:3]),
        (Selection(districts=("11", "440204")), EVERYBODY),
        (Selection(districts=("4403",)), []),
        (Selection(districts=()), []),
        (Selection(closed_from=date(2026, 5, 1)), [*EVERYBODY[:2], EVERYBODY[3]]),
        (Selection(closed_from=date(2026, 5, 2)), []),
        (Selection(closed_to=date(2026, 5, 1)), [*EVERYBODY[:2], EVERYBODY[3]]),
        (Selection(closed_to=date(2026, 4, 30)), []),
    ],
)
async def test_class_groups_are_selected(
    stored: WriteSession, selection: Selection, found: list[Position]
) -> None:
    assert await select(stored, selection) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"learner_id": "L2"}, EVERYBODY[1:2]),
        ({"eligibility": Eligibility.in_progress}, EVERYBODY[2:3]),
        ({"eligibility": Eligibility.withdrawn}, []),
        ({"rule": "attendance-rate", "outcome": Outcome.failed}, [EVERYBODY[0], EVERYBODY[2]]),
        ({"rule": "attendance-rate", "outcome": Outcome.passed}, EVERYBODY[1:2]),
        ({"rule": "attendance-rate", "outcome": Outcome.missing}, []),
        ({"rule": "o'clock\\%s:x", "outcome": Outcome.failed}, []),
        (
            {"rule": "attendance-rate", "outcome": Outcome.failed, "eligibility": Eligibility.ineligible},
            EVERYBODY[:1],
        ),
        ({"person_key": b"live-a/C1/L2"}, EVERYBODY[1:2]),
        ({"person_key": b"nobody"}, []),
    ],
)
async def test_enrollments_are_filtered(
    stored: WriteSession, wanted: dict[str, object], found: list[Position]
) -> None:
    assert await select(stored, Selection(), **wanted) == found


@pytest.mark.parametrize(
    ("selection", "reach", "found"),
    [
        (Selection(), Reach(platform=PlatformCode("vod-b")), EVERYBODY[3:]),
        (Selection(platform=PlatformCode("live-a")), Reach(platform=PlatformCode("vod-b")), []),
        (Selection(), Reach(enterprise=Uscc(ENTERPRISE)), EVERYBODY[:3]),
        (Selection(enterprise=Uscc(OTHER_ENTERPRISE)), Reach(enterprise=Uscc(ENTERPRISE)), []),
        (Selection(), Reach(districts=("4402",)), EVERYBODY[:3]),
        (Selection(districts=("44",)), Reach(districts=("440204", "1101")), EVERYBODY[:3]),
        (Selection(districts=("440205",)), Reach(districts=("440204",)), []),
        (Selection(districts=("440204",)), Reach(districts=("44", "11")), EVERYBODY[:3]),
        (Selection(), Reach(districts=()), []),
        (Selection(), Reach(), EVERYBODY),
    ],
)
async def test_nobody_sees_beyond_their_reach(
    stored: WriteSession, selection: Selection, reach: Reach, found: list[Position]
) -> None:
    assert await select(stored, selection.within(reach)) == found


class TestDistrict:
    async def test_is_that_of_the_platform_that_named_the_enterprise_first(
        self, stored: WriteSession
    ) -> None:
        await put_enterprise(stored, "vod-b", named_as=-1, district_code="310101")
        assert await select(stored, Selection(districts=("310101",))) == EVERYBODY[:3]
        assert await select(stored, Selection(districts=("440204",))) == []

    async def test_passes_to_the_next_when_that_entry_is_deleted(self, stored: WriteSession) -> None:
        await put_enterprise(stored, "vod-b", named_as=-1, district_code="310101", deleted=True)
        assert await select(stored, Selection(districts=("440204",))) == EVERYBODY[:3]

    async def test_is_unknown_until_the_enterprise_is_named(self, stored: WriteSession) -> None:
        await put_enterprise(stored, "live-a", deleted=True)
        assert await select(stored, Selection(districts=("440204",))) == []
        assert await select(stored, Selection()) == EVERYBODY


async def test_days_of_closing_are_those_of_shanghai(stored: WriteSession) -> None:
    late = datetime(2026, 5, 1, 23, 59, 59, 999999, SHANGHAI)
    await put_class_group(stored, closed_at=late)
    assert EVERYBODY[0] in await select(stored, Selection(closed_to=date(2026, 5, 1)))
    assert EVERYBODY[0] not in await select(stored, Selection(closed_from=date(2026, 5, 2)))


async def test_everything_is_exported_page_by_page(
    stored: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PAGE_OF_AN_EXPORT", 3)
    pages = [len(page) async for page in answers.all_enrollments(stored, Selection(), EnrollmentFilter())]
    assert pages == [3, 1]
