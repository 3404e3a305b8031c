"""Writes rejected records with their reasons beside the pushed file, for its owner's eyes alone."""

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from app.cli.record_files import REJECTED, FileRecord, RejectedLine
from app.client import RejectedRecord


class RejectedFile:
    """Made with the first rejection, under a name that is still free: nobody's mending is overwritten."""

    def __init__(self, beside: Path) -> None:
        self._beside = beside
        self._file: IO[bytes] | None = None
        self.path: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def write(self, batch: list[FileRecord], rejections: Iterable[RejectedRecord]) -> None:
        for rejected in rejections:
            record = batch[rejected.line - 1]
            self._opened().write(_line(record, rejected) + b"\n")
        if self._file:
            self._file.flush()

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self.path, self._file = _create(self._beside)
        return self._file


def _create(beside: Path) -> tuple[Path, IO[bytes]]:
    number = 1
    while True:
        middle = "" if number == 1 else f".{number}"
        path = beside.with_name(f"{beside.name}{middle}{REJECTED}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        return path, os.fdopen(descriptor, "wb")


def _line(record: FileRecord, rejected: RejectedRecord) -> bytes:
    return msgspec.json.encode(RejectedLine(record.line, rejected.errors, _as_json(record.content)))


def _as_json(content: bytes) -> msgspec.Raw:
    try:
        msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return msgspec.Raw(msgspec.json.encode(content.decode(errors="replace")))
    return msgspec.Raw(content)
