"""What a batch leaves for the assessment: touches, and links to its class groups."""

import pytest

from app.core.vocabulary import BatchState, Feed
from app.db.session import Database
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import PLATFORM, deliver, rows
from tests.ingest.examples import FULL, NOW, Record, changed

OF_THE_LEARNER = {
    Feed.enrollments,
    Feed.attendance,
    Feed.learning_records,
    Feed.verifications,
    Feed.quiz_answers,
    Feed.exam_scores,
    Feed.evaluations,
}
OF_ALL = {Feed.class_groups, Feed.lessons}
OF_THE_CLASS_GROUP = {Feed.teaching_records, Feed.videos}
LINKED = OF_THE_LEARNER | OF_ALL | OF_THE_CLASS_GROUP
OF_NOBODY = {Feed.institutions, Feed.platform_logs}

TOUCHES = "SELECT class_group_id, learner_ids FROM touches ORDER BY touch_id"
LINKS = "SELECT class_group_id FROM batch_class_groups ORDER BY class_group_id"


@pytest.mark.parametrize("feed", Feed)
async def test_a_record_touches_whose_figures_rest_on_it(
    database: Database, key_ring: KeyRing, feed: Feed
) -> None:
    receipt = await deliver(database, key_ring, feed, FULL[feed])
    learners = ["L1"] if feed in OF_THE_LEARNER else [] if feed in OF_THE_CLASS_GROUP else None
    assert await rows(database, TOUCHES) == ([("C1", learners)] if feed in LINKED else [])
    assert receipt.batch.state is (BatchState.assessed if feed in OF_NOBODY else BatchState.stored)
    assert await rows(database, LINKS) == ([("C1",)] if feed in LINKED else [])


async def test_a_touch_names_batch_platform_and_moment(database: Database, key_ring: KeyRing) -> None:
    receipt = await deliver(database, key_ring, Feed.attendance, FULL[Feed.attendance])
    assert await rows(database, "SELECT platform, batch_id, touched_at FROM touches") == [
        (PLATFORM, receipt.batch.batch_id, NOW)
    ]


async def test_a_class_group_is_touched_once_with_all_its_learners(
    database: Database, key_ring: KeyRing
) -> None:
    batch = [
        changed(
            Feed.attendance,
            class_group_id=f"C{number % 3}",
            learner_id=f"L{number % 5}",
            lesson_id=f"S{number}",
        )
        for number in range(30)
    ]
    await deliver(database, key_ring, Feed.attendance, *batch)
    learners = [f"L{number}" for number in range(5)]
    assert await rows(database, TOUCHES) == [("C0", learners), ("C1", learners), ("C2", learners)]
    assert await rows(database, LINKS) == [("C0",), ("C1",), ("C2",)]


@pytest.mark.parametrize(
    "without_effect",
    [
        {},
        {"revision": 0, "status": "absent"},
        {"revision": 1, "status": "absent"},
        {"lesson_id": "a b"},
    ],
    ids=["unchanged", "stale", "in conflict", "rejected"],
)
async def test_what_is_not_accepted_touches_and_links_nothing(
    database: Database, key_ring: KeyRing, without_effect: Record
) -> None:
    first = changed(Feed.attendance, revision=1)
    await deliver(database, key_ring, Feed.attendance, first)
    receipt = await deliver(database, key_ring, Feed.attendance, first | without_effect)
    assert receipt.batch.counts.accepted == 0
    assert receipt.batch.state is BatchState.assessed
    assert len(await rows(database, TOUCHES)) == 1
    assert len(await rows(database, LINKS)) == 1


async def test_a_tombstone_touches_as_its_record_did(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.lessons, changed(Feed.lessons, deleted=True))
    await deliver(database, key_ring, Feed.attendance, changed(Feed.attendance, deleted=True))
    assert await rows(database, TOUCHES) == [("C1", None), ("C1", ["L1"])]
