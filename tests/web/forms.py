"""Forms of pages, sent as a browser sends them."""

import html
import re

import httpx

from app.people import csrf


async def submit(client: httpx.AsyncClient, path: str, **fields: str | list[str]) -> httpx.Response:
    """By a person who is signed in (tests/api/persons.py)."""
    return await client.post(path, data={csrf.FIELD: client.headers[csrf.HEADER], **fields})


def text_of(page: httpx.Response) -> str:
    """What there is to read, its blanks one each."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()
