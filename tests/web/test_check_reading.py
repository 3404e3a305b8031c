"""JSON that readers may take for different things is refused before anything of it is compared."""

import json

import pytest

from app.verification.reading import DEEPEST, read


@pytest.mark.parametrize(
    "text",
    [
        '{"accepted": 9, "accepted": 1}',
        r'{"accepted": 9, "\u0061ccepted": 1}',
        '{"ledger": {"index": 1, "index": 1}}',
        '{"rejections": [{"line": 1, "line": 2}]}',
        '{"proof": {}, "proof": {}}',
        r'{"platform": "\ud800"}',
        r'{"\udfff": 1}',
        r'{"ledger": {"leaf_hash": ["\ud83d "]}}',
        '{"platform": ' + "[" * DEEPEST + "]" * DEEPEST + "}",
    ],
)
def test_what_no_receipt_of_ours_is_like_is_refused(text: str) -> None:
    asked = read(text)
    assert (asked.receipt, asked.proof) == (None, None)
    assert asked.fault is not None
    asked.fault.en.encode()


def test_what_is_whole_is_read() -> None:
    whole = {"platform": "𠮷", "ledger": {"leaf_hash": "00", "index": 1}, "rejections": [{"a": 1}, {"a": 2}]}
    assert read(json.dumps(whole)).receipt == whole
