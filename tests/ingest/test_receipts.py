"""Receipts told again: by batch, in lists, with rejections and originals; and records read back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import text

from app.accounts.authorisation import TABLE, Action, Reach
from app.core.ids import BatchId, PlatformCode, new_uuid
from app.core.vocabulary import BatchState, Feed, Role
from app.db.session import Database, reading, transaction
from app.ingest import receipts
from app.ingest.errors import BatchUnknown, RecordUnknown
from app.ingest.feeds import DEFINITIONS
from app.ingest.read_back import RecordKeyInvalid, stored_record
from app.ingest.schemas import BatchFilter, MediaType, Receipt, StoredRecord
from app.ledger.sequence import sequence
from app.privacy.fields import Fields, Shown
from app.privacy.keyring import KeyRing
from app.privacy.masking import mask_name
from tests.ingest.deliveries import PLATFORM, deliver
from tests.ingest.examples import FULL, ID_NUMBER, NOW, Record, changed, minimal, stored_of

OWN = Reach(platform=PLATFORM)
STRANGER = Reach(platform=PlatformCode("vod-b"))
LATE = FULL[Feed.attendance]


async def receipt_of(database: Database, batch_id: BatchId, reach: Reach = OWN) -> Receipt:
    async with reading(database) as session:
        return await receipts.receipt(session, batch_id, reach)


class TestReceipt:
    async def test_is_told_again_as_it_was(self, database: Database, key_ring: KeyRing) -> None:
        sent = await deliver(
            database, key_ring, Feed.attendance, LATE, changed(Feed.attendance, method="x"), b"{"
        )
        assert await receipt_of(database, sent.batch.batch_id) == sent
        assert sent.batch.received_at == NOW

    async def test_gets_its_index_from_the_sequencer(self, database: Database, key_ring: KeyRing) -> None:
        sent = [await deliver(database, key_ring, Feed.attendance, LATE) for _ in range(2)]
        await sequence(database)
        told = [await receipt_of(database, each.batch.batch_id) for each in sent]
        assert sorted(str(each.batch.ledger_index) for each in told) == ["0", "1"]
        assert [replace(each.batch, ledger_index=None) for each in told] == [
            replace(each.batch, state=state)
            for each, state in zip(sent, (BatchState.stored, BatchState.assessed), strict=True)
        ]

    async def test_is_assessed_once_nothing_it_touched_waits(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        sent = await deliver(database, key_ring, Feed.attendance, LATE)
        assert (await receipt_of(database, sent.batch.batch_id)).batch.state is BatchState.stored
        async with transaction(database) as session:
            await session.execute(text("DELETE FROM touches"))
        assert (await receipt_of(database, sent.batch.batch_id)).batch.state is BatchState.assessed

    async def test_is_no_business_of_another_platform(self, database: Database, key_ring: KeyRing) -> None:
        sent = await deliver(database, key_ring, Feed.attendance, LATE)
        for reach in (STRANGER, Reach(districts=("110105",))):
            with pytest.raises(BatchUnknown) as unknown:
                await receipt_of(database, sent.batch.batch_id, reach)
            assert unknown.value.status == 404
        with pytest.raises(BatchUnknown):
            await receipt_of(database, BatchId(new_uuid(NOW)))
        assert await receipt_of(database, sent.batch.batch_id, Reach()) == sent

    async def test_is_seen_from_the_district_of_the_enterprise(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        await deliver(database, key_ring, Feed.enterprises, FULL[Feed.enterprises])
        await deliver(database, key_ring, Feed.class_groups, FULL[Feed.class_groups])
        sent = await deliver(database, key_ring, Feed.attendance, LATE)
        assert await receipt_of(database, sent.batch.batch_id, Reach(districts=("44", "1101"))) == sent
        with pytest.raises(BatchUnknown):
            await receipt_of(database, sent.batch.batch_id, Reach(districts=("44",)))


class TestLists:
    async def test_show_the_newest_first_page_by_page(self, database: Database, key_ring: KeyRing) -> None:
        sent = [
            await deliver(
                database, key_ring, Feed.attendance, LATE, received_at=NOW + timedelta(seconds=number)
            )
            for number in range(5)
        ]
        newest_first = [each.batch.batch_id for each in reversed(sent)]
        async with reading(database) as session:
            first = await receipts.batches(session, OWN, limit=3)
            rest = await receipts.batches(session, OWN, limit=3, before=first[-1].batch_id)
            assert [each.batch_id for each in (*first, *rest)] == newest_first
            assert await receipts.batches(session, STRANGER, limit=3) == []
            assert await receipts.batches(session, OWN, BatchFilter(feed=Feed.lessons), limit=3) == []


class TestRejections:
    async def test_are_all_told_page_by_page(self, database: Database, key_ring: KeyRing) -> None:
        lines: list[Record | bytes] = [LATE, b"{"] * 120
        sent = await deliver(database, key_ring, Feed.attendance, *lines)
        assert len(sent.rejections) == 100
        async with reading(database) as session:
            first = await receipts.rejections(session, sent.batch.batch_id, OWN, limit=110)
            rest = await receipts.rejections(
                session, sent.batch.batch_id, OWN, after_line=first[-1].line, limit=110
            )
        assert [each.line for each in (*first, *rest)] == list(range(2, 241, 2))
        assert first[:100] == sent.rejections

    async def test_come_with_their_originals_for_who_pushed_them(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        body = b'[ {"id_number" : 1.50,\n "x": "\xc3\xa9"}, 7 ]'
        sent = await deliver(
            database, key_ring, Feed.enrollments, body=BytesIO(body), media_type=MediaType.json
        )
        async with reading(database) as session:
            found = await receipts.originals(session, key_ring, sent.batch.batch_id, OWN, [1, 2])
            assert found == {1: b'{"id_number":1.50,"x":"\xc3\xa9"}', 2: b"7"}
            assert await receipts.originals(session, key_ring, sent.batch.batch_id, OWN, [2]) == {2: b"7"}
            with pytest.raises(BatchUnknown):
                await receipts.originals(session, key_ring, sent.batch.batch_id, STRANGER, [1])

    async def test_that_cannot_be_read_come_as_text(self, database: Database, key_ring: KeyRing) -> None:
        sent = await deliver(database, key_ring, Feed.enrollments, b'{"a":\xff "', b'{"a":"\\ud800"}')
        async with reading(database) as session:
            found = await receipts.originals(session, key_ring, sent.batch.batch_id, OWN, [1, 2])
        assert [json.loads(found[line]) for line in (1, 2)] == ['{"a":\ufffd "', '{"a":"\\ud800"}']


CLEAR = Fields(*[Shown.clear] * 4)
NAMES_OF_PERSONS = (
    (Feed.enrollments, "name"),
    (Feed.lessons, "instructor_name"),
    (Feed.teaching_records, "instructor_name"),
    (Feed.institutions, "contact_name"),
    (Feed.enterprises, "contact_name"),
    (Feed.enterprises, "responsible_person"),
)


class TestReadBack:
    async def of(
        self,
        database: Database,
        key_ring: KeyRing,
        feed: Feed,
        key: Mapping[str, str],
        platform: PlatformCode = PLATFORM,
        *,
        shown: Fields = TABLE[Action.read_records][Role.platform].fields,
    ) -> StoredRecord:
        async with reading(database) as session:
            return await stored_record(session, key_ring, platform, feed, key, shown=shown)

    @pytest.mark.parametrize("feed", Feed)
    async def test_tells_what_was_pushed(self, database: Database, key_ring: KeyRing, feed: Feed) -> None:
        sent = await deliver(database, key_ring, feed, b"{", FULL[feed] | {"revision": 3})
        found = await self.of(database, key_ring, feed, key_of(feed), shown=CLEAR)
        assert (found.revision, found.deleted, found.line) == (3, False, 2)
        assert found.batch_id == sent.batch.batch_id
        stored = stored_of(feed, FULL[feed])
        for field in DEFINITIONS[feed].own_fields:
            assert found.fields[field.name] == field.kind.shown(stored[field.name]), field.name

    @pytest.mark.parametrize("feed", Feed)
    async def test_fills_in_what_was_not(self, database: Database, key_ring: KeyRing, feed: Feed) -> None:
        await deliver(database, key_ring, feed, minimal(feed))
        found = await self.of(database, key_ring, feed, key_of(feed))
        defaults = {"playback_rate": 1, "exam_ids": [], "required": True}
        given = minimal(feed)
        for name, value in found.fields.items():
            if name not in given and name != "attempt":
                assert value == defaults.get(name), name

    async def test_masks_what_is_sealed(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.enrollments, FULL[Feed.enrollments])
        await deliver(database, key_ring, Feed.enterprises, FULL[Feed.enterprises])
        learner = await self.of(database, key_ring, Feed.enrollments, key_of(Feed.enrollments))
        enterprise = await self.of(database, key_ring, Feed.enterprises, key_of(Feed.enterprises))
        assert learner.fields["id_number"] == ID_NUMBER[:3] + "*" * 11 + ID_NUMBER[-4:]
        assert learner.fields["phone"] == "138****8000"
        assert enterprise.fields["bank_account"] == "*" * 15 + "5678"

    async def test_shows_names_as_it_is_told_to(self, database: Database, key_ring: KeyRing) -> None:
        for feed, name in NAMES_OF_PERSONS:
            await deliver(database, key_ring, feed, FULL[feed])
            found = await self.of(database, key_ring, feed, key_of(feed), shown=Fields(name=Shown.masked))
            assert found.fields[name] == mask_name(FULL[feed][name]), name
            found = await self.of(database, key_ring, feed, key_of(feed), shown=Fields())
            assert found.fields[name] is None, name

    async def test_of_a_tombstone_tells_only_the_key(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, LATE | {"deleted": True, "revision": 4})
        found = await self.of(database, key_ring, Feed.attendance, key_of(Feed.attendance))
        assert (found.fields, found.revision, found.deleted) == (key_of(Feed.attendance), 4, True)

    async def test_is_only_for_the_platform_itself(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, LATE)
        with pytest.raises(RecordUnknown) as unknown:
            await self.of(database, key_ring, Feed.attendance, key_of(Feed.attendance), PlatformCode("vod-b"))
        assert unknown.value.status == 404

    async def test_wants_exactly_the_key(self, database: Database, key_ring: KeyRing) -> None:
        key = key_of(Feed.exam_scores)
        wrong: list[tuple[dict[str, str], tuple[str, str]]] = [
            ({}, ("/class_group_id", "missing_field")),
            (key | {"score": "1"}, ("/score", "unknown_field")),
            (key | {"attempt": "0"}, ("/attempt", "invalid_value")),
            (key | {"attempt": "x"}, ("/attempt", "invalid_type")),
            (key | {"attempt": "9" * 5000}, ("/attempt", "invalid_type")),
            (key | {"exam_id": "a b"}, ("/exam_id", "invalid_value")),
            (key | {"learner_id": ID_NUMBER}, ("/learner_id", "invalid_value")),
        ]
        for asked, expected in wrong:
            with pytest.raises(RecordKeyInvalid) as invalid:
                await self.of(database, key_ring, Feed.exam_scores, asked)
            assert expected in [(error.pointer, error.code) for error in invalid.value.errors]
            assert ID_NUMBER not in repr(invalid.value.errors)


def key_of(feed: Feed) -> dict[str, str]:
    """As a query would spell it."""
    return {field.name: str(FULL[feed][field.name]) for field in DEFINITIONS[feed].keys}
