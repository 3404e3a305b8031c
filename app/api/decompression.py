"""Undoes Content-Encoding with a bound that holds before memory is spent. Knows bytes, no HTTP."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO, Literal

import zstandard

Encoding = Literal["identity", "gzip", "zstd"]

_GZIP = zlib.MAX_WBITS | 16
_PIECE = 64 * 1024
_ZSTD_PIECE = 128
"""zstd writes 128 KiB as four bytes at best, so a piece grows to 4 MiB at most; its API knows no bound."""
_ZSTD_WINDOW = 8 * 1024 * 1024
"""What a decoder must offer and an encoder may ask for (RFC 9659)."""
_MAGIC = 4
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
"""Frames without content (RFC 8878 §3.1.2), which say that others are meant to be there."""


class Undecodable(Exception):
    """The bytes are corrupt, end too early, or go on behind their end."""


class SeveralParts(Undecodable):
    """They are whole, and others follow: a second gzip member or zstd frame, or whatever else."""


class Overflow(Exception):
    """More comes out than the bound allows."""


def decompress(source: BinaryIO, target: BinaryIO, encoding: Encoding, *, limit: int) -> int:
    """Copies `source` decoded into `target`; the number of bytes written, never above `limit`."""
    written = 0
    for piece in _PIECES[encoding](source):
        written += len(piece)
        if written > limit:
            raise Overflow
        target.write(piece)
    return written


def _identity(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(_PIECE):
        yield piece


def _gunzip(source: BinaryIO) -> Iterator[bytes]:
    decoder = zlib.decompressobj(_GZIP)
    try:
        while packed := decoder.unconsumed_tail or source.read(_PIECE):
            yield decoder.decompress(packed, _PIECE)
            if decoder.eof:
                break
    except zlib.error:
        raise Undecodable from None
    _demand_end(is_complete=decoder.eof, rest=decoder.unused_data or source.read(1))


def _unzstd(source: BinaryIO) -> Iterator[bytes]:
    if int.from_bytes(source.read(_MAGIC), "little") in _SKIPPABLE:
        raise SeveralParts
    source.seek(0)
    decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    try:
        while not decoder.eof and (packed := source.read(_ZSTD_PIECE)):
            yield decoder.decompress(packed)
    except zstandard.ZstdError:
        raise Undecodable from None
    _demand_end(is_complete=decoder.eof, rest=decoder.unused_data or source.read(1))


def _demand_end(*, is_complete: bool, rest: bytes) -> None:
    """A second member behind the first is refused: nobody who packs a batch once has one."""
    if not is_complete:
        raise Undecodable
    if rest:
        raise SeveralParts


_PIECES = {"identity": _identity, "gzip": _gunzip, "zstd": _unzstd}
