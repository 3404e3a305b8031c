"""Records from CSV: the header names the fields, an empty cell is absent, the feed's schema gives the types.

The cells of a list field are separated by `;`. A cell that does not fit its type is sent as it stands:
the server names the error.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from app.core.errors import BadRequest, Text

LIST_SEPARATOR = ";"
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
TRUTHS = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}

Schema = dict[str, Any]


class HeaderUnusable(BadRequest):
    code = "header_unusable"

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        zh, en = "、".join(columns), ", ".join(columns)
        super().__init__(
            Text(
                f"{path} 的表头有重复的列或该接口没有的字段：{zh}。",
                f"The header of {path} repeats columns or names fields that the feed does not have: {en}.",
            )
        )


def csv_records(path: Path, encoding: str, schema: Schema) -> Iterator[tuple[int, bytes]]:
    """The physical line on which each record ends, and the record as JSON."""
    properties: dict[str, Schema] = schema.get("properties", {})
    with path.open(encoding=encoding, newline="") as file:
        first_line = file.readline()
        file.seek(0)
        rows = csv.reader(file, delimiter="\t" if "\t" in first_line else ",")
        header = _header(path, next(rows, []), properties)
        types = [_types(properties.get(name, {}), schema) for name in header]
        for row in rows:
            record = _record(header, types, row)
            if record:
                yield rows.line_num, msgspec.json.encode(record)


def _header(path: Path, cells: Sequence[str], properties: dict[str, Schema]) -> list[str]:
    header = [cell.strip().lstrip("\ufeff") for cell in cells]
    named = [name for name in header if name]
    wrong = {name for name in named if named.count(name) > 1 or name not in properties}
    if wrong or not named:
        raise HeaderUnusable(path, sorted(wrong))
    return header


def _record(header: list[str], types: list[set[str]], row: list[str]) -> dict[str, object]:
    """Surplus cells get a name that no feed has, so that the server rejects the record."""
    surplus = len(row) - len(header)
    names = header + [f"column_{len(header) + number + 1}" for number in range(max(surplus, 0))]
    known = types + [set()] * max(surplus, 0)
    return {
        name or f"column_{place}": _typed(cell.strip(), kinds)
        for place, (name, kinds, cell) in enumerate(zip(names, known, row, strict=False), start=1)
        if cell.strip()
    }


def _typed(cell: str, kinds: set[str]) -> object:
    if "array" in kinds:
        return [part.strip() for part in cell.split(LIST_SEPARATOR) if part.strip()]
    if "boolean" in kinds:
        return TRUTHS.get(cell.lower(), cell)
    if kinds & {"integer", "number"} and NUMBER.fullmatch(cell):
        return msgspec.Raw(cell.encode())
    return cell


def _types(schema: Schema, whole: Schema) -> set[str]:
    """The JSON types a field may have, looked for through references and alternatives."""
    if reference := schema.get("$ref"):
        return _types(_resolved(reference, whole), whole)
    alternatives = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, [])]
    own = schema.get("type", [])
    found = {own} if isinstance(own, str) else set(own)
    return found.union(*(_types(part, whole) for part in alternatives))


def _resolved(reference: str, whole: Schema) -> Schema:
    target: Any = whole
    for step in reference.removeprefix("#/").split("/"):
        target = target.get(step, {})
    return dict(target)
