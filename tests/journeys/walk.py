"""Asks every endpoint of the OpenAPI document with each of its parameters, and keeps every byte answered."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple
from zipfile import ZipFile, is_zipfile

import httpx

from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS

AT_ONCE = 4
RECORDS = "/api/v1/records/{feed}"
COMPANIONS: Mapping[str, Mapping[str, str]] = {
    "rule": {"outcome": "fail"},
    "outcome": {"rule": "attendance-rate"},
}
"""Parameters that go together."""

Document = Mapping[str, Any]
Known = Mapping[str, str]
"""Something that exists, by the name of the parameter that asks for it."""


class Question(NamedTuple):
    template: str
    """The path as the document has it."""
    path: str
    query: Mapping[str, str] = {}
    language: str = "zh-CN"


class Answer(NamedTuple):
    caller: str
    question: Question
    status: int
    content: bytes
    """Headers and body; of an XLSX file what is packed in it."""


class Parameter(NamedTuple):
    """Of a query."""

    name: str
    values: Sequence[str]
    """Each choice it has, or something known."""
    is_needed: bool


def gets(document: Document) -> list[str]:
    return [path for path, operations in document["paths"].items() if "get" in operations]


def endpoints(document: Document, known: Known, key_of: Mapping[Feed, Known]) -> Iterator[Question]:
    """Each as plainly as it can be asked; reading records back, which is one for each feed, for all feeds."""
    for template in gets(document):
        if template == RECORDS:
            yield from (
                Question(template, filled_in(template, {"feed": feed}), key_of[feed]) for feed in Feed
            )
        else:
            yield Question(template, filled_in(template, known), _needed(document, template, known))


def with_parameters(document: Document, known: Known, plain: Question) -> Iterator[Question]:
    """The same in English, and with each of its parameters, each choice of those that have choices."""
    yield plain._replace(language="en")
    if plain.template != RECORDS:
        for name, values, _ in _parameters(document, plain.template, known):
            for value in values:
                query = {**plain.query, name: value, **COMPANIONS.get(name, {})}
                yield plain._replace(query=query)


def misplaced(document: Document, known: Known, plain: Question, value: str) -> Iterator[Question]:
    """The same with the value in each place of its address."""
    for name in re.findall("{(.+?)}", plain.template):
        yield plain._replace(path=filled_in(plain.template, {**known, name: value}))
    if plain.template != RECORDS:
        names = [each.name for each in _parameters(document, plain.template, known)]
        yield from (plain._replace(query={**plain.query, name: value}) for name in names)
    yield from (plain._replace(query={**plain.query, name: value}) for name in plain.query)
    yield plain._replace(query={**plain.query, value: value})


def _needed(document: Document, template: str, known: Known) -> dict[str, str]:
    parameters = _parameters(document, template, known)
    return {each.name: each.values[0] for each in parameters if each.is_needed}


def filled_in(template: str, known: Known) -> str:
    return re.sub("{(.+?)}", lambda found: known[found[1]], template)


def _parameters(document: Document, template: str, known: Known) -> Iterator[Parameter]:
    for parameter in document["paths"][template]["get"].get("parameters", []):
        if parameter["in"] == "query":
            name, choices = parameter["name"], _choices(document, parameter["schema"])
            yield Parameter(name, choices or [known[name]], parameter.get("required", False))


def _choices(document: Document, schema: Document) -> list[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = [choice for part in schema.get("anyOf", ()) for choice in _choices(document, part)]
    return found or schema.get("enum", [])


async def ask(caller: str, client: httpx.AsyncClient, asked: Iterable[Question]) -> list[Answer]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(question: Question) -> Answer:
        async with places:
            headers = {"Accept-Language": question.language}
            response = await client.get(question.path, params=question.query, headers=headers)
            return kept(caller, question, response)

    return await asyncio.gather(*map(one, list(asked)))


def kept(caller: str, question: Question, response: httpx.Response) -> Answer:
    head = b"\r\n".join(name + b": " + value for name, value in response.headers.raw)
    content = b"\r\n\r\n".join([head, *unpacked(response.content)])
    return Answer(caller, question, response.status_code, content)


def unpacked(content: bytes) -> list[bytes]:
    if not is_zipfile(BytesIO(content)):
        return [content]
    with ZipFile(BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def key_of(feed: Feed, record: Mapping[str, Any]) -> Known:
    return {field.name: str(record[field.name]) for field in DEFINITIONS[feed].keys}
