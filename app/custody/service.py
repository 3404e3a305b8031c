"""Custody as others see it: the work of a process, the hosts that may be asked, and how videos stand."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import CustodyState
from app.custody import hosts_repository as hosts
from app.custody import reading_repository, repository, rounds, sampling
from app.custody.errors import HostNotRegistrable, VideoUnknown
from app.custody.schemas import CheckView, VideoView
from app.custody.settling import settle, sharing
from app.custody.visits import Visitor
from app.db.session import Database, ReadSession, WriteSession, transaction
from app.outbound.service import Outbound
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.records.selection import Selection

HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
CLASS_GROUPS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Custodian:
    """The work of one process. Any number of them may do it at once: the database keeps them in order."""

    database: Database
    library: PolicyLibrary
    key_ring: KeyRing
    settings: Settings
    outbound: Callable[[Collection[str]], Outbound] = Outbound

    async def keep(self) -> bool:
        """Takes in what was registered, draws samples, closes rounds. False: there was nothing to do."""
        enrolled = await self.enrol()
        drawn = await sampling.settle(self.database) + await sampling.announce(self.database, self.settings)
        closed = await rounds.close_round(self.database, self.key_ring)
        return bool(enrolled or drawn or closed)

    async def visit(self) -> int:
        """Looks at videos of one host; how many."""
        return await Visitor(self.database, self.library, self.settings, self.outbound).visit()

    async def enrol(self) -> int:
        """Reads the ledger on for batches of videos; by how many entries."""
        now = clock.now()
        async with transaction(self.database) as session:
            since = await hosts.try_head(session)
            if since is None:
                return 0
            end, batch_ids = await hosts.new_batches(session, since)
            keys = await hosts.class_groups_of(session, batch_ids) if batch_ids else []
            for start in range(0, len(keys), CLASS_GROUPS_AT_ONCE):
                await hosts.enrol(
                    session, keys[start : start + CLASS_GROUPS_AT_ONCE], now, sampling.next_draw_at(now)
                )
            if end == since:
                return 0
            videos = [video for key in keys for video in await repository.registered(session, key)]
            if keys:
                await settle(session, self.library, self.settings, {*keys, *sharing(videos)}, now)
            await hosts.proceed(session, end)
        return end - since


async def add_host(session: WriteSession, platform: str, host: str, now: datetime) -> None:
    """Videos of the platform there are looked at from now on."""
    if HOST.fullmatch(host) is None:
        raise HostNotRegistrable
    await hosts.hold_head(session)
    if not await hosts.add(session, platform, host, now, sampling.next_draw_at(now)):
        raise HostNotRegistrable


async def remove_host(session: WriteSession, platform: str, host: str) -> bool:
    """Whether it was registered; its videos are not looked at any more."""
    await hosts.hold_head(session)
    return await hosts.remove(session, platform, host)


async def list_hosts(session: ReadSession) -> list[tuple[str, str, datetime]]:
    """Platform, host and since when."""
    return await hosts.every(session)


async def list_videos(
    session: ReadSession,
    selection: Selection,
    *,
    state: CustodyState | None = None,
    hashes: Collection[str] | None = None,
    after: tuple[str, str, str] | None = None,
    limit: int,
) -> list[VideoView]:
    """In the order of platform, class group and video. `hashes`: any of these, as custody names them."""
    return await reading_repository.videos(
        session, selection, state=state, hashes=hashes, after=after, limit=limit
    )


async def video(
    session: ReadSession, selection: Selection, video_id: str
) -> tuple[VideoView, str, list[CheckView]]:
    """Of the class group that `selection` names: the video, its link, and the newest looks at it."""
    found = await reading_repository.video(session, selection, video_id)
    if found is None:
        raise VideoUnknown
    view, url = found
    return view, url, await reading_repository.checks(session, view)
