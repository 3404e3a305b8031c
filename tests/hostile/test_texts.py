"""Naughty texts in every text field of every feed: stored as they are, or refused with place and reason."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import openpyxl
import pytest
from stdnum.cn import uscc

from app.accounts.authorisation import TABLE, Action
from app.core.vocabulary import Feed, Role
from app.ingest.definition import Field
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import FreeText, Identifier, Uscc
from app.privacy.fields import Personal
from app.reports.cells import harmless
from app.simulator.people import person
from tests.api import term
from tests.hostile import naughty
from tests.hostile.conftest import Target
from tests.ingest.examples import FULL
from tests.journeys.site import until_assessed

SHOWN = TABLE[Action.read_records][Role.platform].fields
AT_ONCE = 4
SAMPLE = 6
PROGRAMME = "programme"
"""Free text by kind, yet it must name a policy."""
ADDRESS = "ip"
"""A form by kind, yet one that much has: no figure rests on it."""
ESCAPED = re.compile("_x([0-9A-F]{4})_")
AN_ID = re.compile(r"(?!\.\.?$)[A-Za-z0-9_.:-]{1,64}")


def shown(field: Field, text: str) -> object:
    """As the authorisation table shows it to a platform."""
    if isinstance(field.kind, FreeText) and field.kind.holds is not None:
        return SHOWN.show(Personal(field.kind.holds, text))
    return field.kind.shown(text)


def text_fields(feed: Feed) -> list[Field]:
    fields = DEFINITIONS[feed].own_fields
    return [each for each in fields if isinstance(each.kind, FreeText) and each.name != PROGRAMME]


def fields_of_a_form(feed: Feed) -> list[str]:
    """Values have a form there that no naughty text has."""
    fields = DEFINITIONS[feed].own_fields
    formed = [each.name for each in fields if not isinstance(each.kind, FreeText | Identifier)]
    return [name for name in formed if name != ADDRESS]


FEEDS = [feed for feed in Feed if text_fields(feed)]


def keyed(feed: Feed, number: int) -> dict[str, Any]:
    """One of many records, each with a key of its own."""
    last = DEFINITIONS[feed].keys[-1]
    if isinstance(last.kind, Uscc):
        digits = f"91440299{number:09d}"
        return FULL[feed] | {last.name: digits + uscc.calc_check_digit(digits)}
    return FULL[feed] | {last.name: number + 100 if last.name == "attempt" else f"naughty-{number}"}


def filled(feed: Feed, number: int, text: str) -> dict[str, Any]:
    return keyed(feed, number) | {field.name: text for field in text_fields(feed)}


async def push(client: httpx.AsyncClient, feed: Feed, records: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await client.post(f"/api/v1/feeds/{feed}", content=lines.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def read_back(client: httpx.AsyncClient, feed: Feed, record: Mapping[str, Any]) -> Any:  # noqa: ANN401
    key = {field.name: str(record[field.name]) for field in DEFINITIONS[feed].keys}
    answer = await client.get(f"/api/v1/records/{feed}", params=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("feed", FEEDS)
async def test_what_is_no_control_character_comes_back_as_it_was_sent(target: Target, feed: Feed) -> None:
    records = [filled(feed, number, text) for number, text in enumerate(naughty.STORED.values())]
    receipt = await push(target.platform, feed, records)
    assert (receipt["received"], receipt["rejections"]) == (len(records), [])
    for start in range(FEEDS.index(feed) % SAMPLE, len(records), SAMPLE * AT_ONCE):
        asked = records[start : start + SAMPLE * AT_ONCE : SAMPLE]
        found = await asyncio.gather(*(read_back(target.platform, feed, each) for each in asked))
        for record, stored in zip(asked, found, strict=True):
            for field in text_fields(feed):
                assert stored[field.name] == shown(field, record[field.name])


@pytest.mark.parametrize("feed", FEEDS)
async def test_a_control_character_is_refused_with_its_place(target: Target, feed: Feed) -> None:
    """Every field that holds one is named; what stands before and behind is stored."""
    refused = [filled(feed, number, text) for number, text in enumerate(naughty.REFUSED.values(), 1000)]
    good = [keyed(feed, 2000), keyed(feed, 2001)]
    receipt = await push(target.platform, feed, [good[0], *refused, good[1]])
    assert (receipt["accepted"], receipt["rejected"]) == (2, len(refused))
    assert [each["line"] for each in receipt["rejections"]] == list(range(2, len(refused) + 2))
    for rejected in receipt["rejections"]:
        assert {each["pointer"] for each in rejected["errors"]} == {f"/{f.name}" for f in text_fields(feed)}
        assert {each["code"] for each in rejected["errors"]} == {"invalid_value"}


@pytest.mark.parametrize("feed", Feed)
async def test_where_a_form_is_asked_for_nothing_naughty_has_it(target: Target, feed: Feed) -> None:
    names = fields_of_a_form(feed)
    texts = [*naughty.STORED.values(), *naughty.REFUSED.values()]
    refused = [keyed(feed, 3000) | dict.fromkeys(names, text) for text in texts]
    receipt = await push(target.platform, feed, [keyed(feed, 3001), *refused, keyed(feed, 3002)])
    assert (receipt["accepted"], receipt["rejected"]) == ((2, len(refused)) if names else (3, 0))
    for rejected in receipt["rejections"]:
        assert {each["pointer"] for each in rejected["errors"]} >= {f"/{name}" for name in names}


async def test_an_id_is_what_the_document_says(target: Target) -> None:
    texts = [*naughty.STORED.values(), *naughty.REFUSED.values()]
    records = [FULL[Feed.platform_logs] | {"log_id": text} for text in texts]
    receipt = await push(target.platform, Feed.platform_logs, records)
    ids = [text for text in texts if AN_ID.fullmatch(text)]
    assert len(ids) > 10
    assert receipt["rejected"] == len(texts) - len(ids)


async def test_names_leave_the_house_in_files_as_they_came(target: Target) -> None:
    """In the enterprise's report, which shows them whole; a spreadsheet runs none of them."""
    names = {f"naughty-{number}": text for number, text in enumerate(naughty.STORED.values())}
    group = term.CLASS_GROUP | term.CLOSED | {"class_group_id": "naughty", "exam_ids": []}
    await push(target.platform, Feed.class_groups, [group])
    enrollments = [
        {"class_group_id": "naughty", "learner_id": learner, "name": name}
        | {"id_number": person(1, number).id_number}
        for number, (learner, name) in enumerate(names.items())
    ]
    await push(target.platform, Feed.enrollments, enrollments)
    await until_assessed(target.clients["regulator"])
    path = f"/api/v1/enterprises/{term.USCC}/eligibility-report"
    wanted = {learner: harmless(name) for learner, name in names.items()}
    assert await in_csv(target.clients["enterprise"], path) == wanted
    assert await in_xlsx(target.clients["enterprise"], path) == wanted
    told = (await target.clients["enterprise"].get(path)).json()
    (found,) = [each for each in told["class_groups"] if each["class_group_id"] == "naughty"]
    assert {each["learner_id"]: each["learner_name"] for each in found["learners"]} == names


async def in_csv(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    content = (await client.get(path, params={"format": "csv"})).content
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return {row["learner_id"]: row["learner_name"] for row in rows if row["class_group_id"] == "naughty"}


async def in_xlsx(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    content = (await client.get(path, params={"format": "xlsx"})).content
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    found = [dict(zip(header, row, strict=True)) for row in rows]
    mine = [row for row in found if row["class_group_id"] == "naughty"]
    return {str(row["learner_id"]): as_shown(str(row["learner_name"])) for row in mine}


def as_shown(cell: str) -> str:
    """Spreadsheets undo the file format's escapes (ECMA-376 Part 1 §22.9.2.19), which openpyxl leaves."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
