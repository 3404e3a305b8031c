"""What is opened again hashes to what its entry names, or is not handed out."""

import msgspec
import pytest

from app.core.clock import now
from app.core.ids import BatchId, PlatformCode, new_uuid
from app.core.vocabulary import Feed
from app.evidence.errors import ArchiveAltered
from app.evidence.leaves import open_batch, told_leaves
from app.evidence.schemas import SealedBatch
from app.ingest.archive import seal_body, seal_secret
from app.ingest.schemas import MediaType
from app.ledger.leaves import record_leaves
from app.ledger.merkle import root
from app.privacy.keyring import KeyRing

RECORDS = [b'{"a":1}', b"\xff", b'{"b": "\\u5f20"}']
OUTCOMES = b"\x01\x04\x03"
SECRET = bytes(range(32))


def sealed(key_ring: KeyRing, outcomes: bytes = OUTCOMES) -> SealedBatch:
    batch_id = BatchId(new_uuid(now()))
    return SealedBatch(
        batch_id=batch_id,
        platform=PlatformCode("P1"),
        feed=Feed.lessons,
        received_at=now(),
        media_type=MediaType.ndjson,
        body_sealed=seal_body(key_ring, batch_id, b"\n".join(RECORDS)),
        secret_sealed=seal_secret(key_ring, batch_id, SECRET),
        outcomes=outcomes,
    )


def envelope(outcomes: bytes = OUTCOMES) -> bytes:
    return msgspec.json.encode({"records_root": root(record_leaves(SECRET, RECORDS, outcomes)).hex()})


def test_all_leaves_are_told_without_paths(key_ring: KeyRing) -> None:
    opened = open_batch(key_ring, sealed(key_ring), envelope())
    lines = [msgspec.json.decode(line) for line in told_leaves(opened, [0, 1, 2])]
    assert [line["n"] for line in lines] == [0, 1, 2]
    assert [line["outcome"] for line in lines] == [1, 4, 3]
    assert [line.get("record_utf8") for line in lines] == ['{"a":1}', None, '{"b": "\\u5f20"}']
    assert lines[1]["record_base64"] == "/w=="
    assert not any("path" in line for line in lines)


def test_some_leaves_are_told_each_with_its_path(key_ring: KeyRing) -> None:
    opened = open_batch(key_ring, sealed(key_ring), envelope())
    lines = [msgspec.json.decode(line) for line in told_leaves(opened, [0, 2])]
    assert [len(line["path"]) for line in lines] == [2, 1]


@pytest.mark.parametrize("outcomes", [b"\x01\x01\x03", b"\x01\x04"])
def test_what_does_not_hash_to_its_entry_is_not_opened(key_ring: KeyRing, outcomes: bytes) -> None:
    with pytest.raises(ArchiveAltered):
        open_batch(key_ring, sealed(key_ring, outcomes), envelope())
