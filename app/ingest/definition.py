"""What a feed is: its fields, its record rules, its table, and what a new record of it touches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import Table

from app.core.errors import FieldError, Text
from app.core.vocabulary import Feed
from app.db.base import Base
from app.ingest.kinds import Flag, Instant, Integer, Kind
from app.ingest.kinds.numbers import LARGEST_BIG_INTEGER
from app.ingest.schemas import ProgrammeExists


def table_of(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 (a mapped class has a table, not a join)
    return table


class Presence(StrEnum):
    key = "key"
    required = "required"
    optional = "optional"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    title: Text
    presence: Presence
    default: Any = None
    """What an absent or null optional field means."""
    note: Text | None = None
    """What neither the title nor the kind says."""

    @property
    def column(self) -> str:
        return self.name + self.kind.suffix


def key(name: str, kind: Kind, zh: str, en: str) -> Field:
    return Field(name, kind, Text(zh, en), Presence.key)


def required(name: str, kind: Kind, zh: str, en: str, *, note: Text | None = None) -> Field:
    return Field(name, kind, Text(zh, en), Presence.required, note=note)


def optional(
    name: str, kind: Kind, zh: str, en: str, *, default: object = None, note: Text | None = None
) -> Field:
    return Field(name, kind, Text(zh, en), Presence.optional, default, note)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a check may ask beside the record itself."""

    received_at: datetime
    latest: datetime
    """Nothing that has happened lies behind this instant."""
    programme_exists: ProgrammeExists


@dataclass(frozen=True, slots=True)
class Rule:
    """Compares fields of one record. Asked only where all of them could be read; absent ones are None."""

    fields: tuple[str, ...]
    find: Callable[..., FieldError | None]
    """Called with the circumstances and the fields' values."""


class Effect(StrEnum):
    """Whose figures a record can change."""

    nobody = "nobody"
    learner = "learner"
    class_group = "class_group"
    """Everybody's in it."""
    class_level = "class_level"
    """Those of the class group itself."""
    elsewhere = "elsewhere"
    """Those of class groups that it does not name (`concerned`)."""


REVISION = optional(
    "revision",
    Integer(most=LARGEST_BIG_INTEGER),
    "版本号",
    "Revision",
    default=0,
    note=Text("同一记录以最大版本号为准。", "Of one record the highest revision stands."),
)
DELETED = optional(
    "deleted",
    Flag(),
    "已删除",
    "Deleted",
    default=False,
    note=Text("为 true 时只需键字段。", "If true, only the key fields are needed."),
)


@dataclass(frozen=True)
class FeedDefinition:
    feed: Feed
    title: Text
    table: Table
    own_fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    effect: Effect = Effect.nobody

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All that a record may have."""
        return (*self.own_fields, REVISION, DELETED)

    @cached_property
    def keys(self) -> tuple[Field, ...]:
        return tuple(field for field in self.own_fields if field.presence is Presence.key)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @cached_property
    def happened(self) -> tuple[str, ...]:
        """Instants of what has happened."""
        return tuple(f.name for f in self.own_fields if isinstance(f.kind, Instant) and f.kind.happened)

    @property
    def has_class_group(self) -> bool:
        return self.own_fields[0].name == "class_group_id"

    @cached_property
    def decoder(self) -> msgspec.json.Decoder[Any]:
        """Reads a record into a struct of its values as written; absent and null alike are None."""
        fields = [(name, Any, None) for name in self.names]
        record = msgspec.defstruct(self.table.name, fields, forbid_unknown_fields=True, gc=False)
        return msgspec.json.Decoder(record, float_hook=Decimal)

    @cached_property
    def content(self) -> type[msgspec.Struct]:
        """A record's content by field name; what is null, or not deleted, is left out when encoded."""
        fields = [(name, Any, None) for name in self.names if name not in {REVISION.name, DELETED.name}]
        return msgspec.defstruct(
            self.table.name, sorted([*fields, (DELETED.name, Any, False)]), omit_defaults=True, gc=False
        )

    def positions(self, names: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.names.index(name) for name in names)
