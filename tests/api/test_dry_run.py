"""`?dry_run=true`: the receipt that a batch would get, whom it would change, and nothing stored."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from app.api.deps import Resources
from app.client import Client, DryRun, cut
from app.core.vocabulary import Feed
from tests.api.conftest import LIVE, Doors
from tests.api.term import C1, ENROLLMENTS, L1, L2, attendance, get, push, settle

PATH = "/api/v1/feeds/attendance?dry_run=true"
LATE = attendance(L2, 3)
pytestmark = pytest.mark.usefixtures("closed")


async def batches(client: httpx.AsyncClient) -> int:
    return len((await get(client, "/api/v1/batches"))["items"])


async def test_the_receipt_is_marked_and_no_batch_is_kept(platform: httpx.AsyncClient) -> None:
    before = await batches(platform)
    answer = await platform.post(
        PATH, json=[LATE, {**LATE, "status": "asleep"}], headers={"Idempotency-Key": "K1"}
    )
    told = answer.json()
    assert answer.status_code == 200
    assert (told["dry_run"], told["batch_id"], told["ledger"]) == (
        True,
        None,
        {"leaf_hash": None, "index": None},
    )
    assert (told["received"], told["accepted"], told["rejected"]) == (2, 1, 1)
    assert told["rejections"][0]["errors"][0]["code"] == "invalid_value"
    assert await batches(platform) == before


async def test_the_effect_is_what_happens_then(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    effect = (await platform.post(PATH, json=[LATE])).json()["effect"]
    assert (effect["touched"], effect["judged"], effect["changed"], effect["more"]) == (1, 1, 1, 0)
    (item,) = effect["items"]
    assert (item["class_group_id"], item["learner_id"]) == (C1, L2)
    assert item["before"]["eligibility"] == "ineligible"
    facts = {fact["fact"]: (fact["before"], fact["after"]) for fact in item["facts"]}
    assert facts["attendance_rate"] == (0.6667, 1)
    assert {each["rule"]: (each["before"], each["after"]) for each in item["outcomes"]} == {
        "attendance-rate": ("fail", "pass"),
        "credited-hours": ("fail", "pass"),
    }
    await push(platform, Feed.attendance, LATE)
    await settle(app)
    stands = await get(regulator, ENROLLMENTS, learner_id=L2)
    assert stands["items"][0]["eligibility"] == item["after"]["eligibility"] == "eligible"


async def test_a_key_is_not_used_up(platform: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "K1"}
    await platform.post(PATH, json=[LATE], headers=headers)
    answer = await platform.post("/api/v1/feeds/attendance", json=[attendance(L1, 1)], headers=headers)
    assert answer.status_code == 200
    assert "Idempotency-Replayed" not in answer.headers


async def test_all_or_nothing_is_refused_alike(platform: httpx.AsyncClient) -> None:
    answer = await platform.post(f"{PATH}&atomic=true", json=[LATE, {**LATE, "status": "asleep"}])
    assert (answer.status_code, answer.json()["code"]) == (422, "batch_rejected")
    assert answer.json()["rejected"] == 1


async def test_more_than_may_be_judged_is_said_in_a_sentence(
    app: FastAPI, platform: httpx.AsyncClient
) -> None:
    resources: Resources = app.state.resources
    object.__setattr__(resources.settings, "dry_run_enrollments", 1)
    answer = await platform.post(PATH, json=[LATE, {**attendance(L1, 3), "revision": 1}])
    effect = answer.json()["effect"]
    assert (effect["touched"], effect["judged"]) == (2, 1)
    assert "2" in effect["remark"]


async def test_one_at_a_time(app: FastAPI, platform: httpx.AsyncClient) -> None:
    resources: Resources = app.state.resources
    with resources.dry_runs.taken():
        answer = await platform.post(PATH, json=[LATE])
        assert (answer.status_code, answer.json()["code"]) == (503, "dry_runs_busy")
        assert int(answer.headers["retry-after"]) > 0
        await push(platform, Feed.attendance, LATE)  # what counts goes on


async def test_the_client_library_over_a_real_port(served: Doors) -> None:
    account = await served.register(LIVE)

    def rehearsed() -> DryRun:
        with Client(served.base_url, account.client_id, account.client_secret) as client:
            (batch,) = cut([dict(LATE)])
            return client.rehearse("attendance", batch)

    told = await asyncio.to_thread(rehearsed)
    assert (told.accepted, told.effect.changed) == (1, 1)
    assert told.effect.items[0].facts[0].before is not None
