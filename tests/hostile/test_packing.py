"""Bodies packed wrongly, twice, in parts or in ways that nobody knows: refused, and told how to pack them."""

import gzip
import zlib

import pytest
import zstandard

from tests.hostile.conftest import Target
from tests.hostile.pushing import LANGUAGES, NDJSON, RECORD, assert_told, good, push


def of_a_terabyte() -> bytes:
    """So the frame claims."""
    return bytes.fromhex("28b52ffd") + b"\xe0" + (1 << 40).to_bytes(8, "little") + b"\x01\x00\x00"


def skippable(content: bytes) -> bytes:
    return bytes.fromhex("502a4d18") + len(content).to_bytes(4, "little") + content


def with_wide_window(data: bytes) -> bytes:
    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    return packer.compress(data) + packer.flush()


def with_dictionary(data: bytes) -> bytes:
    dictionary = zstandard.ZstdCompressionDict(
        b"log_id category action" * 50, dict_type=zstandard.DICT_TYPE_RAWCONTENT
    )
    return zstandard.ZstdCompressor(dict_data=dictionary).compress(data)


def flipped(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes([packed[middle] ^ 0x55]) + packed[middle + 1 :]


GZIPPED, ZSTD = gzip.compress(RECORD), zstandard.ZstdCompressor(write_checksum=True).compress(RECORD)
BAD_PACKING: dict[str, tuple[str, bytes]] = {
    "plain under gzip": ("gzip", RECORD),
    "plain under zstd": ("zstd", RECORD),
    "zstd under gzip": ("gzip", ZSTD),
    "gzip under zstd": ("zstd", GZIPPED),
    "zlib under gzip": ("gzip", zlib.compress(RECORD)),
    "nothing under gzip": ("gzip", b""),
    "nothing under zstd": ("zstd", b""),
    "gzip cut short": ("gzip", GZIPPED[:-1]),
    "gzip without trailer": ("gzip", GZIPPED[:-8]),
    "gzip's header alone": ("gzip", GZIPPED[:10]),
    "zstd cut short": ("zstd", ZSTD[:-1]),
    "zstd's magic alone": ("zstd", ZSTD[:4]),
    "gzip with a flipped bit": ("gzip", flipped(GZIPPED)),
    "zstd with a flipped bit": ("zstd", flipped(ZSTD)),
    "gzip and more": ("gzip", GZIPPED + b"\0"),
    "zstd and more": ("zstd", ZSTD + b"x"),
    "a terabyte claimed": ("zstd", of_a_terabyte()),
    "a window of 128 MiB": ("zstd", with_wide_window(RECORD)),
    "a dictionary that nobody has": (
        "zstd",
        with_dictionary(RECORD)[:4] + b"\x03" + with_dictionary(RECORD)[5:],
    ),
}
SEVERAL_PARTS: dict[str, tuple[str, bytes]] = {
    "two gzip members": ("gzip", GZIPPED + gzip.compress(b"\n" + good())),
    "two zstd frames": ("zstd", ZSTD + zstandard.compress(b"\n" + good())),
    "a skippable frame first": ("zstd", skippable(b"x") + ZSTD),
    "a skippable frame last": ("zstd", ZSTD + skippable(b"x")),
    "a skippable frame alone": ("zstd", skippable(b"x" * 100)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*BAD_PACKING, *SEVERAL_PARTS])
async def test_what_is_packed_wrongly_is_refused(target: Target, name: str, language: str) -> None:
    """Also what comes in several parts: nobody who packs a batch once has them."""
    encoding, packed = (BAD_PACKING | SEVERAL_PARTS)[name]
    answer = await push(target, packed, NDJSON | {"Content-Encoding": encoding}, language)
    assert_told(answer, 400, "malformed_body")
    assert encoding in answer.json()["detail"]
    is_told = {"zh-CN": "一个整体", "en": "at once"}[language] in answer.json()["detail"]
    assert is_told or name in BAD_PACKING


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "encoding",
    ["br", "deflate", "compress", "gzip, gzip", "gzip,zstd", "aws-chunked", "utf-8", "gzip;q=1", "*"],
)
async def test_an_encoding_that_is_unknown_or_doubled_is_refused(
    target: Target, encoding: str, language: str
) -> None:
    answer = await push(target, GZIPPED, NDJSON | {"Content-Encoding": encoding}, language)
    assert_told(answer, 415, "unsupported_encoding")


async def test_what_is_packed_twice_is_no_record(target: Target) -> None:
    answer = await push(target, gzip.compress(GZIPPED), NDJSON | {"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 0)
