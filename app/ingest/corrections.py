"""What was corrected of a class group, and what each version of one record changed.

Earlier versions stand in no table: they are read from the archived batches, of one record at a time.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import AppError, Text
from app.core.ids import BatchId, ClassGroupKey
from app.db.session import ReadSession
from app.ingest import archive, corrections_repository
from app.ingest.corrections_repository import CLASS_GROUP, Correction
from app.ingest.decode import split
from app.ingest.definition import DELETED, REVISION, Circumstances, FeedDefinition, Field
from app.ingest.errors import RecordUnknown
from app.ingest.examination import Faults, examine
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import FreeText, IdNumber
from app.ingest.merge import ACCEPTED
from app.ingest.preparation import LEEWAY
from app.ingest.replay_repository import Contents, Stored, contents
from app.ingest.schemas import MediaType
from app.privacy.fields import Fields, Personal
from app.privacy.keyring import KeyRing
from app.privacy.redaction import redact_text

MOST_BATCHES = 20
"""Whose archives are opened for one record."""
corrections = corrections_repository.corrections


class Changed(NamedTuple):
    """A field that one version has otherwise than the one before."""

    field: str
    title: Text
    old: Any
    """None: absent, or not told to the caller. Personal data as the caller's fields say."""
    new: Any
    is_told: bool


class Version(NamedTuple):
    """What one batch said of the record; the last in it, where it says more than one thing."""

    batch_id: BatchId
    line: int
    received_at: datetime
    revision: int
    deleted: bool
    changed: Sequence[Changed] | None
    """Against the version before: nothing where there is none or this deletes it; None: that is not known."""


class Versions(NamedTuple):
    correction: Correction
    versions: Sequence[Version]
    """The newest first."""
    examined_batches: int
    is_whole: bool
    """All batches that may hold a version were looked at."""


class _Found(NamedTuple):
    batch: Stored
    line: int
    values: Mapping[str, Any]


async def versions(
    session: ReadSession, key_ring: KeyRing, key: ClassGroupKey, batch_id: UUID, line: int, *, shown: Fields
) -> Versions:
    """Of the record that stands as this line of the batch brought it. Raises `RecordUnknown`."""
    correction = await corrections_repository.correction(session, key, batch_id, line)
    if correction is None:
        raise RecordUnknown
    batches = await corrections_repository.batches_until(
        session, key, correction.feed, correction.batch_id, limit=MOST_BATCHES + 1
    )
    wanted = correction.key | {CLASS_GROUP: key.class_group_id}
    found: list[_Found] = []
    is_whole = len(batches) <= MOST_BATCHES
    for batch in batches[:MOST_BATCHES]:
        kept = await contents(session, batch)
        if kept is None:
            is_whole = False
            continue
        found += await asyncio.to_thread(_look, key_ring, batch, kept, wanted)
    told = list(_told(DEFINITIONS[correction.feed], found, shown, is_whole=is_whole))
    return Versions(correction, told, min(len(batches), MOST_BATCHES), is_whole)


def _look(key_ring: KeyRing, batch: Stored, kept: Contents, wanted: Mapping[str, str]) -> list[_Found]:
    """The record of this key that was accepted last from the batch; mostly none."""
    definition = DEFINITIONS[batch.feed]
    body = archive.open_body(key_ring, batch.batch_id, kept.body_sealed)
    needles = [value.encode() for value in wanted.values()]
    if not all(needle in body for needle in needles):
        return []
    try:
        records, lines = split(body, MediaType(kept.media_type))
    except AppError:
        return []
    circumstances = Circumstances(
        batch.received_at, batch.received_at + LEEWAY, programme_exists=lambda *_: True
    )
    for place in reversed(range(len(records))):
        if kept.outcomes[place] != ACCEPTED or not all(each in records[place] for each in needles):
            continue
        values = examine(definition, records[place], circumstances)
        if isinstance(values, Faults):
            continue
        named = dict(zip(definition.names, values, strict=True))
        if all(str(named[name]) == value for name, value in wanted.items()):
            return [_Found(batch, lines[place], named)]
    return []


def _told(
    definition: FeedDefinition, found: Sequence[_Found], shown: Fields, *, is_whole: bool
) -> Iterator[Version]:
    former: list[_Found | None] = [*found[1:], None]
    for one, before in zip(found, former, strict=True):
        deleted = one.values[DELETED.name]
        changed: list[Changed] | None = []
        if before is not None and not deleted:
            changed = list(_changes(definition, before, one, shown))
        elif before is None and not is_whole:
            changed = None
        batch = one.batch
        yield Version(
            batch.batch_id, one.line, batch.received_at, one.values[REVISION.name], deleted, changed
        )


def _changes(definition: FeedDefinition, before: _Found, after: _Found, shown: Fields) -> Iterator[Changed]:
    for field in definition.own_fields:
        old, new = before.values[field.name], after.values[field.name]
        if old == new:
            continue
        told_old, told_new = _shown(field, old, shown), _shown(field, new, shown)
        is_told = (old is None or told_old is not None) and (new is None or told_new is not None)
        yield Changed(field.name, field.title, told_old, told_new, is_told)


def _shown(field: Field, value: Any, shown: Fields) -> Any:  # noqa: ANN401 (each kind has its own type)
    kind = field.kind
    if value is None:
        return None
    if isinstance(kind, IdNumber | FreeText) and kind.holds is not None:
        return shown.show(Personal(kind.holds, value))
    told = kind.shown(value)
    return redact_text(told) if isinstance(told, str) and isinstance(kind, FreeText) else told
