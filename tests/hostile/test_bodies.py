"""Bodies that no honest client sends: the answer says where, why and what to do; no good record is lost."""

import gzip

import pytest

from tests.hostile.conftest import Target
from tests.hostile.pushing import JSON, LANGUAGES, NDJSON, RECORD, assert_told, good, push

MEGABYTE = 1024 * 1024
MOST = 16 * MEGABYTE
MARK = b"\xef\xbb\xbf"


def saying(action: bytes) -> bytes:
    return good().replace("改课表".encode(), action)


def revised(revision: bytes) -> bytes:
    return good()[:-1] + b', "revision": ' + revision + b"}"


NOT_UTF_8 = {
    "an overlong slash": b"\xc0\xaf",
    "an overlong slash of three bytes": b"\xe0\x80\xaf",
    "an overlong NUL": b"\xc0\x80",
    "a character cut in two": b"\xe4\xb8",
    "a lone continuation": b"\x80",
    "a surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "never a byte": b"\xff",
    "GBK": "改课表".encode("gbk"),
    "Big5": "改課表".encode("big5"),
    "Latin-1": "é".encode("latin-1"),
}
BAD_LINES = {name: (saying(text), "it is not UTF-8") for name, text in NOT_UTF_8.items()} | {
    "a byte order mark": (MARK + good(), "BOM"),
    "UTF-16 without a mark": (good().decode().encode("utf-16-be"), "it is not UTF-8"),
    "NUL": (saying(b"\0"), "control"),
    "a tab": (saying(b"\t"), "control"),
    "an escaped NUL": (saying(rb"\u0000"), "action"),
    "DEL": (saying(b"\x7f"), "action"),
    "an escaped C1 control": (saying(rb"\u0085"), "action"),
    "half a pair": (saying(rb"\ud83d"), "pairs"),
    "a pair turned round": (saying(rb"\ude00\ud83d"), "pairs"),
    "an unknown escape": (saying(rb"\x41"), "escape"),
    "NaN": (revised(b"NaN"), "NaN"),
    "Infinity": (revised(b"Infinity"), "Infinity"),
    "less than nothing": (revised(b"-Infinity"), "Infinity"),
    "ten to the 400": (revised(b"1e400"), "integer"),
    "an exponent without end": (revised(b"1e9999999999999999999"), "too long"),
    "ten to the 5000": (revised(b"1" + b"0" * 5000), "too long"),
    "a hundred as a float": (revised(b"1E+2"), "integer"),
    "one as a float": (revised(b"1.0"), "integer"),
    "minus nought as a float": (revised(b"-0.0"), "integer"),
    "beyond 64 bits": (revised(str(2**63).encode()), "revision"),
    "minus one": (revised(b"-1"), "revision"),
    "true as a number": (revised(b"true"), "integer"),
    "a leading zero": (revised(b"01"), "number"),
    "deep nesting": (good()[:-1] + b', "detail": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested"),
    "brackets without end": (b"[" * 100_000, "nested"),
    "objects without end": (b'{"a":' * 100_000, "nested"),
    "a record cut short": (good()[:-1], "ends before"),
    "two records": (good() + good(), "follows"),
    "carriage returns alone": (good() + b"\r" + good(), "follows"),
    "a record separator": (b"\x1e" + good(), "control"),
    "an array": (b"[" + good() + b"]", "application/json"),
    "a comma behind": (good() + b",", "follows"),
    "null": (b"null", "object"),
    "CSV": (b"log_id,category,action", "JSON"),
    "a key twice, the last one wrong": (good()[:-1] + b', "action": 1}', "action"),
}


@pytest.mark.parametrize("name", BAD_LINES)
async def test_a_bad_line_is_rejected_alone(target: Target, name: str) -> None:
    line, reason = BAD_LINES[name]
    receipt = (await push(target, good() + b"\n" + line + b"\r\n\n" + good(), NDJSON)).json()
    assert (receipt["accepted"], receipt["rejected"]) == (2, 1)
    (rejected,) = receipt["rejections"]
    assert rejected["line"] == 2
    assert reason in " ".join(each["message"] for each in rejected["errors"])
    told = await target.platform.get(receipt["rejections_url"], headers={"Accept-Language": "zh-CN"})
    for error in told.json()["items"][0]["errors"]:
        assert not error["message"].isascii()


GOOD_LINES = {
    "a key twice": good()[:-1] + b', "action": "b"}',
    "minus nought": revised(b"-0"),
    "the largest revision": revised(str(2**63 - 1).encode()),
    "escapes": saying(rb"\u6539\ud83d\ude00\/"),
    "no characters": saying(rb"\uffff\ufdd0"),
    "blanks": b" \t" + good() + b" \t",
}


@pytest.mark.parametrize("name", GOOD_LINES)
async def test_what_is_merely_odd_is_taken(target: Target, name: str) -> None:
    receipt = (await push(target, GOOD_LINES[name] + b"\r\n\r\n \n", NDJSON)).json()
    assert (receipt["received"], receipt["accepted"]) == (1, 1)


BAD_ARRAYS = {
    "nothing": b"",
    "blanks": b" \r\n",
    "a byte order mark": MARK + b"[]",
    "UTF-16": "[]".encode("utf-16"),
    "an object": good(),
    "lines": good() + b"\n" + good(),
    "a wrapped array": b'{"records": [' + good() + b"]}",
    "two arrays": b"[" + good() + b"][" + good() + b"]",
    "a comma behind": b"[" + good() + b",]",
    "an array cut short": b"[" + good(),
    "not UTF-8": b"[" + saying(b"\xff") + b"]",
    "NaN": b"[NaN]",
    "deep nesting": b"[" * 100_000 + b"]" * 100_000,
    **{f"one byte {byte!r}": byte for byte in (b"[", b"{", b"1", b'"', b"\0", b"\xff", b"\n", b"x")},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BAD_ARRAYS)
async def test_what_is_no_array_is_refused_with_a_reason(target: Target, name: str, language: str) -> None:
    answer = await push(target, BAD_ARRAYS[name], JSON, language)
    assert_told(answer, 400, "malformed_body")
    assert len(answer.json()["detail"]) > len("The body is no JSON array in UTF-8: ") / 2


async def test_elements_that_are_no_records_are_rejected_alone(target: Target) -> None:
    elements = [
        good(),
        b"1",
        b'"x"',
        b"null",
        b"[]",
        b"{}",
        b"1e999999999999999999",
        b"1" + b"0" * 5000,
        good(),
    ]
    receipt = (await push(target, b"[" + b",".join(elements) + b"]", JSON)).json()
    assert (receipt["accepted"], receipt["rejected"]) == (2, 7)
    assert [each["line"] for each in receipt["rejections"]] == list(range(2, 9))


@pytest.mark.parametrize("byte", [b"{", b"1", b'"', b"\0", b"\xff", b"x", b"\r"])
async def test_one_byte_is_a_line(target: Target, byte: bytes) -> None:
    receipt = (await push(target, byte, NDJSON)).json()
    assert (receipt["received"], receipt["rejected"]) == ((0, 0) if byte == b"\r" else (1, 1))


async def test_a_batch_may_be_empty(target: Target) -> None:
    for content, headers in ((b"", NDJSON), (b"\n\r\n", NDJSON), (b"[]", JSON)):
        assert (await push(target, content, headers)).json()["received"] == 0


async def test_sixteen_mebibytes_and_no_byte_more(target: Target) -> None:
    record = good()
    whole = record + b" " * (MOST - len(record))
    assert (await push(target, whole, NDJSON)).json()["accepted"] == 1
    assert_told(await push(target, whole + b" ", NDJSON), 413, "body_too_large")
    packed = gzip.compress(whole + b" ", 1)
    assert_told(await push(target, packed, NDJSON | {"Content-Encoding": "gzip"}), 413, "body_too_large")


@pytest.mark.parametrize("fill", [b"x", b"[", b'"', b"\\", b"\xff", b"9", b"\0"])
async def test_a_line_of_sixteen_mebibytes_is_rejected_alone(target: Target, fill: bytes) -> None:
    first, last = good(), good()
    line = fill * (MOST - len(first) - len(last) - 2)
    receipt = (await push(target, first + b"\n" + line + b"\n" + last, NDJSON)).json()
    assert (receipt["accepted"], receipt["rejected"]) == (2, 1)


async def test_ten_thousand_records_and_none_more(target: Target) -> None:
    lines = [good() for _ in range(10_000)]
    assert (await push(target, b"\n".join(lines), NDJSON)).json()["accepted"] == 10_000
    assert (await push(target, b"[" + b",".join(lines) + b"]", JSON)).json()["unchanged"] == 10_000
    assert_told(await push(target, b"\n".join([*lines, b"{}"]), NDJSON), 413, "too_many_records")
    assert_told(await push(target, b"[" + b",".join([*lines, b"{}"]) + b"]", JSON), 413, "too_many_records")


async def test_commas_without_end_are_refused(target: Target) -> None:
    for content, headers in ((b"[" + b"1," * 2_000_000 + b"1]", JSON), (b"," * MOST, NDJSON)):
        assert_told(await push(target, content, headers), 413, "too_many_records")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "content_type",
    [
        *(
            "",
            "text/plain",
            "text/csv",
            "application/jsonl",
            "application/xml",
            "multipart/form-data",
            "json",
            "*/*",
        ),
        *(
            "application/json; charset=gbk",
            "application/x-ndjson; charset=utf-16",
            "application/json, text/plain",
        ),
        *("application/x-www-form-urlencoded", "application/json; charset=", "x" * 5000),
    ],
)
async def test_a_type_that_is_unknown_is_refused(target: Target, content_type: str, language: str) -> None:
    answer = await push(target, RECORD, {"Content-Type": content_type}, language)
    assert_told(answer, 415, "unsupported_media_type")
