"""A class group whose lessons have videos on a host of ours, and the hands that look at them."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.core import clock
from app.core.config import Settings
from app.core.ids import ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed, PlatformKind
from app.custody.service import Custodian, add_host
from app.db.models import Platform
from app.db.session import Database, reading, transaction
from app.findings.schemas import FindingFilter, FindingView
from app.findings.service import list_findings
from app.ledger.sequence import sequence
from tests.factories import feeds
from tests.factories.feeds import KEY
from tests.factories.intake import add_batch
from tests.factories.video_host import HOST, VideoHost, file

CONTENT = bytes(range(256)) * 300
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SM3 = hashlib.new("sm3", CONTENT).hexdigest()
PROGRAMME = "bj-advanced-2020"
"""Keeps recordings of live lessons for months."""


def link(video_id: str, host: str = HOST) -> str:
    return f"https://{host}/{video_id}"


@dataclass
class World:
    database: Database
    custodian: Custodian
    host: VideoHost

    async def open(self, *keys: ClassGroupKey) -> None:
        """Class groups that began a week ago, with two lessons of an hour."""
        began = clock.now() - timedelta(days=7)
        async with transaction(self.database) as session:
            session.add(Platform(code="live-a", kind=PlatformKind.live, name="甲", created_at=clock.now()))
            for key in keys or (KEY,):
                await feeds.put_class_group(session, key, programme=PROGRAMME, starts_on=began.date())
                for lesson_id in ("S1", "S2"):
                    ends_at = began + timedelta(hours=1)
                    await feeds.put_lesson(session, lesson_id, key, starts_at=began, ends_at=ends_at)

    def set(self, **changes: object) -> None:
        settings = self.custodian.settings.model_copy(update=changes)
        self.custodian = replace(self.custodian, settings=settings)

    async def register_host(self, host: str = HOST) -> None:
        async with transaction(self.database) as session:
            await add_host(session, PlatformCode("live-a"), host, clock.now())

    async def register(
        self, video_id: str, lesson_id: str = "S1", key: ClassGroupKey = KEY, **columns: object
    ) -> None:
        """The record as its batch leaves it, taken into custody; its file is there unless a test says so."""
        given = {
            "url": link(video_id),
            "hash": SHA256,
            "size_bytes": len(CONTENT),
            "recorded_at": clock.now() - timedelta(days=7),
            "available_until": clock.now() + timedelta(days=700),
            "content_hash": hashlib.sha256(repr(sorted(columns.items())).encode()).digest()[:16],
        } | columns
        self.host.paths.setdefault(f"/{video_id}", file(CONTENT))
        async with transaction(self.database) as session:
            batch_id = await add_batch(session, key, feed=Feed.videos, received_at=clock.now())
            await feeds.put_video(session, video_id, lesson_id, key, batch_id=batch_id, **given)
        await self.take_in()

    async def take_in(self) -> None:
        await sequence(self.database)
        while await self.custodian.enrol():
            pass

    async def want_fetches(self) -> None:
        await self.execute("UPDATE video_custody SET fetch_wanted = true, next_due_at = now()")

    async def let_pass(self, time: timedelta = timedelta(days=8)) -> None:
        """As if everything had happened so much earlier."""
        await self.execute(
            "UPDATE video_custody "
            "SET next_due_at = next_due_at - CAST(:time AS interval), "
            "failing_since = failing_since - CAST(:time AS interval)",
            time=time,
        )

    async def execute(self, statement: str, **values: object) -> None:
        async with transaction(self.database) as session:
            await session.execute(text(statement), values)

    async def rows(self, statement: str, **values: object) -> list[Any]:
        async with reading(self.database) as session:
            return [tuple(row) for row in await session.execute(text(statement), values)]

    async def states(self) -> dict[str, str]:
        return dict(await self.rows("SELECT video_id, state FROM video_custody"))

    async def outcomes(self, video_id: str) -> list[tuple[str, str]]:
        return await self.rows(
            "SELECT kind, outcome FROM video_checks WHERE video_id = :video ORDER BY check_id", video=video_id
        )

    async def findings(self) -> dict[str, FindingView]:
        """The open ones, by their rules."""
        async with reading(self.database) as session:
            found = await list_findings(session, FindingFilter())
        return {finding.rule: finding for finding in found if finding.state == "open"}


def settings_for(settings: Settings, **changes: object) -> Settings:
    """Nothing in them is slow."""
    fast = {"video_failing_hours": 0, "video_failed_looks": 2, "video_least_bytes_a_second": 1}
    return settings.model_copy(update=fast | changes)
