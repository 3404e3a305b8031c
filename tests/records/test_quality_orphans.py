"""Records whose class group, lesson or enrollment has not arrived."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert

from app.accounts.authorisation import Reach
from app.core.vocabulary import Feed
from app.db.models import BatchClassGroup
from app.db.session import WriteSession
from app.records.quality import orphan_page
from app.records.quality_orphans import Orphans, orphans
from tests.factories.feeds import (
    BATCH,
    KEY,
    OTHER_KEY,
    put_answer,
    put_attendance,
    put_enrollment,
    put_evaluation,
    put_exam_score,
    put_learning_record,
    put_lesson,
    put_verification,
)
from tests.factories.intake import add_batch
from tests.records.quality import EVERYWHERE, HERE, asked


class TestOrphans:
    async def test_names_the_lesson_and_the_enrollment_that_have_not_come(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S9")
        await put_learning_record(live, "L9", "S1")
        await put_learning_record(live, "L9", "S9")
        await put_exam_score(live, "L9", "E1")
        found = {each.feed: each for each in await orphans(live, HERE, [KEY.class_group_id])}
        assert [each.missing for each in found[Feed.attendance].first] == [{"lesson_id": "S9"}]
        assert found[Feed.attendance].first[0].record_key == {
            "class_group_id": "C1",
            "learner_id": "L1",
            "lesson_id": "S9",
        }
        assert [each.missing for each in found[Feed.learning_records].first] == [
            {"learner_id": "L9"},
            {"learner_id": "L9", "lesson_id": "S9"},
        ]
        assert found[Feed.exam_scores].first[0].record_key == {
            "class_group_id": "C1",
            "learner_id": "L9",
            "exam_id": "E1",
            "attempt": 1,
        }
        assert set(found) == {Feed.attendance, Feed.learning_records, Feed.exam_scores}

    async def test_are_all_records_of_a_class_group_that_has_not_come(self, live: WriteSession) -> None:
        await put_lesson(live, "S1", OTHER_KEY)
        await put_enrollment(live, "L1", OTHER_KEY)
        for add in (put_attendance, put_learning_record, put_verification, put_answer):
            await add(live, "L1", "S1", OTHER_KEY)
        await put_evaluation(live, "L1", OTHER_KEY)
        found = await orphans(live, HERE, [OTHER_KEY.class_group_id])
        assert [each.feed for each in found] == [
            Feed.lessons,
            Feed.enrollments,
            Feed.attendance,
            Feed.learning_records,
            Feed.verifications,
            Feed.quiz_answers,
            Feed.evaluations,
        ]
        assert all(each.first[0].missing == {"class_group_id": "C2"} for each in found)

    async def test_are_none_once_what_they_name_has_come(self, live: WriteSession) -> None:
        await put_attendance(live, "L2", "S2")
        await put_enrollment(live, "L2")
        await put_lesson(live, "S2")
        assert await orphans(live, HERE, [KEY.class_group_id]) == []

    async def test_are_not_tombstones_but_what_names_one_is(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S9", deleted=True)
        assert await orphans(live, HERE, [KEY.class_group_id]) == []
        await put_lesson(live, "S1", deleted=True)
        (found,) = await orphans(live, HERE, [KEY.class_group_id])
        assert found.first[0].missing == {"lesson_id": "S1"}

    async def test_are_counted_beyond_those_that_are_listed(self, live: WriteSession) -> None:
        for number in range(3):
            await put_attendance(live, "L1", f"S9{number}")
        (found,) = await orphans(live, HERE, [KEY.class_group_id], keys=2)
        assert (found.records, len(found.first)) == (3, 2)

    async def test_are_looked_for_class_group_by_class_group(self, live: WriteSession) -> None:
        await put_attendance(live, "L1", "S9")
        await put_attendance(live, "L1", "S9", OTHER_KEY)
        await add_batch(live, OTHER_KEY)
        first = await orphan_page(live, HERE, EVERYWHERE, after="", limit=1)
        assert (class_groups_of(first.items), first.last_examined) == (["C1"], "C1")
        second = await orphan_page(live, HERE, EVERYWHERE, after="C1", limit=1)
        assert (class_groups_of(second.items), second.last_examined) == (["C2"], None)

    async def test_of_a_class_group_in_no_district_are_not_shown_to_who_is_bound_to_one(
        self, live: WriteSession
    ) -> None:
        await put_attendance(live, "L1", "S9")
        await put_attendance(live, "L1", "S9", OTHER_KEY)
        await add_batch(live, OTHER_KEY)
        here, elsewhere = Reach(districts=("4402",)), Reach(districts=("11",))
        assert (await asked(live)).class_groups_not_arrived == ["C2"]
        assert (await asked(live, here)).class_groups_not_arrived == []
        assert class_groups_of((await asked(live, here)).orphans.items) == ["C1"]
        assert class_groups_of((await asked(live, elsewhere)).orphans.items) == []


def class_groups_of(items: Sequence[Orphans]) -> list[str]:
    return [each.class_group_id for each in items]


async def test_a_class_group_named_by_many_batches_is_examined_once(live: WriteSession) -> None:
    more = [{**KEY._asdict(), "batch_id": UUID(int=BATCH.int + number)} for number in range(1, 4)]
    await live.execute(insert(BatchClassGroup).values(more))
    assert (await orphan_page(live, HERE, EVERYWHERE, after="", limit=10)).examined_class_groups == 1
