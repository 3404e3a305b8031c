"""Holds the whole ledger against what it attests: after a restore, after a failover, and day by day.

Every entry is hashed again and has its index without a gap; every batch is opened and its records are hashed
again, every run from its decisions, every other kind from its rows (attested.py), every hour of the trail.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import zstandard

from app.audit import log_repository as repository
from app.audit.attested import Attested
from app.audit.kinds import ATTESTED, HELD_ELSEWHERE
from app.audit.schemas import EVERYTHING, Difference, Fault, Found, Level, Since
from app.audit.tree import Rebuilding
from app.core.errors import AppError
from app.db.session import Database, ReadSession, reading
from app.ledger.canonical import instant
from app.ledger.envelope import leaf_hash
from app.ledger.merkle import HASH_BYTES, Commitment, GrowingTree
from app.privacy.contexts import column_context
from app.privacy.keyring import NONCE_AT, KeyRing
from app.retention import guards_repository as guards
from app.trail import audit as trail
from app.trail.audit import Fault as TrailFault

PERSONS_TRIED = 1_000
MOST_FLAWS = 100
ENTRIES = "ledger_entries"
ENTRIES_AT_ONCE = 1_000

UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    zstandard.ZstdError,
    AppError,
)
"""What comes of rows that do not hold what they should."""

TRAIL_TABLES = {
    TrailFault.not_in_ledger: ("trail_digests", Fault.changed),
    TrailFault.digest_missing: ("trail_digests", Fault.missing),
    TrailFault.never_closed: ("trail_entries", Fault.added),
    TrailFault.entries_added: ("trail_entries", Fault.added),
    TrailFault.entries_missing: ("trail_entries", Fault.missing),
    TrailFault.entries_changed: ("trail_entries", Fault.changed),
    TrailFault.secret_unreadable: ("trail_digests", Fault.unreadable),
}


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
    is_other_ring: bool = False
    """It has sealed nothing that is there, or does not hash persons as this database does."""
    unopened: Sequence[Difference] = ()
    """By table and column, that something names no key of the ring: it rotted, or the ring lacks a key."""
    found: Found = field(default_factory=Found)

    @property
    def flaws(self) -> list[str]:
        return [str(each) for each in self.found.differences[:MOST_FLAWS]]


Told = Callable[[int], Awaitable[None]]
"""How many entries more were read, or held against what they attest."""


async def _quietly(_number: int) -> None:
    pass


async def audit(
    database: Database,
    key_ring: KeyRing,
    sizes: set[int],
    *,
    since: Since = EVERYTHING,
    told: Told = _quietly,
) -> Audit:
    """`sizes`: of the ledger, whose roots are wanted too."""
    async with reading(database, repeatable=True) as session:
        await repository.take_time(session)
        found = await _ledger(session, sizes, told)
        seals = await repository.seals(session)
        unknown = [each for each in seals if not key_ring.knows(each.header)]
        knows_none = len(unknown) == len(seals) > 0
        found.is_other_ring = knows_none or await _is_other_ring(session, key_ring)
        if found.is_other_ring:
            return found
        found.unopened = tuple(_unopened(unknown))
        await _hold_kinds(session, key_ring, since, found, told)
        found.found.add(*[each async for each in _unattested(session)])
        found.found.add(*map(_of_guard, await guards.missing(session)))
    checked = await trail.audit(database, key_ring)
    found.found.count("trail_entries", checked.entries)
    found.found.add(*map(_of_trail, checked.findings))
    return found


async def head(session: ReadSession) -> Commitment:
    """Of the ledger as it is; nothing is checked."""
    await repository.take_time(session)
    tree = GrowingTree()
    async for row in repository.entries(session):
        tree.append(row["leaf_hash"])
    return Commitment(tree.size, tree.root)


async def _ledger(session: ReadSession, sizes: set[int], told: Told) -> Audit:
    entries, found = Counter[str](), Found()
    rebuilding = await Rebuilding.begin(session, found)
    tree = rebuilding.tree
    root_at = {0: tree.root}
    async for row in repository.entries(session):
        if row["index"] != tree.size and not found.differences:
            gone = {"index": str(tree.size)}
            found.add(Difference(Level.log, Fault.missing, ENTRIES, gone, ledger_index=tree.size))
        found.add(*_entry_flaws(row))
        entries[row["kind"]] += 1
        await rebuilding.append(_leaf(row))
        if tree.size % ENTRIES_AT_ONCE == 0:
            await told(ENTRIES_AT_ONCE)
        if tree.size in sizes:
            root_at[tree.size] = tree.root
    await rebuilding.finish()
    size = await repository.head(session)
    if size != tree.size:
        found.add(Difference(Level.log, Fault.changed, "ledger_head", {"head": "1"}, ("size",)))
    async for row in repository.pending_entries(session):
        found.add(*_entry_flaws(row, "ledger_pending"))
    found.count("entries", tree.size)
    return Audit(
        Commitment(tree.size, tree.root), root_at, await repository.pending(session), entries, found=found
    )


def _leaf(row: asyncpg.Record) -> bytes:
    """What is no hash at all is no node of a tree; that it differs its entry tells."""
    leaf: bytes = row["leaf_hash"]
    return leaf if len(leaf) == HASH_BYTES else leaf_hash(row["envelope"])


def _unopened(seals: Sequence[repository.Seal]) -> Iterator[Difference]:
    for table, column in dict.fromkeys((each.table, each.column) for each in seals):
        yield Difference(Level.log, Fault.unreadable, table, {"column": column}, (column,))


def _entry_flaws(row: asyncpg.Record, table: str = ENTRIES) -> Iterator[Difference]:
    """An entry by itself: hashes to its leaf, and stands where and when its envelope says."""
    columns = tuple(_own_columns(row))
    if columns:
        named = {"subject_id": str(row["subject_id"])}
        key = named if row["index"] is None else {"index": str(row["index"]), **named}
        at = {"ledger_index": row["index"], "recorded_at": row["recorded_at"]}
        yield Difference(Level.log, Fault.changed, table, key, columns, **at)


def _own_columns(row: asyncpg.Record) -> Iterator[str]:
    if row["leaf_hash"] != leaf_hash(row["envelope"]):
        yield "leaf_hash"
    try:
        said: dict[str, Any] = json.loads(row["envelope"])
        values = set(filter(_is_text, said.values()))
    except (ValueError, AttributeError, RecursionError):
        yield "envelope"
        return
    if said.get("kind") != row["kind"]:
        yield "kind"
    if str(row["subject_id"]) not in values:
        yield "subject_id"
    if instant(row["recorded_at"]) not in values:
        yield "recorded_at"


def _is_text(value: object) -> bool:
    return isinstance(value, str)


async def _hold_kinds(
    session: ReadSession, key_ring: KeyRing, since: Since, audited: Audit, told: Told
) -> None:
    hashed = Counter[str]()
    for kind in ATTESTED.values():
        async for rows in repository.attested(session, kind.question, since):
            checked = await asyncio.to_thread(_checked, audited.found, kind, rows, key_ring)
            hashed[kind.counted] += checked
            await told(len(rows))
    audited.records, audited.decisions = hashed["records"], hashed["decisions"]
    for name, number in audited.entries.items():
        if name not in ATTESTED and name not in HELD_ELSEWHERE:
            audited.found.add(
                Difference(Level.log, Fault.unknown_kind, ENTRIES, {"kind": name, "entries": str(number)})
            )


def _checked(found: Found, kind: Attested, rows: Sequence[asyncpg.Record], key_ring: KeyRing) -> int:
    """Notes differences; how much was hashed. Opens archives: a thread's work."""
    hashed = 0
    for row in rows:
        try:
            for each in kind.check(kind, row, key_ring):
                if isinstance(each, int):
                    hashed += each
                else:
                    found.add(each)
        except UNREADABLE:
            table = "batch_archives" if kind.table == "batches" else kind.table
            found.add(kind.difference(row, Fault.unreadable, table=table))
    return hashed


async def _unattested(session: ReadSession) -> AsyncIterator[Difference]:
    for table, name, found_id in await repository.unattested(session, MOST_FLAWS):
        yield Difference(Level.log, Fault.added, table, {name: str(found_id)})
    for row in await repository.waivers(session):
        key = {"waiver_id": str(row["waiver_id"])}
        if row["is_added"]:
            yield Difference(Level.log, Fault.added, "waivers", key)
        elif row["columns"]:
            yield Difference(Level.log, Fault.changed, "waivers", key, tuple(row["columns"]))
    for row in await repository.waivers_gone(session):
        gone = {"waiver_id": str(row["proposal_id"])}
        yield Difference(Level.log, Fault.missing, "waivers", gone, recorded_at=row["decided_at"])
    for finding_id in await repository.waived_alone(session):
        key = {"finding_id": str(finding_id)}
        yield Difference(Level.log, Fault.changed, "findings", key, ("state", "waiver_id", "waived_at"))


def _of_guard(gone: guards.MissingGuard) -> Difference:
    """A trigger that keeps rows from being deleted is gone, or put aside."""
    return Difference(Level.log, Fault.missing, gone.table, {"trigger": gone.guard})


def _of_trail(finding: trail.Finding) -> Difference:
    table, fault = TRAIL_TABLES[finding.fault]
    key = {} if finding.hour is None else {"hour": finding.hour.isoformat()}
    if finding.digest_id is not None:
        key["digest_id"] = finding.digest_id
    return Difference(Level.log, fault, table, key, recorded_at=finding.hour)


async def _is_other_ring(session: ReadSession, key_ring: KeyRing) -> bool:
    """Where no ID number agrees with its keyed hash: one that differs is a changed row."""
    context = column_context("enrollments", "id_number_sealed")
    stored = await repository.persons(session, PERSONS_TRIED)
    tried = [each for each in stored if key_ring.knows(each[0][:NONCE_AT])]
    return bool(tried) and not any(_is_same_person(key_ring, context, *each) for each in tried)


def _is_same_person(key_ring: KeyRing, context: str, sealed: bytes, person_key: bytes) -> bool:
    try:
        return key_ring.person_key(key_ring.open(sealed, context).decode()) == person_key
    except AppError:
        return False
