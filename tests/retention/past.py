"""A class group that was closed in 2020 by a policy that keeps originals for five years; its term is over."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from app.api.deps import Resources
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import transaction
from app.eligibility.assess import assess_class_groups
from app.ingest.schemas import Receipt
from app.ingest.service import accept_batch
from app.ledger.sequence import sequence
from tests.ingest.deliveries import delivery
from tests.ingest.examples import FULL

THEN = datetime(2020, 5, 2, 1, tzinfo=UTC)
JUDGED = datetime(2020, 5, 3, 1, tzinfo=UTC)
KEPT_UNTIL = date(2025, 5, 3)
"""Five years from the day of the decision."""
PROGRAMME = "bj-advanced-2020"
P1 = PlatformCode("live-a")
C1 = ClassGroupKey(P1, ClassGroupId("C1"))
C2 = ClassGroupKey(P1, ClassGroupId("C2"))
NAME, ID_NUMBER, PHONE = "欧阳难忘", "440203198709195772", "13900139001"
APPROVALS = "/api/v1/approvals"

Record = dict[str, Any]

OF_A_CLASS_GROUP = (
    Feed.class_groups,
    Feed.lessons,
    Feed.enrollments,
    Feed.attendance,
    Feed.learning_records,
    Feed.verifications,
    Feed.quiz_answers,
    Feed.exam_scores,
    Feed.teaching_records,
    Feed.videos,
    Feed.evaluations,
)
REFERENCES = (Feed.institutions, Feed.enterprises, Feed.projects, Feed.courses)


class Officials(NamedTuple):
    """A reviewer who proposes, and an approver."""

    first: httpx.AsyncClient
    second: httpx.AsyncClient


def of_2020(feed: Feed, **changes: object) -> Record:
    record: Record = json.loads(json.dumps(FULL[feed]).replace("2026-", "2020-"))
    own: Mapping[Feed, Record] = {
        Feed.class_groups: {"programme": PROGRAMME},
        Feed.enrollments: {"name": NAME, "id_number": ID_NUMBER, "phone": PHONE, "withdrawn_at": None},
    }
    return record | own.get(feed, {}) | changes


async def push(
    app: FastAPI, feed: Feed, *records: Record, at: datetime = THEN, platform: PlatformCode = P1
) -> Receipt:
    """Every record must be taken."""
    resources: Resources = app.state.resources
    made = delivery(feed, *records, platform=platform, received_at=at)
    receipt = await accept_batch(
        resources.database, resources.key_ring, made, programme_exists=lambda *_: True
    )
    assert receipt.batch.counts.rejected == 0, receipt.rejections
    return receipt


async def push_class_group(
    app: FastAPI, class_group_id: str = "C1", *, platform: PlatformCode = P1, **changes: object
) -> None:
    """Whole; `changes` to the class group's own record."""
    for feed in OF_A_CLASS_GROUP:
        own = changes if feed is Feed.class_groups else {}
        await push(app, feed, of_2020(feed, class_group_id=class_group_id, **own), platform=platform)


async def assess(app: FastAPI, *keys: ClassGroupKey, at: datetime = JUDGED) -> None:
    resources: Resources = app.state.resources
    await sequence(resources.database)
    await assess_class_groups(resources.database, resources.library, resources.key_ring, keys, at)
    await sequence(resources.database)


async def furnish(app: FastAPI) -> None:
    """Archives of that month lie in a partition of their own."""
    resources: Resources = app.state.resources
    async with transaction(resources.database) as session:
        for table in ("batch_archives", "rejections"):
            await session.execute(text(f"SELECT make_partition('{table}', '2020-05-01')"))
    for feed in REFERENCES:
        await push(app, feed, of_2020(feed), at=datetime(2020, 3, 1, tzinfo=UTC))
    await push_class_group(app)
    await assess(app, C1)


async def propose(person: httpx.AsyncClient, act: str, **arguments: str) -> httpx.Response:
    wanted = {"act": act, "arguments": arguments, "reason": "保存期限已满"}
    return await person.post(APPROVALS, json=wanted)


async def carried_out(officials: Officials, act: str, **arguments: str) -> httpx.Response:
    proposed = await propose(officials.first, act, **arguments)
    assert proposed.status_code == 201, proposed.text
    return await officials.second.post(f"{APPROVALS}/{proposed.json()['proposal_id']}/approve")


async def disposed(officials: Officials, key: ClassGroupKey = C1) -> dict[str, Any]:
    """Its item in the list of disposals."""
    answer = await carried_out(officials, "retention:dispose", **key._asdict())
    assert answer.status_code == 200, answer.text
    items = (await officials.first.get("/api/v1/disposals")).json()["items"]
    found: dict[str, Any] = next(each for each in items if each["class_group_id"] == key.class_group_id)
    return found


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of the problem."""
    return answer.status_code, answer.json()["code"]
