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


class Undecodable(Exception):
    """The bytes are corrupt or end too early."""


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
    """Members one behind another are one body (RFC 1952 §2.2)."""
    decoder = zlib.decompressobj(_GZIP)
    packed = source.read(_PIECE)
    try:
        while packed:
            if decoder.eof:
                decoder = zlib.decompressobj(_GZIP)
            yield decoder.decompress(packed, _PIECE)
            packed = decoder.unconsumed_tail or decoder.unused_data or source.read(_PIECE)
    except zlib.error:
        raise Undecodable from None
    if not decoder.eof:
        raise Undecodable


def _unzstd(source: BinaryIO) -> Iterator[bytes]:
    """Frames one behind another are one body (RFC 8878 §3)."""
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    decoder = decompressor.decompressobj()
    packed = source.read(_ZSTD_PIECE)
    try:
        while packed:
            if decoder.eof:
                decoder = decompressor.decompressobj()
            yield decoder.decompress(packed)
            packed = decoder.unused_data or source.read(_ZSTD_PIECE)
    except zstandard.ZstdError:
        raise Undecodable from None
    if not decoder.eof:
        raise Undecodable


_PIECES = {"identity": _identity, "gzip": _gunzip, "zstd": _unzstd}
