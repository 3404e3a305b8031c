"""Reads files of records as platforms have them: NDJSON, JSON or CSV; UTF-8, UTF-16 or GB 18030."""

import codecs
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.cli.csv_records import csv_records
from app.client import Fault
from app.core.errors import BadRequest, Text

REJECTED = ".rejected.ndjson"
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
UNMARKED = ("utf-8", "gb18030")
PIECE = 1024 * 1024


class Format(StrEnum):
    ndjson = "ndjson"
    json = "json"
    csv = "csv"


class FileRecord(NamedTuple):
    """One record as it will be sent; `line` is its physical line, in a JSON array its position."""

    line: int
    content: bytes


class RejectedLine(msgspec.Struct, forbid_unknown_fields=True):
    """How a rejected record is written down, to be mended and sent again."""

    line: int
    errors: tuple[Fault, ...]
    record: msgspec.Raw
    """The record; text that is no JSON stands here as a string."""
    record_key: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    """In files that the server makes (`/api/v1/batches/{batch_id}/rejections?format=ndjson`)."""


class UnreadableFile(BadRequest):
    code = "unreadable_file"

    def __init__(self, path: Path, zh: str, en: str) -> None:
        super().__init__(Text(f"{path}：{zh}", f"{path}: {en}"))


def format_of(path: Path) -> Format:
    match path.suffix.lower():
        case ".csv" | ".tsv" | ".txt":
            return Format.csv
        case ".json":
            return Format.json
        case _:
            return Format.ndjson


def records(path: Path, form: Format, schema: dict[str, Any]) -> Iterator[FileRecord]:
    encoding = encoding_of(path)
    match form:
        case Format.ndjson:
            yield from _lines(path, encoding)
        case Format.json:
            yield from _elements(path, encoding)
        case Format.csv:
            for line, content in csv_records(path, encoding, schema):
                yield FileRecord(line, content)


def encoding_of(path: Path) -> str:
    """By its mark; without one UTF-8 where the whole file is, else GB 18030, which spreadsheets write."""
    with path.open("rb") as file:
        head = file.read(3)
    marked = [encoding for mark, encoding in BYTE_ORDER_MARKS.items() if head.startswith(mark)]
    for encoding in marked or UNMARKED:
        if _is_all(path, encoding):
            return encoding
    raise UnreadableFile(path, "既不是 UTF-8 也不是 GB 18030 编码。", "is neither UTF-8 nor GB 18030 text.")


def _is_all(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path, encoding: str) -> Iterator[FileRecord]:
    is_mended = path.name.endswith(REJECTED)
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, start=1):
            content = line.strip(" \t\r\n").encode()
            if content:
                yield FileRecord(number, _unwrapped(content) if is_mended else content)


def _unwrapped(content: bytes) -> bytes:
    """The record of a rejected line; the line itself where somebody has taken the record out."""
    try:
        record = bytes(msgspec.json.decode(content, type=RejectedLine).record)
    except msgspec.MsgspecError:
        return content
    return msgspec.json.decode(record, type=str).encode() if record.startswith(b'"') else record


def _elements(path: Path, encoding: str) -> Iterator[FileRecord]:
    content = path.read_text(encoding=encoding).encode()
    try:
        elements = msgspec.json.decode(content, type=list[msgspec.Raw])
    except msgspec.MsgspecError:
        raise UnreadableFile(path, "不是记录的 JSON 数组。", "is no JSON array of records.") from None
    for position, element in enumerate(elements, start=1):
        # A line end inside JSON is blank space; NDJSON has one record a line.
        yield FileRecord(position, bytes(element).replace(b"\r", b" ").replace(b"\n", b" "))
