"""Versions come into force: recorded once, attested in the ledger, and whoever they judge is touched."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from app.core import clock
from app.core.ids import new_uuid
from app.db.session import Database, WriteSession, transaction
from app.ledger.envelope import EntryKind, PolicyReference, policy_envelope
from app.ledger.sequence import enqueue
from app.policies import repository, texts
from app.policies.files import PackText, key_of
from app.policies.library import PolicyLibrary
from app.policies.records import Key, Recorded, Source
from app.rules.policy import PolicyVersion

log = structlog.get_logger()


class New(NamedTuple):
    """A version that is to come into force."""

    version: PolicyVersion
    text: str
    source: Source
    proposal_id: UUID | None = None
    retroactive: bool = False


async def record_files(database: Database, library: PolicyLibrary) -> None:
    """At the start of a program: what it reads otherwise than is recorded, or first of all.

    Of two that start at once the second finds everything recorded. Raises `PolicyTextInvalid` where the
    program cannot read what is in force: it must not judge.
    """
    async with transaction(database) as session:
        await record_files_within(session, library)


async def record_files_within(session: WriteSession, library: PolicyLibrary) -> None:
    """The same as a part of a transaction."""
    await repository.lock_recorder(session)
    # Also of what was recorded by a program that did not know of terms yet.
    await repository.store_terms(session, [each for file in library.files for each in file.versions])
    recorded = {each.key: each for each in await repository.in_force(session)}
    news = [*_of_files(library.files, recorded), *await _read_otherwise(session, library, recorded)]
    if news:
        await record(session, news, clock.now())


async def record(session: WriteSession, news: Sequence[New], at: datetime) -> int:
    """In force with this transaction; how many class groups wait to be judged again.

    The caller holds the lock of recorders.
    """
    number = await repository.newest_number(session)
    for new in news:
        await repository.store_text(session, texts.hash_of(new.text), new.text, at)
    records = [_recorded(new, number + place, at) for place, new in enumerate(news, start=1)]
    await repository.record(session, records)
    await repository.store_terms(session, [new.version for new in news])
    for each in records:
        await _attest(session, each)
    return await _touch(session, [new.version for new in news], at)


def _of_files(files: Sequence[PackText], recorded: dict[Key, Recorded]) -> Iterator[New]:
    """What two officials have published is theirs to change, and no release's."""
    for file in files:
        for version in file.versions:
            former = recorded.get(key_of(version))
            if former is None or (
                former.source is not Source.published and former.content_hash != version.content_hash
            ):
                yield New(version, file.text, file.source)
            elif former.content_hash != version.content_hash:
                log.warning(
                    "a published version stands against that of a file",
                    programme=version.programme,
                    version=version.version,
                )


async def _read_otherwise(
    session: WriteSession, library: PolicyLibrary, recorded: dict[Key, Recorded]
) -> list[New]:
    """What no file brings any more, and this release of the program reads to another content hash."""
    brought = {key_of(version) for file in library.files for version in file.versions}
    alone = [each for key, each in recorded.items() if key not in brought or each.source is Source.published]
    words = await repository.texts(session, {each.text_hash for each in alone})
    news = []
    for each in alone:
        text = words[each.text_hash]
        name = f"{each.programme} ({each.text_hash.hex()[:12]})"
        read = texts.dated(await asyncio.to_thread(texts.read, text, name))
        version = read.get(each.effective_from)
        if version is not None and version.content_hash != each.content_hash:
            news.append(New(version, text, each.source, each.proposal_id, each.retroactive))
    return news


def _recorded(new: New, number: int, at: datetime) -> Recorded:
    return Recorded(
        number=number,
        record_id=new_uuid(at),
        programme=new.version.programme,
        effective_from=new.version.effective_from,
        content_hash=new.version.content_hash,
        text_hash=texts.hash_of(new.text),
        source=new.source,
        recorded_at=at,
        proposal_id=new.proposal_id,
        retroactive=new.retroactive,
    )


async def _attest(session: WriteSession, recorded: Recorded) -> None:
    version = recorded.effective_from.isoformat()
    envelope = policy_envelope(
        record_id=recorded.record_id,
        policy=PolicyReference(recorded.programme, version, recorded.content_hash),
        text_hash=recorded.text_hash,
        source=recorded.source,
        proposal_id=recorded.proposal_id,
        retroactive=recorded.retroactive,
        recorded_at=recorded.recorded_at,
    )
    await enqueue(
        session,
        kind=EntryKind.policy,
        subject_id=recorded.record_id,
        recorded_at=recorded.recorded_at,
        envelope=envelope,
    )


async def _touch(session: WriteSession, versions: Sequence[PolicyVersion], at: datetime) -> int:
    """Whom they judge from now on: each from its first day until that of the next version."""
    await repository.lock_class_groups(session)
    days: dict[str, list[Recorded]] = {}
    for each in await repository.in_force(session):
        days.setdefault(each.programme, []).append(each)
    touched = 0
    for version in versions:
        first = version.effective_from
        before = min(
            (each.effective_from for each in days[version.programme] if each.effective_from > first),
            default=None,
        )
        touched += await repository.touch_judged(session, version.programme, first, before, at)
    return touched
