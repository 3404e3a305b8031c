"""What a developer reads of bytes that are no record: the reason, the place, and nothing that was sent."""

import pytest

from app.core.errors import Text
from app.core.vocabulary import Feed
from app.ingest import flaws
from app.ingest.decode import split
from app.ingest.errors import MalformedBody
from app.ingest.examination import Faults
from app.ingest.problems import malformed
from app.ingest.schemas import MediaType
from tests.ingest.examples import judged

RECORDS: dict[bytes, flaws.Flaw] = {
    b'\xef\xbb\xbf{"log_id":"G1"}': flaws.Flaw(flaws.MARKED, 0),
    '{"log_id":"G1"}'.encode("utf-16"): flaws.Flaw(flaws.UTF_16, 0),
    '{"log_id":"中"}'.encode("gbk"): flaws.Flaw(flaws.NOT_UTF_8, 11),
    b'{"log_id":"G\xff"}': flaws.Flaw(flaws.NOT_UTF_8, 12),
    b"[" * 100_000: flaws.Flaw(flaws.TOO_DEEP),
    b'{"revision":1' + b"0" * 5000 + b"}": flaws.Flaw(flaws.TOO_LONG),
    b'{"revision":1e9999999999999999999}': flaws.Flaw(flaws.TOO_LONG),
    b'{"log_id":"G1"': flaws.Flaw(flaws.CUT_SHORT),
    b"": flaws.Flaw(flaws.CUT_SHORT),
    rb'{"log_id":"\ud800"}': flaws.Flaw(flaws.HALF_A_PAIR, 11),
    rb'{"log_id":"\\\ud800"}': flaws.Flaw(flaws.HALF_A_PAIR, 13),
    rb'{"log_id":"\udc00"}': flaws.Flaw(flaws.HALF_A_PAIR, 17),
    b'{"log_id":"G1"} {"log_id":"G2"}': flaws.Flaw(flaws.GOES_ON, 17),
    b'{"log_id":"G1",}': flaws.Flaw(flaws.COMMA, 15),
    rb'{"log_id":"\x41"}': flaws.Flaw(flaws.ESCAPE, 13),
    b"{'log_id':'G1'}": flaws.Flaw(flaws.NAMES, 1),
    b'{"revision":1.}': flaws.Flaw(flaws.NUMBER, 14),
    b'{"revision":NaN}': flaws.Flaw(flaws.NOT_A_NUMBER, 12),
    b'{"revision":-Infinity}': flaws.Flaw(flaws.NOT_A_NUMBER, 13),
    b'{"log_id":"\t"}': flaws.Flaw(flaws.CONTROL, 11),
    b"G1,admin,x": flaws.Flaw(flaws.NOT_JSON, 0),
    b'[{"log_id":"G1"}]': flaws.Flaw(flaws.AN_ARRAY),
    b"null": flaws.Flaw(flaws.NO_OBJECT),
}

BODIES: dict[bytes, flaws.Flaw] = {
    b"": flaws.Flaw(flaws.EMPTY),
    b" \r\n": flaws.Flaw(flaws.EMPTY),
    b'{"log_id":"G1"}\n{"log_id":"G2"}\n': flaws.Flaw(flaws.OBJECTS),
    b'"G1"': flaws.Flaw(flaws.NO_ARRAY),
    b"\xef\xbb\xbf[]": flaws.Flaw(flaws.MARKED, 0),
    "[1]".encode("utf-16"): flaws.Flaw(flaws.UTF_16, 0),
    '["中"]'.encode("gbk"): flaws.Flaw(flaws.NOT_UTF_8, 2),
    b"[" * 100_000: flaws.Flaw(flaws.TOO_DEEP),
    b'[{"log_id":"G1"}': flaws.Flaw(flaws.CUT_SHORT),
    b"[][]": flaws.Flaw(flaws.GOES_ON, 3),
    b"[NaN]": flaws.Flaw(flaws.NOT_A_NUMBER, 1),
}


@pytest.mark.parametrize("line", RECORDS)
def test_a_record_that_cannot_be_read_is_told_why(line: bytes) -> None:
    verdict = judged(Feed.platform_logs, line)
    assert isinstance(verdict, Faults)
    assert verdict.errors == [malformed(RECORDS[line])]


@pytest.mark.parametrize("body", BODIES)
def test_so_is_a_body(body: bytes) -> None:
    with pytest.raises(MalformedBody) as refused:
        split(body, MediaType.json)
    assert refused.value.detail == MalformedBody(BODIES[body]).detail


def test_place_and_remedy_are_told_in_both_languages() -> None:
    message = malformed(flaws.Flaw(flaws.MARKED, 0)).message
    for part in ("第 1 字节", "BOM", "修正后重新发送"):
        assert part in message.zh
    for part in ("near byte 1", "BOM", "send it again"):
        assert part in message.en


def test_every_reason_is_told_in_both_languages() -> None:
    reasons = [each for each in vars(flaws).values() if isinstance(each, Text)]
    assert len(reasons) > 15
    for reason in reasons:
        assert reason.en.isascii()
        assert not reason.zh.isascii()
