"""Batches in the database: revisions, tombstones, conflicts, all or nothing."""

from datetime import timedelta
from io import BytesIO

import pytest

from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.errors import BatchRejected, MalformedBody
from app.ingest.schemas import Counts, MediaType
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import PLATFORM, deliver, rows, stored
from tests.ingest.examples import FULL, NOW, changed, minimal

LATE = changed(Feed.attendance, status="late")
ABSENT_NOW = changed(Feed.attendance, status="absent")
KEY = {"class_group_id": "C1", "learner_id": "L1", "lesson_id": "S1"}


def counts(*, accepted: int = 0, unchanged: int = 0, stale: int = 0, rejected: int = 0) -> Counts:
    return Counts(accepted + unchanged + stale + rejected, accepted, unchanged, stale, rejected)


@pytest.mark.parametrize("feed", Feed)
async def test_every_feed_is_stored_and_replaced(database: Database, key_ring: KeyRing, feed: Feed) -> None:
    receipt = await deliver(database, key_ring, feed, FULL[feed])
    assert receipt.batch.counts == counts(accepted=1)
    (whole,) = await stored(database, feed)
    await deliver(database, key_ring, feed, minimal(feed, revision=1))
    await deliver(database, key_ring, feed, FULL[feed] | {"revision": 2})
    (again,) = await stored(database, feed)
    assert (again.revision, again.deleted, again.line, again.platform) == (2, False, 1, PLATFORM)
    incidental = {"revision", "batch_id"} | {name for name in whole._fields if name.endswith("_sealed")}
    assert {**whole._mapping, **dict.fromkeys(incidental)} == {**again._mapping, **dict.fromkeys(incidental)}


class TestRevisions:
    async def test_the_highest_stands_in_whatever_order_they_come(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        for revision, status in ((3, "late"), (1, "absent"), (5, "present"), (4, "leave")):
            await deliver(
                database, key_ring, Feed.attendance, LATE | {"revision": revision, "status": status}
            )
        (row,) = await stored(database, Feed.attendance)
        assert (row.revision, row.status) == (5, "present")

    async def test_a_known_one_is_found_among_many_new_ones(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        many = [LATE | {"learner_id": f"L{number}"} for number in range(500)]
        first = await deliver(database, key_ring, Feed.attendance, many[321], many[322])
        mixed = [*many[:322], ABSENT_NOW | {"learner_id": "L322", "revision": 1}, *many[323:]]
        receipt = await deliver(database, key_ring, Feed.attendance, *mixed)
        assert receipt.batch.counts == counts(accepted=499, unchanged=1)
        found = {row.learner_id: row for row in await stored(database, Feed.attendance)}
        assert len(found) == len(many)
        assert (found["L321"].batch_id, found["L322"].status) == (first.batch.batch_id, "absent")

    async def test_a_lower_one_is_stale_and_the_same_is_unchanged(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        first = await deliver(database, key_ring, Feed.attendance, LATE | {"revision": 2})
        stale = await deliver(database, key_ring, Feed.attendance, ABSENT_NOW | {"revision": 1})
        same = await deliver(database, key_ring, Feed.attendance, LATE | {"revision": 2})
        assert (stale.batch.counts, same.batch.counts) == (counts(stale=1), counts(unchanged=1))
        (row,) = await stored(database, Feed.attendance)
        assert (row.status, row.batch_id) == ("late", first.batch.batch_id)

    async def test_the_same_one_with_other_content_is_rejected(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        await deliver(database, key_ring, Feed.attendance, LATE | {"revision": 2})
        conflict = await deliver(database, key_ring, Feed.attendance, ABSENT_NOW | {"revision": 2})
        assert conflict.batch.counts == counts(rejected=1)
        (rejection,) = conflict.rejections
        (error,) = rejection.errors
        assert (rejection.line, rejection.record_key) == (1, KEY)
        assert (error.pointer, error.code, error.current_revision) == ("/revision", "revision_conflict", 2)
        (row,) = await stored(database, Feed.attendance)
        assert row.status == "late"

    async def test_lines_of_one_batch_count_in_their_order(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        receipt = await deliver(
            database,
            key_ring,
            Feed.attendance,
            LATE | {"revision": 1},
            ABSENT_NOW,  # stale
            LATE | {"revision": 1},  # unchanged
            ABSENT_NOW | {"revision": 1},  # rejected
            ABSENT_NOW | {"revision": 3},
        )
        assert receipt.batch.counts == counts(accepted=2, stale=1, unchanged=1, rejected=1)
        assert [rejection.line for rejection in receipt.rejections] == [4]
        (row,) = await stored(database, Feed.attendance)
        assert (row.revision, row.status, row.line) == (3, "absent", 5)

    async def test_new_and_stored_keys_mix(self, database: Database, key_ring: KeyRing) -> None:
        first = [LATE | {"lesson_id": f"S{number}"} for number in range(4)]
        await deliver(database, key_ring, Feed.attendance, *first)
        second = [record | {"revision": 1, "status": "leave"} for record in first[::2]]
        new = LATE | {"lesson_id": "S9"}
        receipt = await deliver(database, key_ring, Feed.attendance, new, *second, first[1])
        assert receipt.batch.counts == counts(accepted=3, unchanged=1)
        found = {row.lesson_id: row.status for row in await stored(database, Feed.attendance)}
        assert found == {"S0": "leave", "S1": "late", "S2": "leave", "S3": "late", "S9": "late"}

    async def test_equal_ciphertexts_are_not_needed_for_equal_content(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        record = FULL[Feed.enrollments]
        await deliver(database, key_ring, Feed.enrollments, record)
        again = await deliver(database, key_ring, Feed.enrollments, record)
        assert again.batch.counts == counts(unchanged=1)


class TestTombstones:
    async def test_empty_a_row_and_keep_its_key(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, LATE)
        await deliver(database, key_ring, Feed.attendance, {**KEY, "deleted": True, "revision": 1})
        (row,) = await stored(database, Feed.attendance)
        assert (row.lesson_id, row.deleted, row.revision, row.status, row.signed_in_at) == (
            "S1",
            True,
            1,
            None,
            None,
        )

    async def test_may_come_first(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, {**KEY, "deleted": True, "revision": 1})
        late = await deliver(database, key_ring, Feed.attendance, LATE)
        assert late.batch.counts == counts(stale=1)
        (row,) = await stored(database, Feed.attendance)
        assert row.deleted

    async def test_give_way_to_a_higher_revision(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, {**KEY, "deleted": True, "revision": 1})
        await deliver(database, key_ring, Feed.attendance, LATE | {"revision": 2})
        (row,) = await stored(database, Feed.attendance)
        assert (row.deleted, row.status) == (False, "late")

    async def test_of_one_revision_are_the_same_whatever_else_they_say(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        await deliver(database, key_ring, Feed.attendance, {**KEY, "deleted": True})
        same = await deliver(database, key_ring, Feed.attendance, LATE | {"deleted": True})
        live = await deliver(database, key_ring, Feed.attendance, LATE)
        assert (same.batch.counts, live.batch.counts) == (counts(unchanged=1), counts(rejected=1))


class TestPlatforms:
    async def test_may_use_the_same_ids(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, LATE)
        other = await deliver(database, key_ring, Feed.attendance, ABSENT_NOW, platform=PlatformCode("vod-b"))
        assert other.batch.counts == counts(accepted=1)
        found = {row.platform: row.status for row in await stored(database, Feed.attendance)}
        assert found == {"live-a": "late", "vod-b": "absent"}

    async def test_that_name_an_enterprise_first_stay_the_first(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        first = await deliver(database, key_ring, Feed.enterprises, FULL[Feed.enterprises])
        for change in ({"name": "改名"}, {"deleted": True}, {"name": "又改"}):
            revision = (await stored(database, Feed.enterprises))[0].revision + 1
            changed_row = FULL[Feed.enterprises] | change | {"revision": revision}
            later = NOW + timedelta(seconds=revision)
            await deliver(database, key_ring, Feed.enterprises, changed_row, received_at=later)
        (row,) = await stored(database, Feed.enterprises)
        assert (row.name, row.first_batch_id) == ("又改", first.batch.batch_id)
        assert row.batch_id > first.batch.batch_id


class TestAllOrNothing:
    TABLES = (
        "attendance", "batches", "batch_archives", "rejections", "batch_class_groups", "touches",
        "ledger_pending", "idempotency_keys",
    )  # fmt: skip

    async def contents(self, database: Database) -> dict[str, int]:
        return {name: (await rows(database, f"SELECT count(*) FROM {name}"))[0][0] for name in self.TABLES}  # noqa: S608

    async def test_stores_nothing_where_one_record_is_bad(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        await deliver(database, key_ring, Feed.attendance, LATE)
        before = await self.contents(database)
        with pytest.raises(BatchRejected) as refused:
            await deliver(
                database,
                key_ring,
                Feed.attendance,
                LATE | {"lesson_id": "S2"},
                LATE,
                b"{",
                ABSENT_NOW,
                atomic=True,
                idempotency_key="k",
            )
        assert refused.value.counts == counts(accepted=1, unchanged=1, rejected=2)
        assert [(each.line, each.errors[0].code) for each in refused.value.rejections] == [
            (3, "malformed_record"),
            (4, "revision_conflict"),
        ]
        assert (refused.value.status, refused.value.code) == (422, "batch_rejected")
        assert await self.contents(database) == before

    async def test_stores_all_where_all_are_good(self, database: Database, key_ring: KeyRing) -> None:
        batch = [LATE | {"lesson_id": f"S{number}"} for number in range(3)]
        receipt = await deliver(database, key_ring, Feed.attendance, *batch, atomic=True)
        assert receipt.batch.counts == counts(accepted=3)

    async def test_a_broken_array_is_refused_as_a_whole(self, database: Database, key_ring: KeyRing) -> None:
        with pytest.raises(MalformedBody):
            await deliver(
                database, key_ring, Feed.attendance, media_type=MediaType.json, body=BytesIO(b"[{]")
            )
        assert set((await self.contents(database)).values()) == {0}


@pytest.mark.parametrize(
    ("media_type", "body"), [(MediaType.ndjson, b""), (MediaType.ndjson, b"\n\n"), (MediaType.json, b"[]")]
)
async def test_an_empty_batch_has_a_receipt_too(
    database: Database, key_ring: KeyRing, media_type: MediaType, body: bytes
) -> None:
    receipt = await deliver(
        database, key_ring, Feed.attendance, media_type=media_type, body=BytesIO(body), atomic=True
    )
    assert receipt.batch.counts == counts()
    assert receipt.rejections == []


async def test_a_thousand_rejections_are_kept_and_a_hundred_told(
    database: Database, key_ring: KeyRing
) -> None:
    receipt = await deliver(database, key_ring, Feed.attendance, *([{"colour": 1}] * 1000))
    assert receipt.batch.counts == counts(rejected=1000)
    assert [rejection.line for rejection in receipt.rejections] == list(range(1, 101))
    assert (await rows(database, "SELECT count(*) FROM rejections"))[0][0] == 1000
