"""Examines one record so that all its errors are named at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.core.errors import FieldError, Text
from app.ingest.decode import RECORD, UNREADABLE
from app.ingest.definition import DELETED, REVISION, Circumstances, FeedDefinition, Field, Presence
from app.ingest.flaws import flaw_of, flaw_of_no_object
from app.ingest.kinds.identities import is_id_number
from app.ingest.problems import Code, Problem, fault, malformed, missing, unknown

HARMLESS_NAME = re.compile(r"(?!.*[0-9]{6})[A-Za-z_][A-Za-z0-9_.-]{0,63}")
"""What may be repeated of an unknown field: no person's name, and no number that belongs to one."""

MOST_UNKNOWN = 20
"""So many unknown fields of a record are told; a line may hold a million."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Why a record is rejected."""

    record_key: Mapping[str, str | int]
    errors: Sequence[FieldError]


def examine(
    definition: FeedDefinition, record: bytes, circumstances: Circumstances
) -> tuple[Any, ...] | Faults:
    """The stored value of each field of the feed; of a tombstone only key and revision."""
    try:
        content = RECORD.decode(record)
    except UNREADABLE as error:
        return Faults({}, [malformed(flaw_of(record, error))])
    if not isinstance(content, dict):
        return Faults({}, [malformed(flaw_of_no_object(content))])
    return _examine_fields(definition, content, circumstances)


def _examine_fields(
    definition: FeedDefinition, content: Mapping[str, object], circumstances: Circumstances
) -> tuple[Any, ...] | Faults:
    is_tombstone = content.get(DELETED.name) is True
    fields = (*definition.keys, REVISION, DELETED) if is_tombstone else definition.fields
    values, errors = _read_fields(fields, content)
    unknown_names = (name for name in content if name not in definition.names)
    errors += dict.fromkeys(unknown_field(name) for name in islice(unknown_names, MOST_UNKNOWN))
    if not is_tombstone:
        errors += _broken_rules(definition, values, circumstances)
    if errors:
        key = {field.name: values[field.name] for field in definition.keys if field.name in values}
        return Faults(repeatable_key(key), errors)
    return tuple(values.get(name) for name in definition.names)


def _read_fields(
    fields: Sequence[Field], content: Mapping[str, object]
) -> tuple[dict[str, Any], list[FieldError]]:
    """The values that could be read, and why the others could not."""
    values: dict[str, Any] = {}
    errors = []
    for field in fields:
        value = content.get(field.name)
        if value is None and field.presence is not Presence.optional:
            errors.append(missing(field.name))
            continue
        try:
            values[field.name] = field.default if value is None else field.kind.read(value)
        except Problem as problem:
            errors.append(problem.at(field.name))
    return values, errors


def _broken_rules(
    definition: FeedDefinition, values: Mapping[str, Any], circumstances: Circumstances
) -> list[FieldError]:
    errors = [
        _in_future(name)
        for name in definition.happened
        if values.get(name) is not None and values[name] > circumstances.latest
    ]
    for rule in definition.rules:
        if values.keys() >= set(rule.fields):
            found = rule.find(circumstances, *(values[name] for name in rule.fields))
            errors += [found] if found else []
    return errors


def _in_future(name: str) -> FieldError:
    reason = Text(
        "比收到的时间晚 10 分钟以上；已发生的事不可能在未来。请校准时钟并核对时区。",
        "lies more than 10 minutes after its receipt, yet it has happened. "
        "Set the clock and check the offset.",
    )
    return fault(name, Code.timestamp_in_future, reason)


def unknown_field(name: str) -> FieldError:
    return unknown(name if HARMLESS_NAME.fullmatch(name) else None)


def repeatable_key(key: Mapping[str, str | int]) -> dict[str, str | int]:
    """A record's key as a rejection tells it: without a part that happens to be an ID number."""
    return {name: value for name, value in key.items() if not is_id_number(str(value))}
