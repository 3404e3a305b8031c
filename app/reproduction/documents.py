"""Two documents of decisions, held against each other field by field."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from app.reproduction.schemas import FieldChange

RULES = "rules"


def changes(before: bytes, after: bytes) -> list[FieldChange]:
    """In the order of the first document; a rule's fields are called by its code.

    >>> changes(b'{"facts":{"a":1},"rules":[{"code":"r","outcome":"fail"}]}',
    ...         b'{"facts":{"a":2},"rules":[{"code":"r","outcome":"fail"}]}')
    [FieldChange(field='facts.a', before=1, after=2)]
    """
    known, new = dict(_fields(_read(before))), dict(_fields(_read(after)))
    names = dict.fromkeys([*known, *new])
    return [
        FieldChange(name, known.get(name), new.get(name))
        for name in names
        if known.get(name) != new.get(name) or (name in known) != (name in new)
    ]


def _read(document: bytes) -> Mapping[str, Any]:
    """What is no object any more has one field."""
    try:
        found = msgspec.json.decode(document)
    except msgspec.DecodeError:
        return {"document": document.decode(errors="replace")}
    return found if isinstance(found, dict) else {"document": found}


def _fields(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, part in value.items():
        if name == RULES and isinstance(part, list):
            part = {rule.get("code", str(at)): rule for at, rule in enumerate(part)}  # noqa: PLW2901
        if isinstance(part, dict):
            yield from _fields(part, f"{prefix}{name}.")
        else:
            yield prefix + name, part
