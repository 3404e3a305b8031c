"""What should have come and has not, over a platform and in one class group."""

from datetime import UTC, datetime, timedelta

from app.core.vocabulary import Feed
from app.db.models import Project
from app.db.session import WriteSession
from app.records.quality_completeness import completeness
from tests.factories.feeds import (
    ENTERPRISE,
    KEY,
    NINE_O_CLOCK,
    OTHER_KEY,
    put,
    put_attendance,
    put_class_group,
    put_enrollment,
    put_learning_record,
    put_lesson,
)
from tests.factories.standings import put_enterprise
from tests.records.quality import IN_TIME, asked


class TestGaps:
    async def test_a_due_lesson_without_attendance_is_one_while_the_class_group_runs(
        self, live: WriteSession
    ) -> None:
        await put_lesson(live, "S2", day=1)
        await put_lesson(live, "S3", day=2, kind="vod")
        await put_lesson(live, "S4", day=30)
        await put_attendance(live, "L1", "S2", deleted=True)
        found = (await asked(live)).lessons_without_attendance
        assert [each.lesson_id for each in found] == ["S2"]
        await put_class_group(live, closed_at=IN_TIME)
        assert (await asked(live)).lessons_without_attendance == []

    async def test_a_lesson_is_due_when_it_ends(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S1", deleted=True)
        end = NINE_O_CLOCK + timedelta(hours=1)
        assert (await asked(live, as_of=end - timedelta(seconds=1))).lessons_without_attendance == []
        assert len((await asked(live, as_of=end)).lessons_without_attendance) == 1

    async def test_feeds_are_silent_after_three_days_while_a_class_group_runs(
        self, live: WriteSession
    ) -> None:
        three_days = IN_TIME + timedelta(hours=72)
        assert (await asked(live, as_of=three_days)).silent_feeds == []
        late = three_days + timedelta(seconds=1)
        assert (await asked(live, as_of=late)).silent_feeds == [Feed.attendance, Feed.learning_records]
        after_its_period = datetime(2026, 5, 2, tzinfo=UTC)
        assert (await asked(live, as_of=after_its_period)).silent_feeds == []

    async def test_projects_and_enterprises_that_have_not_come_are_named(self, live: WriteSession) -> None:
        await put_class_group(live, OTHER_KEY, project_id="P9", enterprise_uscc="91440200MA4UQ0A31K")
        assert (await asked(live)).unknown_references == [("C2", "一班", "P9", "91440200MA4UQ0A31K")]
        await put(live, Project, platform="vod-b", project_id="P9")
        await put_enterprise(live, "vod-b", "91440200MA4UQ0A31K")
        assert (await asked(live)).unknown_references == [("C2", "一班", "P9", None)]

    async def test_an_entry_that_differs_from_the_first_one_is_named(self, live: WriteSession) -> None:
        await put_enterprise(live, "vod-b", named_as=-1, district_code="440205")
        (found,) = (await asked(live)).enterprise_differences
        assert (found.uscc, found.deciding_platform) == (ENTERPRISE, "vod-b")
        assert (found.district_code, found.deciding_district_code) == ("440204", "440205")

    async def test_the_first_entry_differs_from_none(self, live: WriteSession) -> None:
        await put_enterprise(live, "vod-b", named_as=1, district_code="440205")
        assert (await asked(live)).enterprise_differences == []


class TestCompleteness:
    async def test_names_what_is_missing_before_a_class_group_is_closed(self, live: WriteSession) -> None:
        await put_lesson(live, "S2", day=1)
        await put_lesson(live, "S3", day=2)
        await put_lesson(live, "S4", day=30)
        await put_learning_record(live, "L1", "S2", day=1)
        await put_enrollment(live, "L2")
        await put_enrollment(live, "L3", withdrawn_at=IN_TIME)
        found = await completeness(live, KEY, IN_TIME)
        assert (found.headcount, found.withdrawn, found.lessons, found.lessons_due) == (2, 1, 4, 3)
        assert found.lessons_without_attendance == ["S2", "S3"]
        assert found.lessons_without_records == ["S3"]
        assert found.learners_without_records == ["L2"]

    async def test_a_vod_lesson_is_due_at_the_end_of_the_period(self, live: WriteSession) -> None:
        await put_lesson(live, "S2", kind="vod", starts_at=None, ends_at=None)
        midnight = datetime(2026, 4, 30, 16, tzinfo=UTC)
        before = await completeness(live, KEY, midnight - timedelta(seconds=1))
        after = await completeness(live, KEY, midnight)
        assert (before.lessons_due, after.lessons_due) == (1, 2)
        assert (before.lessons_without_records, after.lessons_without_records) == ([], ["S2"])
        assert after.lessons_without_attendance == []

    async def test_nothing_is_missing_of_a_film_that_nobody_has_to_watch(self, live: WriteSession) -> None:
        await put_lesson(live, "S2", kind="vod", starts_at=None, ends_at=None, required=False)
        await put_lesson(live, "S3", kind="live", day=1, required=False)
        found = await completeness(live, KEY, datetime(2026, 4, 30, 16, tzinfo=UTC))
        assert (found.lessons_due, found.lessons_without_records) == (3, ["S3"])
