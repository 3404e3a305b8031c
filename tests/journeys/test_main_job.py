"""The main job as people live it: a class group runs, is closed, is corrected; seen from every side.

Over HTTP, with server and worker as processes of their own. L1 attends all three lessons, L2 is marked absent
from the last one until its platform corrects the record.
"""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.vocabulary import Feed
from tests.api.conftest import ENTERPRISE, LIVE, OTHER_ENTERPRISE, REGULATOR, VOD
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLOSED,
    ID_NUMBERS,
    L1,
    L2,
    USCC,
    Record,
    attendance,
    get,
    push_term,
    refused,
)
from tests.journeys.site import Site, opened_site, until_assessed
from tests.server import CloneServer

FINAL = f"/api/v1/eligibility/class-groups/P1/{C1}"
PROGRESS = f"{FINAL}/progress"
REPORT = f"/api/v1/enterprises/{USCC}/eligibility-report"
ENROLLMENT_OF_L2 = f"/api/v1/compliance/enrollments/P1/{C1}/{L2}"
MAY = {"from": "2026-05-01", "to": "2026-05-31"}
ABSENT = {**attendance(L2, 3), "status": "absent", "signed_in_at": None, "signed_out_at": None}
CORRECTED = {**attendance(L2, 3), "revision": 1}


@dataclass(frozen=True)
class Story:
    site: Site
    platform: httpx.AsyncClient
    regulator: httpx.AsyncClient
    enterprise: httpx.AsyncClient

    async def push(self, feed: Feed, *records: Record) -> dict[str, Any]:
        """The receipt."""
        answer = await self.platform.post(f"/api/v1/feeds/{feed}", json=records)
        assert answer.status_code == 200, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def assessed(self) -> None:
        await until_assessed(self.regulator)

    @contextmanager
    def worker_held_up(self) -> Iterator[None]:
        """What is stored meanwhile is not assessed yet."""
        worker = self.site.worker.process
        worker.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            worker.send_signal(signal.SIGCONT)

    async def enrollments(self, **filters: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (
            await get(self.regulator, "/api/v1/compliance/enrollments", class_group_id=C1, **filters)
        )["items"]
        return items

    async def findings(self, state: str) -> set[tuple[str, str]]:
        found = await get(self.regulator, "/api/v1/findings", class_group_id=C1, state=state)
        return {(item["learner_id"], item["rule"]) for item in found["items"]}


@pytest.fixture
async def story(clone_server: CloneServer, tmp_path: Path) -> AsyncIterator[Story]:
    async with opened_site(clone_server, tmp_path) as site:
        sign_in = site.doors.signed_in
        yield Story(site, await sign_in(LIVE), await sign_in(REGULATOR), await sign_in(ENTERPRISE))


async def test_from_the_first_record_to_the_second_report(story: Story) -> None:
    await while_it_runs(story)
    await once_it_is_closed(story)
    first = await what_is_told_of_it(story)
    await when_a_correction_arrives(story)
    await what_has_changed(story, first)
    await what_others_see(story)
    await when_it_is_opened_again(story)


async def while_it_runs(story: Story) -> None:
    """Warned early: nobody is judged, yet one learner can no longer make it.

    The worker sees the term whole: between its feeds it would find that nobody has attended yet.
    """
    with story.worker_held_up():
        await push_term(story.platform, ends_on="2099-12-31")
        receipt = await story.push(Feed.attendance, ABSENT, {"status": "present"})
    assert (receipt["received"], receipt["accepted"], receipt["rejected"]) == (2, 1, 1)
    (rejection,) = receipt["rejections"]
    assert {error["code"] for error in rejection["errors"]} == {"missing_field"}
    await story.assessed()
    standings = {each["learner_id"]: each for each in await story.enrollments(eligibility="in_progress")}
    assert {learner: each["outlook"] for learner, each in standings.items()} == {L1: "on_track", L2: "lost"}
    assert await story.findings("open") == {(L2, "attendance-rate"), (L2, "credited-hours")}
    progress = {each["learner_id"]: each for each in (await get(story.enterprise, PROGRESS))["items"]}
    assert [rule["shortfall"] for rule in progress[L2]["rules"]] == [1, None, 36000]
    assert "eligibility" not in progress[L2]
    assert await refused(story.enterprise, FINAL) == (409, "not_final")


async def once_it_is_closed(story: Story) -> None:
    """A receipt is a promise at once, an answer follows; until then nobody is told what may still change."""
    with story.worker_held_up():
        receipt = await story.push(Feed.class_groups, CLASS_GROUP | {"exam_ids": []} | CLOSED)
        batch = f"/api/v1/batches/{receipt['batch_id']}"
        stored = await get(story.platform, batch)
        assert (stored["state"], stored["ledger"]["index"]) == ("stored", None)
        progress = await get(story.regulator, "/api/v1/assessment")
        assert progress["pending_enrollments"] > 0
        answer = await story.enterprise.get(FINAL)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_final")
        assert set(answer.json()["open"]) >= {"records_waiting", "batches_unsequenced"}
    await story.assessed()
    assessed = await get(story.platform, batch)
    assert assessed["state"] == "assessed"
    assert assessed["ledger"]["leaf_hash"] == receipt["ledger"]["leaf_hash"]
    assert isinstance(assessed["ledger"]["index"], int)


async def what_is_told_of_it(story: Story) -> dict[str, Any]:
    """The regulator sees who is below and why; the enterprise gets its report."""
    (below,) = await story.enrollments(eligibility="ineligible")
    assert (below["learner_id"], below["learner_name"], below["outlook"]) == (L2, "=**", None)
    failed = [rule for rule in below["rules"] if rule["outcome"] == "fail"]
    assert all(rule["clause"] for rule in failed)
    assert [(rule["code"], rule["observed"], rule["threshold"], rule["shortfall"]) for rule in failed] == [
        ("attendance-rate", 0.6667, 0.8, 1),
        ("credited-hours", 26.6667, 40, 36000),
    ]
    *_, missed = (await get(story.regulator, ENROLLMENT_OF_L2))["evidence"]["lessons"]
    assert (missed["lesson_id"], missed["attendance_status"]) == ("S3", "absent")
    assert (missed["is_attended"], missed["credited_seconds"]) == (False, 0)
    found = await story.regulator.post("/api/v1/compliance/search", json={"id_number": ID_NUMBERS[L2]})
    assert [each["learner_id"] for each in found.json()["items"]] == [L2]
    final = await get(story.enterprise, FINAL)
    assert {each["learner_name"]: each["eligibility"] for each in final["items"]} == {
        "张三丰": "eligible",
        "=李四": "ineligible",
    }
    report = await get(story.enterprise, REPORT, **MAY)
    assert (report["counts"]["eligible"], report["counts"]["ineligible"], report["changes"]) == (1, 1, [])
    return report


async def when_a_correction_arrives(story: Story) -> None:
    """The higher revision stands, and nothing that comes late can take it back."""
    assert (await story.push(Feed.attendance, CORRECTED))["accepted"] == 1
    again = await story.push(Feed.attendance, ABSENT, CORRECTED, ABSENT | {"revision": 1})
    counts = {name: again[name] for name in ("accepted", "unchanged", "stale", "rejected")}
    assert counts == {"accepted": 0, "unchanged": 1, "stale": 1, "rejected": 1}
    (error,) = again["rejections"][0]["errors"]
    assert (error["code"], error["current_revision"]) == ("revision_conflict", 1)
    await story.assessed()
    key = {"class_group_id": C1, "learner_id": L2, "lesson_id": "S3"}
    record = await get(story.platform, f"/api/v1/records/{Feed.attendance}", **key)
    assert (record["revision"], record["status"]) == (1, "present")


async def what_has_changed(story: Story, first: dict[str, Any]) -> None:
    """The decision is another one, the findings are resolved, the next report says what is new."""
    standing = await get(story.regulator, ENROLLMENT_OF_L2)
    assert (standing["eligibility"], standing["facts"]["attendance_rate"]) == ("eligible", 1)
    assert standing["facts"]["credited_hours"] == 40
    assert await story.findings("open") == {(L2, "decision-changed-after-export")}
    assert await story.findings("resolved") == {(L2, "attendance-rate"), (L2, "credited-hours")}
    second = await get(story.enterprise, REPORT, **MAY)
    assert second["last_report"]["report_id"] == first["report_id"] != second["report_id"]
    assert second["ledger_size"] > first["ledger_size"]
    assert [(each["learner_id"], each["before"], each["now"]) for each in second["changes"]] == [
        (L2, "ineligible", "eligible")
    ]
    assert await get(story.enterprise, REPORT, **MAY) == second, (
        "what changed is not lost by reading it twice"
    )


async def what_others_see(story: Story) -> None:
    """Nothing: it does not exist for them."""
    other_enterprise = await story.site.doors.signed_in(OTHER_ENTERPRISE)
    for path in (FINAL, PROGRESS, REPORT):
        assert (await refused(other_enterprise, path))[0] == 404
    other_platform = await story.site.doors.signed_in(VOD)
    assert (await refused(other_platform, ENROLLMENT_OF_L2))[0] == 404
    assert (await get(other_platform, "/api/v1/compliance/enrollments"))["items"] == []
    assert await refused(story.platform, FINAL) == (403, "forbidden")
    assert await refused(await story.site.doors.stranger(), FINAL) == (401, "token_missing")


async def when_it_is_opened_again(story: Story) -> None:
    """What was final is open again: nobody is told what may still change."""
    await story.push(Feed.class_groups, CLASS_GROUP | {"exam_ids": [], "revision": 2})
    await story.assessed()
    answer = await story.enterprise.get(FINAL)
    assert (answer.status_code, answer.json()["open"]) == (409, ["class_group_running"])
    assert {each["eligibility"] for each in await story.enrollments()} == {"in_progress"}
