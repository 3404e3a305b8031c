"""Rows from the archive: batches are replayed, outcomes applied and never decided again, and all compared.

One feed of one platform at a time, each as of one moment: what its batches say goes into a temporary table,
and the database compares it column by column with what is stored. Sealed columns are opened here.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from app.audit import hanging_repository
from app.audit import rows_repository as repository
from app.audit.log_repository import take_time
from app.audit.rows_repository import Source
from app.audit.schemas import Difference, Fault, Found, Level, Since
from app.core.errors import AppError
from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.session import Database, ReadSession, WriteSession, reading, rehearsing
from app.ingest.copy_text import copy_text
from app.ingest.decision import FIRST_BATCH
from app.ingest.definition import Effect, FeedDefinition
from app.ingest.examination import repeatable_key
from app.ingest.feeds import DEFINITIONS
from app.ingest.merge import ACCEPTED, REJECTED, UNCHANGED
from app.ingest.problems import Code
from app.ingest.replay import NotReplayable, Replayed, read_again
from app.ingest.replay_repository import Stored
from app.privacy.contexts import column_context
from app.privacy.keyring import KeyRing

Told = Callable[[int], Awaitable[None]]
"""How many records more were read."""
OF_THE_MOMENT = {Code.unknown_programme, Code.revision_conflict}
"""What a record is rejected for by what stood when it came, not by itself."""


async def compare(database: Database, key_ring: KeyRing, since: Since, told: Told) -> Found:
    """All feeds of all platforms, then what hangs on them."""
    found = Found()
    async with reading(database, repeatable=True) as session:
        await take_time(session)
        sources = await _sources(session, since)
    for source in sources:
        async with rehearsing(database, repeatable=True) as writing:
            await take_time(writing)
            await _Comparison(writing, key_ring, source, since, found, told).run()
    async with reading(database, repeatable=True) as session:
        await take_time(session)
        found.add(*[each async for each in _hanging(session) if since.covers(each)])
    return found


async def _sources(session: ReadSession, since: Since) -> list[Source]:
    """Also platforms that have rows of a feed and no batch."""
    found = await repository.sources(session, since)
    known = {(source.platform, source.feed) for source in found}
    if since.moment is None:
        for feed, definition in DEFINITIONS.items():
            for platform in await repository.platforms_of(session, definition.table):
                if (platform, feed) not in known and since.platform in (None, platform):
                    found.append(Source(platform, feed, 0))
    return found


async def _hanging(session: ReadSession) -> AsyncIterator[Difference]:
    for platform, class_group_id in await hanging_repository.districts_apart(session):
        key = {"platform": platform, "class_group_id": class_group_id}
        yield Difference(Level.rows, Fault.changed, "class_groups", key, ("district_code",))
    for platform, class_group_id, batch_id in await hanging_repository.lost_links(session):
        key = {"platform": platform, "class_group_id": class_group_id, "batch_id": str(batch_id)}
        yield Difference(Level.rows, Fault.added, "batch_class_groups", key)
    for table, batch_id, number in await hanging_repository.lost_rejections(session):
        name = "line" if table == "rejections" else "number"
        yield Difference(Level.rows, Fault.added, table, {"batch_id": str(batch_id), name: str(number)})


@dataclass
class _Comparison:
    """Of one feed of one platform, in a transaction that is rolled back."""

    session: WriteSession
    key_ring: KeyRing
    source: Source
    since: Since
    found: Found
    told: Told
    unreadable: set[UUID] = field(default_factory=set)
    """Batches whose archive cannot be read: their rows are compared with nothing."""
    has_withdrawn: bool = False
    disposed: set[UUID] = field(default_factory=set)
    """Batches of whose records nothing is kept any more, nor of their archive."""

    @property
    def definition(self) -> FeedDefinition:
        return DEFINITIONS[Feed(self.source.feed)]

    @property
    def table(self) -> Table:
        return self.definition.table

    @property
    def name(self) -> str:
        return str(self.table.name)

    async def run(self) -> None:
        if await repository.withdrawals_wait(self.session, self.source):
            self.found.count("passed_over_feeds")
            return
        batches = await repository.batches(self.session, self.source, self.since)
        self.has_withdrawn = any(is_withdrawn for _, is_withdrawn in batches)
        await repository.prepare(self.session, self.table)
        self.disposed = await repository.disposed(self.session, self.source)
        for batch, is_withdrawn in batches:
            if batch.batch_id not in self.disposed:
                await self._take(batch, is_withdrawn=is_withdrawn)
        if self.definition.has_class_group:
            await repository.leave_out_disposed(self.session, self.source.platform)
        await repository.settle(self.session, self.table, several=False)
        if FIRST_BATCH in self.table.columns and self.since.moment is None:
            await self._compare_first()
        if self.has_withdrawn:
            await repository.settle(self.session, self.table, several=True)
        await self._compare_rows()
        await self._compare_sealed()
        if self.definition.has_class_group:
            await self._compare_links()

    async def _take(self, batch: Stored, *, is_withdrawn: bool) -> None:
        try:
            replayed = await read_again(self.session, self.key_ring, batch, programme_exists=lambda *_: True)
        except NotReplayable:
            self.unreadable.add(batch.batch_id)
            self._add(Fault.unreadable, "batch_archives", {"batch_id": str(batch.batch_id)}, batch)
            return
        for position in replayed.unread:
            line = replayed.prepared.batch.lines[position]
            key = {"batch_id": str(batch.batch_id), "line": str(line)}
            self._add(Fault.unreadable, "batch_archives", key, batch, line=line)
        await self._compare_rejections(replayed)
        await self._add_links(replayed)
        if not is_withdrawn:
            await self._add_rows(replayed)
        self.found.count("records", len(replayed.outcomes))
        await self.told(len(replayed.outcomes))

    async def _add_rows(self, replayed: Replayed) -> None:
        accepted = replayed.places({ACCEPTED})
        chosen = dict.fromkeys(accepted.values(), True)
        if self.has_withdrawn:
            same = replayed.places({UNCHANGED})
            chosen |= {place: False for key, place in same.items() if key not in accepted}
        if chosen:
            rows = {
                **replayed.rows(list(chosen), self.key_ring),
                "was_accepted": list(chosen.values()),
            }
            await repository.add_rows(self.session, list(rows), copy_text(rows))

    async def _add_links(self, replayed: Replayed) -> None:
        """Certain where a record was accepted; where one was unchanged, a withdrawal may have linked it."""
        if not self.definition.has_class_group:
            return
        certain = {str(key[0]) for key in replayed.places({ACCEPTED})}
        possible = {str(key[0]) for key in replayed.places({UNCHANGED})} - certain
        batch_id = BatchId(replayed.batch.batch_id)
        links = [
            *((each, batch_id, True) for each in certain),
            *((each, batch_id, False) for each in possible),
        ]
        await repository.add_links(self.session, links)

    async def _compare_rejections(self, replayed: Replayed) -> None:
        batch = replayed.batch
        expected = dict(_rejected(replayed))
        if not expected:
            return
        reasons = await hanging_repository.reasons(self.session, batch)
        stored = {row["line"]: row for row in await hanging_repository.rejections(self.session, batch)}
        for line in sorted(expected.keys() | stored.keys()):
            key = {"batch_id": str(batch.batch_id), "line": str(line)}
            if line not in stored or line not in expected:
                fault = Fault.missing if line in expected else Fault.added
                self._add(fault, "rejections", key, batch, line=line)
                continue
            record_key, codes = expected[line]
            told = _codes(stored[line]["errors"], reasons)
            if stored[line]["record_key"] != record_key:
                self._add(Fault.changed, "rejections", key, batch, line=line, columns=("record_key",))
            if told is None:
                self._add(Fault.missing, "rejection_reasons", key, batch, line=line)
            elif not told or not codes <= told or {code for _, code in told - codes} - OF_THE_MOMENT:
                self._add(Fault.changed, "rejections", key, batch, line=line, columns=("errors",))

    async def _compare_rows(self) -> None:
        async for each in repository.rows_apart(
            self.session, self.table, self.source.platform, self.since, self.unreadable
        ):
            self.found.add(
                Difference(
                    Level.rows,
                    Fault(each.fault),
                    self.name,
                    each.key,
                    each.columns,
                    each.batch_id,
                    each.line,
                )
            )

    async def _compare_first(self) -> None:
        for key in await repository.first_batches_apart(self.session, self.table, self.source.platform):
            self.found.add(Difference(Level.rows, Fault.changed, self.name, key, (FIRST_BATCH,)))

    async def _compare_sealed(self) -> None:
        async for each in repository.sealed(self.session, self.table, self.source.platform):
            context = column_context(self.name, each.column)
            fault = Fault.changed
            try:
                if self._opened(each.stored, context) == self._opened(each.replayed, context):
                    continue
            except AppError:
                fault = Fault.unreadable
            self.found.add(
                Difference(Level.rows, fault, self.name, each.key, (each.column,), each.batch_id, each.line)
            )

    def _opened(self, sealed: bytes | None, context: str) -> bytes | None:
        return None if sealed is None else self.key_ring.open(sealed, context)

    async def _compare_links(self) -> None:
        all_told = self.definition.effect not in {Effect.elsewhere, Effect.class_level}
        for fault, class_group_id, batch_id in await hanging_repository.links_apart(
            self.session, self.source, self.since, self.unreadable | self.disposed, all_told=all_told
        ):
            key = {"platform": self.source.platform, "class_group_id": class_group_id}
            self.found.add(
                Difference(
                    Level.rows,
                    Fault(fault),
                    "batch_class_groups",
                    key | {"batch_id": str(batch_id)},
                    batch_id=batch_id,
                )
            )

    def _add(
        self,
        fault: Fault,
        table: str,
        key: dict[str, str],
        batch: Stored,
        *,
        line: int | None = None,
        columns: tuple[str, ...] = (),
    ) -> None:
        self.found.add(Difference(Level.rows, fault, table, key, columns, batch.batch_id, line))


Named = tuple[str, str]
"""Pointer and code of an error."""


def _rejected(replayed: Replayed) -> Iterator[tuple[int, tuple[object, set[Named]]]]:
    """By line, of each record that was rejected: its key, and what is wrong with it by itself."""
    prepared, outcomes = replayed.prepared, replayed.outcomes
    lines, names = prepared.batch.lines, [each.name for each in prepared.definition.keys]
    for position, faults in prepared.checked.faults:
        if outcomes[position] == REJECTED:
            errors = {(error.pointer, str(error.code)) for error in faults.errors}
            yield lines[position], (dict(faults.record_key), errors)
    for place, position in enumerate(prepared.checked.positions):
        if outcomes[position] == REJECTED:
            key = dict(zip(names, prepared.keys[place], strict=True))
            yield lines[position], (repeatable_key(key), set())


def _codes(errors: Sequence[Any], reasons: Mapping[int, Any]) -> set[Named] | None:
    """None: one of them is told nowhere."""
    found: set[Named] = set()
    for each in errors:
        error = each
        if isinstance(each, int):
            if each not in reasons:
                return None
            error = reasons[each]
        found.add((error["pointer"], error["code"]))
    return found
