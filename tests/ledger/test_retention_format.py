"""docs/ledger-format.md is true of holds and disposals too: by its words, and by the platform's code."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.ledger.retention_envelopes import disposal_envelope, hold_envelope
from tests.ledger.vectors import decoded, sha256, sorted_json, text


@pytest.mark.parametrize("kind", ["hold", "disposal"])
def test_leaf_hashes_hash_the_envelopes(kind: str) -> None:
    envelope = text(f"{kind}-envelope")
    assert envelope == sorted_json(json.loads(envelope))
    assert decoded(f"{kind}-leaf-hash") == [sha256(b"\x00" + envelope)]


def test_the_record_hashes_to_what_the_envelope_says() -> None:
    document = text("disposal-document")
    assert document == sorted_json(json.loads(document))
    assert decoded("disposal-document-hash") == [sha256(document)]
    assert json.loads(text("disposal-envelope"))["document_hash"] == sha256(document).hex()


def test_the_code_writes_the_envelope_of_a_hold() -> None:
    envelope = hold_envelope(
        hold_id=UUID("019d4be6-8a60-7d33-9f66-778899aabd01"),
        about="enrollment",
        platform="live-a",
        class_group_id="C1",
        uscc=None,
        placed_by="user-00112233445566aa",
        placed_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
    )
    assert envelope == text("hold-envelope")


def test_the_code_writes_the_envelope_of_a_disposal() -> None:
    envelope = disposal_envelope(
        disposal_id=UUID("019d4be6-8a60-7d33-9f66-778899aabd02"),
        class_group=ClassGroupKey(PlatformCode("live-a"), ClassGroupId("C1")),
        disposed_at=datetime(2031, 4, 3, 2, 1, 0, 7, tzinfo=UTC),
        proposal_id=UUID("019d4be6-8a60-7d33-9f66-778899aabd03"),
        document_hash=decoded("disposal-document-hash")[0],
    )
    assert envelope == text("disposal-envelope")
