"""Decompression: what was packed comes out, what grows too far or is not whole is refused early."""

import gzip
import io
import os
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from app.api.decompression import Encoding, Overflow, SeveralParts, Undecodable, decompress

MEGABYTE = 1024 * 1024
LIMIT = 16 * MEGABYTE

PACK: dict[Encoding, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
ENCODINGS: list[Encoding] = ["identity", "gzip", "zstd"]
PACKED: list[Encoding] = ["gzip", "zstd"]


def unpack(packed: bytes, encoding: Encoding, limit: int = LIMIT) -> bytes:
    target = io.BytesIO()
    written = decompress(io.BytesIO(packed), target, encoding, limit=limit)
    assert written == len(target.getvalue())
    return target.getvalue()


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(data=st.binary(max_size=5000))
def test_what_was_packed_comes_out(encoding: Encoding, data: bytes) -> None:
    assert unpack(PACK[encoding](data), encoding) == data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_so_does_a_large_body_that_cannot_be_packed(encoding: Encoding) -> None:
    data = os.urandom(3 * MEGABYTE)
    assert unpack(PACK[encoding](data), encoding) == data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_limit_itself_is_allowed_and_no_byte_more(encoding: Encoding) -> None:
    assert len(unpack(PACK[encoding](bytes(1000)), encoding, limit=1000)) == 1000
    with pytest.raises(Overflow):
        unpack(PACK[encoding](bytes(1001)), encoding, limit=1000)


@pytest.mark.parametrize("encoding", PACKED)
def test_a_bomb_is_refused_before_memory_is_spent(encoding: Encoding) -> None:
    bomb = PACK[encoding](bytes(512 * MEGABYTE))
    tracemalloc.start()
    with pytest.raises(Overflow):
        decompress(io.BytesIO(bomb), io.BytesIO(), encoding, limit=LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * LIMIT


def test_a_frame_that_states_a_huge_size_is_not_believed() -> None:
    frame = bytes.fromhex("28b52ffd") + b"\xe0" + (1 << 40).to_bytes(8, "little") + b"\x01\x00\x00"
    with pytest.raises(Undecodable):
        unpack(frame, "zstd")


def test_a_window_beyond_eight_mebibytes_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    with pytest.raises(Undecodable):
        unpack(packer.compress(b"x" * 100) + packer.flush(), "zstd")


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("spoil", ["cut", "extended", "doubled", "flipped", "emptied", "replaced"])
def test_what_is_not_whole_is_refused(encoding: Encoding, spoil: str) -> None:
    whole = PACK[encoding](os.urandom(100_000))
    spoilt = {
        "cut": whole[:-1],
        "extended": whole + b"\0",
        "doubled": whole + whole,
        "flipped": bytes([whole[0] ^ 1]) + whole[1:],
        "emptied": b"",
        "replaced": b'{"class_group_id": "C1"}',
    }[spoil]
    with pytest.raises(Undecodable):
        unpack(spoilt, encoding)


@pytest.mark.parametrize("encoding", PACKED)
def test_several_parts_are_told_from_broken_ones(encoding: Encoding) -> None:
    whole = PACK[encoding](b"x" * 1000)
    with pytest.raises(SeveralParts):
        unpack(whole + whole, encoding)
    with pytest.raises(Undecodable) as cut:
        unpack(whole[:-1], encoding)
    assert cut.type is Undecodable


def test_a_frame_without_content_is_no_batch() -> None:
    """Else what somebody packed in another way would be taken for an empty one."""
    with pytest.raises(SeveralParts):
        unpack(bytes.fromhex("502a4d18 01000000 00"), "zstd")
