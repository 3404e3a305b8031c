"""处置: a class group goes once its time is over, whole or not at all, and leaves a record for ever.

The record is canonical JSON of ids, counts and hashes; the ledger has its hash, so that every checkpoint that
covers this entry signs it (docs/ledger-format.md, A disposal).
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from app.core import clock
from app.core.ids import ClassGroupKey, new_uuid
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.ledger.canonical import Json, canonical_json, instant
from app.ledger.envelope import VERSION, EntryKind
from app.ledger.retention_envelopes import disposal_envelope
from app.ledger.sequence import enqueue
from app.records.selection import Selection
from app.retention import disposals_repository as repository
from app.retention import repository as clocks
from app.retention.errors import HoldStands, RetentionUnknown, StillKept
from app.retention.repository import Found
from app.retention.schemas import PolicyTerm


class Persons(NamedTuple):
    """Who proposed it, and who approved it."""

    proposal_id: UUID
    proposer_id: str
    approver_id: str


class Due(NamedTuple):
    found: Found
    until: date
    terms: Sequence[PolicyTerm]


async def due(session: ReadSession, selection: Selection) -> Due:
    """Of the one class group that is chosen; raises where it may not go yet."""
    found = await clocks.class_group(session, selection)
    if found is None:
        raise RetentionUnknown
    until, is_held = await clocks.kept_until(session, found.key)
    if until is None or until >= clock.today():
        raise StillKept(until)
    if is_held:
        raise HoldStands
    return Due(found, until, await clocks.terms(session, found.key))


async def dispose(session: WriteSession, key: ClassGroupKey, persons: Persons, at: datetime) -> UUID:
    """In the transaction of the approval. The database looks at its own clock, holds and proposals again."""
    is_over = await due(session, Selection(*key))
    disposal_id = new_uuid(at)
    rows = await repository.dispose(session, disposal_id, persons.proposal_id, key, at)
    told = canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.disposal,
            "disposal_id": str(disposal_id),
            "platform": key.platform,
            "class_group_id": key.class_group_id,
            "closed_at": instant(is_over.found.closed_at) if is_over.found.closed_at else None,
            "kept_until": is_over.until.isoformat(),
            "disposed_at": instant(at),
            "terms": [_term(each) for each in is_over.terms],
            "proposal": {
                "proposal_id": str(persons.proposal_id),
                "proposer_id": persons.proposer_id,
                "approver_id": persons.approver_id,
            },
            "rows": _counts(rows),
            **await _left(session, disposal_id, key),
        }
    )
    document_hash = hashlib.sha256(told).digest()
    await repository.store(session, disposal_id, told, document_hash)
    envelope = disposal_envelope(
        disposal_id=disposal_id,
        class_group=key,
        disposed_at=at,
        proposal_id=persons.proposal_id,
        document_hash=document_hash,
    )
    await enqueue(session, kind=EntryKind.disposal, subject_id=disposal_id, recorded_at=at, envelope=envelope)
    return disposal_id


async def drop_emptied_months(database: Database) -> list[str]:
    """Partitions of archives and rejections of past months in which nothing is left; each for itself."""
    month = clock.now().date().replace(day=1)
    async with reading(database) as session:
        candidates = await repository.months_before(session, month)
    dropped = []
    for parent, day in candidates:
        async with transaction(database) as session:
            if await repository.drop_if_empty(session, parent, day):
                dropped.append(f"{parent}_{day:%Y_%m}")
    return dropped


async def _left(session: ReadSession, disposal_id: UUID, key: ClassGroupKey) -> dict[str, Json]:
    """What hashes stay, and what of the batches is destroyed."""
    return {
        "batches": [
            {
                "batch_id": str(batch.batch_id),
                "feed": batch.feed,
                "received_at": instant(batch.received_at),
                "leaf_hash": batch.leaf_hash.hex(),
                "records_root": batch.records_root.hex(),
                "ledger_index": batch.ledger_index,
                "archive": "destroyed" if batch.is_destroyed else "kept",
            }
            for batch in await repository.batches(session, key)
        ],
        "runs": [
            {
                "run_id": str(run.run_id),
                "decisions_root": run.decisions_root.hex(),
                "leaf_hash": None if run.leaf_hash is None else run.leaf_hash.hex(),
                "ledger_index": run.ledger_index,
            }
            for run in await repository.runs(session, disposal_id)
        ],
        "decisions": [str(each) for each in await repository.named(session, disposal_id, "decision")],
        "neighbours": [
            {"platform": platform, "class_group_id": class_group_id}
            for platform, class_group_id in await repository.neighbours(session, disposal_id)
        ],
        "reports": [str(each) for each in await repository.named(session, disposal_id, "report")],
    }


def _counts(rows: Mapping[str, int]) -> dict[str, Json]:
    return dict(rows)


def _term(each: PolicyTerm) -> Json:
    length = each.term.length
    return {
        "policy": {"id": each.policy_id, "version": each.version, "hash": each.content_hash.hex()},
        "code": each.term.code,
        "clause": each.term.clause,
        "months": None if length is None else length.months,
        "days": None if length is None else length.days,
    }
