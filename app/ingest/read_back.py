"""Lets a platform read back what stands of a record that it pushed."""

import re
from collections.abc import Mapping
from typing import Any

from app.core.errors import FieldError, Invalid, Text
from app.core.ids import BatchId, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import ReadSession
from app.ingest import receipts_repository
from app.ingest.definition import FeedDefinition, Field
from app.ingest.errors import RecordUnknown
from app.ingest.examination import unknown_field
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import FreeText, IdNumber, Integer, SealedText
from app.ingest.problems import Problem, missing
from app.ingest.schemas import StoredRecord
from app.privacy.contexts import column_context
from app.privacy.fields import Fields, Personal
from app.privacy.keyring import KeyRing

SHORT_NUMBER = re.compile("[0-9]{1,19}")


class RecordKeyInvalid(Invalid):
    code = "invalid_record_key"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(
            Text(
                "请用全部键字段（且仅用键字段）指明一条记录。",
                "Name one record by all its key fields and nothing else.",
            ),
            errors=errors,
        )


async def stored_record(
    session: ReadSession,
    key_ring: KeyRing,
    platform: PlatformCode,
    feed: Feed,
    key: Mapping[str, str],
    *,
    shown: Fields,
) -> StoredRecord:
    """`key`: the key fields as text. Personal data comes back as `shown` says."""
    definition = DEFINITIONS[feed]
    row = await receipts_repository.record(session, definition.table, platform, _read_key(definition, key))
    if row is None:
        raise RecordUnknown
    fields = definition.keys if row["deleted"] else definition.own_fields
    return StoredRecord(
        feed=feed,
        revision=row["revision"],
        deleted=row["deleted"],
        fields={
            field.name: _shown(definition, field, row[field.column], key_ring, shown) for field in fields
        },
        batch_id=BatchId(row["batch_id"]),
        line=row["line"],
    )


def _read_key(definition: FeedDefinition, key: Mapping[str, str]) -> dict[str, Any]:
    names = [field.name for field in definition.keys]
    errors = [unknown_field(name) for name in key if name not in names]
    values = {}
    for field in definition.keys:
        if field.name not in key:
            errors.append(missing(field.name))
            continue
        try:
            values[field.name] = field.kind.read(_as_written(field, key[field.name]))
        except Problem as problem:
            errors.append(problem.at(field.name))
    if errors:
        raise RecordKeyInvalid(tuple(errors))
    return values


def _as_written(field: Field, text: str) -> str | int:
    """What JSON would hold for this text of a query."""
    is_number = isinstance(field.kind, Integer) and SHORT_NUMBER.fullmatch(text)
    return int(text) if is_number else text


def _shown(
    definition: FeedDefinition,
    field: Field,
    stored: Any,  # noqa: ANN401 (each kind has its own type of stored value)
    key_ring: KeyRing,
    shown: Fields,
) -> Any:  # noqa: ANN401
    kind = field.kind
    if stored is None:
        return field.default  # that of a measure is stored as null, see rows.py
    if isinstance(kind, IdNumber | SealedText):
        stored = key_ring.open(stored, column_context(definition.table.name, field.column)).decode()
    if isinstance(kind, IdNumber | FreeText) and kind.holds is not None:
        return shown.show(Personal(kind.holds, stored))
    return kind.shown(stored)
