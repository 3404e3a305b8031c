"""What a request says of its body, read in one way everywhere."""

import re
import sys

from fastapi import Request

_LENGTH = re.compile("0*([0-9]+)")
_MOST_DIGITS = 18


def content_length(request: Request) -> int | None:
    """Bytes of the body as it travels, by what the request says of itself; None: it says no number.

    A number that nobody could send is the largest there is. Nothing is promised: bodies are counted as they
    come.
    """
    said = _LENGTH.fullmatch(request.headers.get("content-length", ""))
    if said is None:
        return None
    return int(said[1]) if len(said[1]) <= _MOST_DIGITS else sys.maxsize


def media_type(request: Request) -> str:
    """Without parameters; empty: it says none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_json(request: Request) -> bool:
    said = media_type(request)
    return said == "application/json" or said.endswith("+json")
