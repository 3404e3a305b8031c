"""The bytes by which a look at a video, and a round of them, go into the ledger (docs/ledger-format.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.ledger.canonical import Json, canonical_json, instant
from app.ledger.envelope import VERSION, EntryKind
from app.ledger.merkle import Commitment


class KeptCheck(NamedTuple):
    """A row of `video_checks`."""

    check_id: UUID
    platform: str
    class_group_id: str
    video_id: str
    kind: str
    checked_at: datetime
    outcome: str
    figures: Mapping[str, Json]
    batch_id: UUID
    line: int


def check_document(check: KeptCheck) -> bytes:
    return canonical_json(
        {
            "v": VERSION,
            "check_id": str(check.check_id),
            "platform": check.platform,
            "class_group_id": check.class_group_id,
            "video_id": check.video_id,
            "kind": check.kind,
            "checked_at": instant(check.checked_at),
            "outcome": check.outcome,
            "figures": dict(check.figures),
            "registered": {"batch_id": str(check.batch_id), "line": check.line},
        }
    )


def custody_envelope(*, round_id: UUID, closed_at: datetime, checks: Commitment) -> bytes:
    """A round of looks at videos: `checks` commits to their documents in the order of their ids."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.custody,
            "round_id": str(round_id),
            "closed_at": instant(closed_at),
            "checks": {"size": checks.size, "root": checks.root.hex()},
        }
    )
