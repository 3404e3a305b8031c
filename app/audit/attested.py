"""What each kind of entry attests: its envelope is made again from the rows and compared with the entry.

Here batches, runs and policies; acts and all else in attested_acts.py, and which kinds there are in kinds.py.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from app.audit.schemas import Difference, Fault, Level
from app.core.errors import AppError
from app.core.ids import BatchId, ClassGroupId, ClassGroupKey, ClientId, PlatformCode, RunId
from app.core.vocabulary import Feed
from app.eligibility.inputs import open_inputs
from app.ingest import archive
from app.ingest.decode import split
from app.ingest.schemas import MediaType
from app.ledger.envelope import (
    Counts,
    PolicyReference,
    assessment_envelope,
    batch_envelope,
    leaf_hash,
    policy_envelope,
)
from app.ledger.leaves import document_leaves, record_leaves
from app.ledger.merkle import commitment, root
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing

Told = Difference | int
"""A difference, or how many records or documents were hashed again."""
Places = Mapping[str, tuple[str, tuple[str, ...]]]
"""Table and columns by field of the envelope; what is not named stands in the kind's own table."""


@dataclass(frozen=True, slots=True)
class Attested:
    question: str
    table: str
    key: str
    """Name of its id, which is the subject of the entry."""
    check: Callable[["Attested", asyncpg.Record, KeyRing], Iterator[Told]]
    counted: str = ""
    """What the numbers count."""

    def difference(
        self, row: asyncpg.Record, fault: Fault, columns: tuple[str, ...] = (), table: str | None = None
    ) -> Difference:
        is_batch = self.table == "batches"
        return Difference(
            Level.log,
            fault,
            table or self.table,
            {self.key: str(row["entry_of"])},
            columns,
            batch_id=row["entry_of"] if is_batch else None,
            ledger_index=row["entry_index"],
            recorded_at=row["entered_at"],
        )

    def apart(self, row: asyncpg.Record, rebuilt: bytes, places: Places) -> Iterator[Difference]:
        """Where the entry and what was made from the rows do not say the same."""
        if row["envelope"] == rebuilt and row["promised"] == leaf_hash(rebuilt):
            return
        found: dict[str, dict[str, None]] = {}
        for name in fields_apart(row["envelope"], rebuilt):
            table, columns = places.get(name, (self.table, (name,)))
            found.setdefault(table, {}).update(dict.fromkeys(columns))
        for table, names in (found or {"ledger_entries": {"leaf_hash": None}}).items():
            yield self.difference(row, Fault.changed, tuple(names), table)


def fields_apart(told: bytes, rebuilt: bytes) -> list[str]:
    """Names of an envelope's fields that differ; all of them where it is no JSON."""
    ours: dict[str, Any] = json.loads(rebuilt)
    try:
        theirs = json.loads(told)
    except ValueError:
        return sorted(ours)
    if not isinstance(theirs, dict):
        return sorted(ours)
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def batch_told(kind: Attested, row: asyncpg.Record, key_ring: KeyRing) -> Iterator[Told]:
    if row["batch_id"] is None:
        yield kind.difference(row, Fault.missing)
    if row["body_sealed"] is None and row["disposed_hash"] != row["promised"]:
        yield kind.difference(row, Fault.missing, table="batch_archives")
    if row["batch_id"] is None:
        return
    if row["body_sealed"] is None:
        yield from _batch_alone(kind, row)
        return
    batch_id, outcomes = BatchId(row["batch_id"]), row["outcomes"]
    records = split(archive.open_body(key_ring, batch_id, row["body_sealed"]), MediaType(row["media_type"]))
    secret = archive.open_secret(key_ring, batch_id, row["secret_sealed"])
    records_root = root(record_leaves(secret, list(records.records), outcomes))
    counts = Counts(len(outcomes), *(outcomes.count(outcome) for outcome in (1, 2, 3, 4)))
    envelope = _of_batch(row, counts, records_root)
    yield len(outcomes)
    if leaf_hash(envelope) == row["leaf_hash"] and envelope != row["envelope"]:
        yield kind.difference(row, Fault.changed, ("envelope", "leaf_hash"), "ledger_entries")
        return
    content = ("batch_archives", ("body_sealed", "outcomes"))
    yield from kind.apart(row, envelope, {"records_root": content, "counts": content})
    said = {**counts._asdict(), "records_root": records_root, "leaf_hash": leaf_hash(envelope)}
    columns = tuple(name for name, value in said.items() if row[name] != value)
    if columns and envelope == row["envelope"]:
        yield kind.difference(row, Fault.changed, columns)


def _batch_alone(kind: Attested, row: asyncpg.Record) -> Iterator[Told]:
    """Of a batch whose archive is gone the row's own columns are left to be held against the entry."""
    envelope = _of_batch(row, Counts(*(row[name] for name in Counts._fields)), row["records_root"])
    yield from kind.apart(row, envelope, {"counts": (kind.table, Counts._fields)})
    if row["leaf_hash"] != leaf_hash(envelope):
        yield kind.difference(row, Fault.changed, ("leaf_hash",))


def _of_batch(row: asyncpg.Record, counts: Counts, records_root: bytes) -> bytes:
    return batch_envelope(
        batch_id=BatchId(row["batch_id"]),
        platform=PlatformCode(row["platform"]),
        feed=Feed(row["feed"]),
        client_id=ClientId(row["client_id"]),
        received_at=row["received_at"],
        counts=counts,
        records_root=records_root,
    )


def run_told(kind: Attested, row: asyncpg.Record, key_ring: KeyRing) -> Iterator[Told]:
    if row["run_id"] is None:
        if not row["is_disposed"]:
            yield kind.difference(row, Fault.missing)
        return
    documents = row["documents"] or []
    run_id = RunId(row["run_id"])
    secret = key_ring.open(row["secret_sealed"], row_context("assessment_runs", "secret_sealed", run_id))
    decisions = commitment(document_leaves(secret, documents))
    envelope = assessment_envelope(
        run_id=run_id,
        class_group=ClassGroupKey(PlatformCode(row["platform"]), ClassGroupId(row["class_group_id"])),
        assessed_at=row["assessed_at"],
        ledger_size=row["ledger_size"],
        batches=commitment(row["leaf_hashes"] or []),
        policy=PolicyReference(row["policy_id"], row["policy_version"], row["policy_hash"]),
        program_version=row["program_version"],
        decisions=decisions,
    )
    yield len(documents)
    if not _opens(key_ring, run_id, row["inputs_sealed"]):
        yield kind.difference(row, Fault.unreadable, ("inputs_sealed",))
    policy = (kind.table, ("policy_id", "policy_version", "policy_hash"))
    batches = (kind.table, ("batch_ids",))
    yield from kind.apart(
        row,
        envelope,
        {"policy": policy, "batches": batches, "decisions": ("decisions", ("document", "learner_id"))},
    )
    if envelope == row["envelope"] and row["decisions_root"] != decisions.root:
        yield kind.difference(row, Fault.changed, ("decisions_root",))


def _opens(key_ring: KeyRing, run_id: RunId, inputs_sealed: bytes | None) -> bool:
    """What a run rested on beside batches: nothing commits to it, but it must be there to be read."""
    try:
        return inputs_sealed is None or bool(open_inputs(key_ring, run_id, inputs_sealed))
    except (AppError, ValueError):
        return False


def policy_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    if row["record_id"] is None:
        yield kind.difference(row, Fault.missing)
        return
    if row["is_without_text"]:
        yield kind.difference(row, Fault.missing, table="policy_texts")
    elif row["is_other_text"]:
        yield kind.difference(row, Fault.changed, ("text",), "policy_texts")
    envelope = policy_envelope(
        record_id=row["record_id"],
        policy=PolicyReference(row["programme"], row["effective_from"].isoformat(), row["content_hash"]),
        text_hash=row["text_hash"],
        source=row["source"],
        proposal_id=row["proposal_id"],
        retroactive=row["retroactive"],
        recorded_at=row["recorded_at"],
    )
    policy = (kind.table, ("programme", "effective_from", "content_hash"))
    yield from kind.apart(row, envelope, {"policy": policy})
