"""Visits to hosts: one program at a time asks a host, one video after the other, until nothing there is due.

A look needs no transaction; what it saw, how the video stands then and what is found are stored together. A
program that dies leaves its lease, and the video is due as it was.
"""

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog

from app.core import clock
from app.core.config import Settings
from app.core.errors import Unavailable
from app.core.metrics import VIDEO_CHECKS
from app.core.vocabulary import CheckOutcome, CustodyState
from app.custody import hosts_repository, repository
from app.custody.examination import examine
from app.custody.judgement import promised_until
from app.custody.probing import fetch_and_hash, probe
from app.custody.repository import DueVideo
from app.custody.schemas import Check, Registered
from app.custody.settling import keeping_of, settle
from app.custody.standing import FIRST_PAUSE, after
from app.db.session import Database, reading, transaction
from app.outbound.service import Outbound
from app.policies.library import PolicyLibrary

LOOKS_A_VISIT = 50
LEASE_MARGIN = timedelta(minutes=5)
"""Beyond the longest fetch: for the examination, and for what is stored."""
HASHED = {CheckOutcome.confirmed, CheckOutcome.changed}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visitor:
    """Of one process; any number of them may be at it."""

    database: Database
    library: PolicyLibrary
    settings: Settings
    outbound: Callable[[Collection[str]], Outbound] = Outbound
    """Who may ask these hosts; a test of TLS gives its own."""

    async def visit(self) -> int:
        """One host at which something is due and that nobody asks; how many videos were looked at there."""
        lease_id, now = uuid4(), clock.now()
        async with transaction(self.database) as session:
            host = await repository.take_host(session, lease_id, now, self._lease_end(now))
        if host is None:
            return 0
        looks = 0
        try:
            while looks < LOOKS_A_VISIT and await self._look_at_next(host, lease_id):
                looks += 1
        finally:
            async with transaction(self.database) as session:
                await repository.release(session, host, lease_id, clock.now())
        return looks

    async def _look_at_next(self, host: str, lease_id: UUID) -> bool:
        """False: nothing is due any more, or the host is another's by now."""
        async with reading(self.database) as session:
            due = await repository.due(session, host, clock.now())
            if due is None:
                return False
            found = await repository.registered(session, due.key, due.video_id)
            hosts = await hosts_repository.of_platform(session, due.key.platform)
        if not found:
            return await self._store(host, lease_id, due, None, ())
        try:
            checks = await self._look(due, found[0], hosts)
        except Unavailable:
            raise
        except Exception:
            log.exception(
                "a video could not be looked at and rests", video_id=due.video_id, **due.key._asdict()
            )
            async with transaction(self.database) as session:
                await repository.postpone(session, due.key, due.video_id, clock.now() + FIRST_PAUSE)
            return True
        return await self._store(host, lease_id, due, found[0], checks)

    async def _look(self, due: DueVideo, video: Registered, hosts: Collection[str]) -> list[Check]:
        """None where it need not be kept any longer."""
        if await self._is_over(video):
            return []
        outbound = self.outbound(hosts)
        probed = await probe(outbound, video)
        is_suspect = probed.outcome in {CheckOutcome.length_differs, CheckOutcome.length_unknown}
        is_wanted = is_suspect or (due.standing.fetch_wanted and probed.outcome is CheckOutcome.answers)
        return [probed, *(await self._fetched(outbound, video) if is_wanted else ())]

    async def _fetched(self, outbound: Outbound, video: Registered) -> list[Check]:
        """The spool has no name and is gone with the process."""
        self.settings.spool_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.settings.spool_dir) as spool:
            hashed = await fetch_and_hash(outbound, video, spool, self.settings)
            is_whole = hashed.outcome in HASHED and "bytes" in hashed.figures
            return [hashed, *([await examine(spool, video, self.settings)] if is_whole else [])]

    async def _is_over(self, video: Registered) -> bool:
        async with reading(self.database) as session:
            policies = await self.library.in_force(session)
        until = promised_until(video, keeping_of(policies, video))
        return until is not None and until < clock.now()

    async def _store(
        self, host: str, lease_id: UUID, due: DueVideo, video: Registered | None, checks: Sequence[Check]
    ) -> bool:
        now = clock.now()
        async with transaction(self.database) as session:
            if not await repository.holds(session, host, lease_id, self._lease_end(now)):
                return False
            if video is None:
                resting = due.standing._replace(
                    state=CustodyState.withdrawn,
                    next_due_at=now + timedelta(days=self.settings.video_probe_days),
                )
            elif not checks:
                resting = due.standing._replace(state=CustodyState.ended, next_due_at=None)
            else:
                resting = after(due.standing, checks, self.settings)
                await repository.add_checks(session, video, checks)
            await repository.store_standing(session, due, resting)
            await settle(session, self.library, self.settings, [due.key], now)
        for check in checks:
            VIDEO_CHECKS.labels(check.kind, check.outcome).inc()
        return True

    def _lease_end(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.settings.video_fetch_s) + LEASE_MARGIN
