"""The bytes of ledger entries on what is kept: a legal hold is placed, a class group is disposed of."""

from datetime import datetime
from uuid import UUID

from app.core.ids import ClassGroupKey
from app.ledger.canonical import canonical_json, instant
from app.ledger.envelope import VERSION, EntryKind


def hold_envelope(
    *,
    hold_id: UUID,
    about: str,
    platform: str | None,
    class_group_id: str | None,
    uscc: str | None,
    placed_by: str,
    placed_at: datetime,
) -> bytes:
    """One on an enrollment names its class group; the learner's id and the reason stay outside."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.hold,
            "hold_id": str(hold_id),
            "about": about,
            "platform": platform,
            "class_group_id": class_group_id,
            "uscc": uscc,
            "placed_by": placed_by,
            "placed_at": instant(placed_at),
        }
    )


def disposal_envelope(
    *,
    disposal_id: UUID,
    class_group: ClassGroupKey,
    disposed_at: datetime,
    proposal_id: UUID,
    document_hash: bytes,
) -> bytes:
    """`document_hash`: SHA-256 of the disposal record, which holds ids, counts and hashes alone."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.disposal,
            "disposal_id": str(disposal_id),
            "platform": class_group.platform,
            "class_group_id": class_group.class_group_id,
            "disposed_at": instant(disposed_at),
            "proposal_id": str(proposal_id),
            "document_hash": document_hash.hex(),
        }
    )
