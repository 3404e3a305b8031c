"""Bodies come apart into records with their lines and exact bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ingest.decode import MOST_COMMAS, MOST_RECORDS, split
from app.ingest.errors import MalformedBody, TooManyRecords
from app.ingest.schemas import MediaType


class TestNdjson:
    def test_lines_are_counted_as_they_stand(self) -> None:
        body = b'\n{"a":1}\n \t\r\n{"a":2}\r\n\n  {"a":3} '
        assert split(body, MediaType.ndjson) == ([b'{"a":1}', b'{"a":2}', b'  {"a":3} '], [2, 4, 6])

    def test_only_lf_and_cr_lf_end_a_line(self) -> None:
        body = "{}\u2028{}\x0b{}\r{}".encode()
        assert split(body, MediaType.ndjson) == ([body], [1])
        assert split(b"{}\r\r\n", MediaType.ndjson) == ([b"{}\r"], [1])

    def test_a_body_may_be_empty(self) -> None:
        for empty in (b"", b"\n", b" \n\r\n"):
            assert split(empty, MediaType.ndjson) == ([], [])

    def test_nothing_in_a_line_breaks_the_body(self) -> None:
        assert split(b"\xff\n{\n", MediaType.ndjson) == ([b"\xff", b"{"], range(1, 3))

    @given(st.lists(st.sampled_from([b"{}", b" {} ", b"\n", b"\r\n", b"\r", b"\t", b"\x0b", b"\xff"])))
    def test_whatever_ends_and_fills_the_lines_they_come_apart_alike(self, parts: list[bytes]) -> None:
        body = b"".join(parts)
        records, lines = split(body, MediaType.ndjson)
        assert (records, list(lines)) == plainly_split(body)


def plainly_split(body: bytes) -> tuple[list[bytes], list[int]]:
    filled = [(line, number) for number, line in enumerate(body.split(b"\n"), 1) if line.strip(b" \t\r")]
    return [line.removesuffix(b"\r") for line, _ in filled], [number for _, number in filled]


class TestArrays:
    def test_elements_keep_their_own_bytes(self) -> None:
        body = b' [ {"a" : 1.50} ,\n{"a":"\\u0041"},3 ,null,[ ]] \n'
        assert split(body, MediaType.json) == (
            [b'{"a" : 1.50}', b'{"a":"\\u0041"}', b"3", b"null", b"[ ]"],
            range(1, 6),
        )

    def test_an_array_may_be_empty(self) -> None:
        assert split(b" [ ] ", MediaType.json) == ([], range(1, 1))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"null",
            b"[",
            b'[{"a":1}',
            b'[{"a":1},]',
            b'[{"a":1}] x',
            b'{"a":1}\n{"a":2}',
            b"[NaN]",
            b'["\xff"]',
            '["é"]'.encode("latin-1"),
            "[1]".encode("utf-16"),
            b"\xef\xbb\xbf[]",
            b"[" * 100_000,
        ],
    )
    def test_what_is_no_array_is_refused_as_a_whole(self, body: bytes) -> None:
        with pytest.raises(MalformedBody) as refused:
            split(body, MediaType.json)
        assert (refused.value.status, refused.value.code) == (400, "malformed_body")

    def test_the_place_of_the_fault_is_told(self) -> None:
        with pytest.raises(MalformedBody, match="near byte 2"):
            split(b"[x]", MediaType.json)


class TestBounds:
    def test_hold_for_lines(self) -> None:
        most = b"{}\n\n" * MOST_RECORDS
        assert len(split(most, MediaType.ndjson).records) == MOST_RECORDS
        with pytest.raises(TooManyRecords) as refused:
            split(most + b"{}", MediaType.ndjson)
        assert refused.value.status == 413

    def test_hold_for_arrays(self) -> None:
        most = b"[" + b"{}," * (MOST_RECORDS - 1)
        assert len(split(most + b"{}]", MediaType.json).records) == MOST_RECORDS
        with pytest.raises(TooManyRecords):
            split(most + b"{},{}]", MediaType.json)

    @pytest.mark.parametrize("media_type", [MediaType.ndjson, MediaType.json])
    def test_hold_before_memory_is_spent(self, media_type: MediaType) -> None:
        with pytest.raises(TooManyRecords):
            split(b"[" + b"1," * (MOST_COMMAS + 1) + b"1]", media_type)
