"""Holds the whole ledger against what it attests: after a restore, after a failover, and day by day.

Every entry is hashed again and has its index without a gap; every batch is opened and its records are hashed
again, every run from its decisions, every version of a policy and every hour of the trail.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import asyncpg
import zstandard

from app.backup import repository
from app.core.errors import AppError
from app.core.ids import BatchId, ClassGroupId, ClassGroupKey, ClientId, PlatformCode, RunId
from app.core.vocabulary import Feed
from app.db.session import Database, ReadSession, reading
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
from app.ledger.merkle import Commitment, GrowingTree, commitment, root
from app.privacy.contexts import column_context, row_context
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from app.trail import audit as trail

PERSONS_TRIED = 1_000
MOST_FLAWS = 100


@dataclass(slots=True)
class Audit:
    """What was looked at, and what is wrong."""

    head: Commitment
    root_at: dict[int, bytes]
    """Of earlier sizes that were asked for."""
    pending: int = 0
    """Entries without an index yet; the next worker gives them one."""
    entries: Counter[str] = field(default_factory=Counter)
    """By kind."""
    records: int = 0
    decisions: int = 0
    missing_keys: set[str] = field(default_factory=set)
    """Sealing keys that the ring does not hold."""
    is_other_ring: bool = False
    """It does not hash persons as this database does."""
    flaws: list[str] = field(default_factory=list)


async def audit(database: Database, key_ring: KeyRing, key_ids: set[str], sizes: set[int]) -> Audit:
    """`key_ids`: those of the ring; `sizes`: of the ledger, whose roots are wanted too."""
    async with reading(database, repeatable=True) as session:
        await repository.take_time(session)
        found = await _ledger(session, sizes)
        found.missing_keys = await repository.key_ids(session) - key_ids
        found.is_other_ring = await _is_other_ring(session, key_ring)
        if found.missing_keys or found.is_other_ring:
            return found
        async for row in repository.batches(session):
            found.records += _checked(found, f"batch {row['subject_id']}", _batch_flaws(row, key_ring))
        async for row in repository.runs(session):
            found.decisions += _checked(found, f"run {row['subject_id']}", _run_flaws(row, key_ring))
        async for row in repository.policies(session):
            _checked(found, f"policy version {row['subject_id']}", _policy_flaws(row))
        found.flaws += [
            f"{each} is not attested" for each in await repository.unattested(session, MOST_FLAWS)
        ]
    checked = await trail.audit(database, key_ring)
    found.flaws += [
        f"hour {each.hour or each.digest_id} of the trail: {each.fault}" for each in checked.findings
    ]
    return found


async def head(session: ReadSession) -> Commitment:
    """Of the ledger as it is; nothing is checked."""
    await repository.take_time(session)
    tree = GrowingTree()
    async for row in repository.entries(session):
        tree.append(row["leaf_hash"])
    return Commitment(tree.size, tree.root)


async def _ledger(session: ReadSession, sizes: set[int]) -> Audit:
    tree, entries, flaws = GrowingTree(), Counter[str](), list[str]()
    root_at = {0: tree.root}
    async for row in repository.entries(session):
        if row["index"] != tree.size:
            flaws.append(f"index {tree.size} is followed by {row['index']}")
        if row["leaf_hash"] != leaf_hash(row["envelope"]):
            flaws.append(f"entry {row['index']} does not hash to its leaf")
        entries[row["kind"]] += 1
        tree.append(row["leaf_hash"])
        if tree.size in sizes:
            root_at[tree.size] = tree.root
        if len(flaws) >= MOST_FLAWS:
            break
    size = await repository.head(session)
    if size != tree.size:
        flaws.append(f"the head says {size} entries, there are {tree.size}")
    found = Audit(Commitment(tree.size, tree.root), root_at, await repository.pending(session), entries)
    found.flaws = flaws
    return found


async def _is_other_ring(session: ReadSession, key_ring: KeyRing) -> bool:
    context = column_context("enrollments", "id_number_sealed")
    try:
        return any(
            key_ring.person_key(key_ring.open(sealed, context).decode()) != person_key
            for sealed, person_key in await repository.persons(session, PERSONS_TRIED)
        )
    except AppError:
        return True


def _checked(found: Audit, subject: str, told: Iterator[str | int]) -> int:
    """Notes flaws; how much was hashed."""
    hashed = 0
    try:
        for each in told:
            if isinstance(each, int):
                hashed += each
            elif len(found.flaws) < MOST_FLAWS:
                found.flaws.append(f"{subject}: {each}")
    except (SealBroken, ValueError, zstandard.ZstdError, AppError) as failure:
        found.flaws.append(f"{subject}: {type(failure).__name__}")
    return hashed


def _batch_flaws(row: asyncpg.Record, key_ring: KeyRing) -> Iterator[str | int]:
    if row["batch_id"] is None or row["body_sealed"] is None:
        yield "the batch or its archive is missing"
        return
    batch_id, outcomes = BatchId(row["batch_id"]), row["outcomes"]
    records = split(archive.open_body(key_ring, batch_id, row["body_sealed"]), MediaType(row["media_type"]))
    secret = archive.open_secret(key_ring, batch_id, row["secret_sealed"])
    records_root = root(record_leaves(secret, list(records.records), outcomes))
    counts = Counts(len(outcomes), *(outcomes.count(outcome) for outcome in (1, 2, 3, 4)))
    envelope = batch_envelope(
        batch_id=batch_id,
        platform=PlatformCode(row["platform"]),
        feed=Feed(row["feed"]),
        client_id=ClientId(row["client_id"]),
        received_at=row["received_at"],
        counts=counts,
        records_root=records_root,
    )
    if envelope != row["envelope"] or not row["promised"] == row["leaf_hash"] == leaf_hash(envelope):
        yield "the archive does not hash to its leaf"
    yield len(outcomes)


def _policy_flaws(row: asyncpg.Record) -> Iterator[str]:
    if row["record_id"] is None or row["is_without_text"]:
        yield "the record or its text is missing"
        return
    envelope = policy_envelope(
        record_id=row["record_id"],
        policy=PolicyReference(row["programme"], row["effective_from"].isoformat(), row["content_hash"]),
        text_hash=row["text_hash"],
        source=row["source"],
        proposal_id=row["proposal_id"],
        retroactive=row["retroactive"],
        recorded_at=row["recorded_at"],
    )
    if envelope != row["envelope"] or row["promised"] != leaf_hash(envelope):
        yield "the record does not hash to its leaf"


def _run_flaws(row: asyncpg.Record, key_ring: KeyRing) -> Iterator[str | int]:
    if row["run_id"] is None:
        yield "the run is missing"
        return
    documents = row["documents"] or []
    run_id = RunId(row["run_id"])
    secret = key_ring.open(row["secret_sealed"], row_context("assessment_runs", "secret_sealed", run_id))
    envelope = assessment_envelope(
        run_id=run_id,
        class_group=ClassGroupKey(PlatformCode(row["platform"]), ClassGroupId(row["class_group_id"])),
        assessed_at=row["assessed_at"],
        ledger_size=row["ledger_size"],
        batches=commitment(row["leaf_hashes"] or []),
        policy=PolicyReference(row["policy_id"], row["policy_version"], row["policy_hash"]),
        program_version=row["program_version"],
        decisions=commitment(document_leaves(secret, documents)),
    )
    if envelope != row["envelope"] or row["promised"] != leaf_hash(envelope):
        yield "the decisions do not hash to their leaf"
    yield len(documents)
