"""`/api/v1/batches`: receipts told again, and rejected records handed back to be mended."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.api.examples import EXAMPLES
from app.core import clock
from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from app.ledger.repository import ledger_size
from app.ledger.sequence import sequence
from tests.api.conftest import DISTRICT_REGULATOR, Doors

RECORD = dict(EXAMPLES[Feed.attendance])
ENROLLMENT = dict(EXAMPLES[Feed.enrollments])
CLASS_GROUP = dict(EXAMPLES[Feed.class_groups])
ENTERPRISE = dict(EXAMPLES[Feed.enterprises])
ID_NUMBER = ENROLLMENT["id_number"]


async def push(client: httpx.AsyncClient, feed: str, *records: Mapping[str, object]) -> dict[str, Any]:
    receipt: dict[str, Any] = (await client.post(f"/api/v1/feeds/{feed}", json=records)).json()
    return receipt


async def get(client: httpx.AsyncClient, path: str, **params: str | int) -> dict[str, Any]:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def bad(number: int) -> dict[str, Any]:
    return RECORD | {"lesson_id": f"S{number}", "status": "asleep"}


async def test_the_receipt_is_told_again_with_its_ledger_index(
    platform: httpx.AsyncClient, database: Database
) -> None:
    await sequence(database)
    async with reading(database) as session:
        size = await ledger_size(session)
    first = await push(platform, "attendance", RECORD, bad(2))
    await sequence(database)
    again = await get(platform, f"/api/v1/batches/{first['batch_id']}")
    assert again.pop("ledger") == first.pop("ledger") | {"index": size}
    assert again == first
    assert again["state"] == "stored"


async def test_a_batch_that_touches_nobody_is_assessed_at_once(platform: httpx.AsyncClient) -> None:
    receipt = await push(platform, "projects", EXAMPLES[Feed.projects])
    assert (await get(platform, f"/api/v1/batches/{receipt['batch_id']}"))["state"] == "assessed"


async def test_batches_are_listed_newest_first_and_page_by_page(platform: httpx.AsyncClient) -> None:
    pushed = [(await push(platform, "attendance", RECORD))["batch_id"] for _ in range(5)]
    found, cursor = [], None
    while True:
        page = await get(platform, "/api/v1/batches", limit=2, **({"cursor": cursor} if cursor else {}))
        found += [item["batch_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == pushed[::-1]


async def test_the_list_is_narrowed_to_a_feed(platform: httpx.AsyncClient) -> None:
    await push(platform, "attendance", RECORD)
    lesson = await push(platform, "lessons", EXAMPLES[Feed.lessons])
    (item,) = (await get(platform, "/api/v1/batches", feed="lessons"))["items"]
    assert item["batch_id"] == lesson["batch_id"]
    assert "rejections" not in item


async def test_rejections_beyond_a_hundred_are_found_page_by_page(platform: httpx.AsyncClient) -> None:
    receipt = await push(platform, "attendance", *(bad(number) for number in range(130)))
    assert len(receipt["rejections"]) == 100
    first = await get(platform, receipt["rejections_url"], limit=100)
    second = await get(platform, receipt["rejections_url"], limit=100, cursor=first["next_cursor"])
    assert first["items"] == receipt["rejections"]
    assert [item["line"] for item in second["items"]] == list(range(101, 131))
    assert second["next_cursor"] is None


async def test_rejected_records_come_back_as_they_were_sent(
    platform: httpx.AsyncClient, database: Database
) -> None:
    wrong = ENROLLMENT | {"gender": "无"}
    lines = [json.dumps(wrong, ensure_ascii=False), json.dumps(ENROLLMENT), "{broken"]
    answer = await platform.post(
        "/api/v1/feeds/enrollments",
        content="\n".join(lines).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    url = answer.json()["rejections_url"]
    told = await platform.get(url, params={"format": "ndjson"})
    assert told.headers["content-type"] == "application/x-ndjson"
    assert told.headers["cache-control"] == "no-store"
    first, second = map(json.loads, told.text.splitlines())
    assert (first["line"], first["record"], first["errors"][0]["pointer"]) == (1, wrong, "/gender")
    assert (second["line"], second["record"], second["errors"][0]["code"]) == (
        3,
        "{broken",
        "malformed_record",
    )
    async with reading(database) as session:
        (entry,) = (await session.scalars(select(TrailEntry))).all()
    assert (entry.action, entry.subject) == ("originals:read", {"batch_id": answer.json()["batch_id"]})


async def test_elsewhere_an_id_number_is_never_repeated(platform: httpx.AsyncClient) -> None:
    receipt = await push(platform, "enrollments", ENROLLMENT | {"learner_id": ID_NUMBER})
    rejections = await get(platform, receipt["rejections_url"])
    assert ID_NUMBER not in json.dumps([receipt, rejections])


async def test_only_the_platform_that_pushed_it_sees_originals(
    platform: httpx.AsyncClient, other_platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    url = (await push(platform, "attendance", bad(1)))["rejections_url"]
    assert (await regulator.get(url)).status_code == 200
    assert (await regulator.get(url, params={"format": "ndjson"})).status_code == 403
    assert (await other_platform.get(url, params={"format": "ndjson"})).status_code == 404


async def test_another_platforms_batch_does_not_exist(
    platform: httpx.AsyncClient, other_platform: httpx.AsyncClient
) -> None:
    receipt = await push(platform, "attendance", RECORD)
    for path in (f"/api/v1/batches/{receipt['batch_id']}", receipt["rejections_url"]):
        assert (await other_platform.get(path)).status_code == 404
    assert (await get(other_platform, "/api/v1/batches"))["items"] == []


async def test_a_regulator_sees_the_batches_of_its_districts(
    platform: httpx.AsyncClient, doors: Doors
) -> None:
    await push(
        platform,
        "enterprises",
        ENTERPRISE,
        ENTERPRISE | {"uscc": "91440200MA4UQ0A32N", "district_code": "440305"},
    )
    await push(
        platform,
        "class-groups",
        CLASS_GROUP,
        CLASS_GROUP | {"class_group_id": "C2", "enterprise_uscc": "91440200MA4UQ0A32N"},
    )
    inside = await push(platform, "attendance", RECORD)
    outside = await push(platform, "attendance", RECORD | {"class_group_id": "C2"})
    regulator = await doors.signed_in(DISTRICT_REGULATOR)
    listed = [
        item["batch_id"] for item in (await get(regulator, "/api/v1/batches", feed="attendance"))["items"]
    ]
    assert listed == [inside["batch_id"]]
    assert (await regulator.get(f"/api/v1/batches/{outside['batch_id']}")).status_code == 404


@pytest.mark.parametrize("batch_id", ["x", "00000000-0000-7000-8000-000000000000", "1" * 200])
async def test_what_is_no_batch_is_not_found(platform: httpx.AsyncClient, batch_id: str) -> None:
    for path in (f"/api/v1/batches/{batch_id}", f"/api/v1/batches/{batch_id}/rejections"):
        answer = await platform.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_list_is_narrowed_to_days_and_to_what_was_rejected(platform: httpx.AsyncClient) -> None:
    await push(platform, "attendance", RECORD)
    wrong = await push(platform, "attendance", bad(2))
    (item,) = (await get(platform, "/api/v1/batches", rejected="true"))["items"]
    assert item["batch_id"] == wrong["batch_id"]
    today = clock.today().isoformat()
    found = {"from": today, "to": today, "platform": "P1"}
    assert len((await get(platform, "/api/v1/batches", **found))["items"]) == 2
    for nothing in ({"to": "2026-01-01"}, {"from": "9999-12-31"}, {"to": "0001-01-01"}, {"platform": "P2"}):
        assert (await get(platform, "/api/v1/batches", **nothing))["items"] == []
    answer = await platform.get("/api/v1/batches", params={"from": "2026-02-01", "to": "2026-01-01"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_interval")


async def test_rejections_are_added_up_by_what_is_wrong(platform: httpx.AsyncClient) -> None:
    nameless = {name: value for name, value in bad(4).items() if name != "learner_id"}
    batch = await push(platform, "attendance", bad(1), bad(2), RECORD, nameless)
    told = await get(platform, f"/api/v1/batches/{batch['batch_id']}/causes")
    first, second = told["items"]
    assert (first["pointer"], first["records"], first["line"]) == ("/status", 3, 1)
    assert (second["pointer"], second["code"], second["records"]) == ("/learner_id", "missing_field", 1)
    assert first["record_key"] == {name: bad(1)[name] for name in first["record_key"]}
    newer = await push(platform, "attendance", bad(5))
    latest = await get(platform, "/api/v1/rejection-causes", feed="attendance")
    assert (latest["batches"], latest["items"][0]["records"]) == (2, 4)
    assert latest["items"][0]["batch_id"] == newer["batch_id"]
    assert (await get(platform, "/api/v1/rejection-causes", feed="lessons"))["items"] == []


async def test_places_and_causes_are_a_file_without_records(
    doors: Doors, platform: httpx.AsyncClient
) -> None:
    """An operator has no right to originals, which stay with the program of its platform."""
    batch = await push(platform, "enrollments", ENROLLMENT | {"withdrawn_at": "soon"})
    operator = await doors.person(Role.operator)
    path = f"/api/v1/batches/{batch['batch_id']}/rejections"
    answer = await operator.get(path, params={"format": "csv"})
    assert "/withdrawn_at" in answer.text
    assert ENROLLMENT["name"] not in answer.text
    assert ID_NUMBER not in answer.text
    assert (await operator.get(path, params={"format": "ndjson"})).status_code == 403
    listed = await operator.get("/api/v1/batches", params={"format": "csv", "rejected": "true"})
    assert batch["batch_id"] in listed.text
