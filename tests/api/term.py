"""A small term pushed over HTTP and assessed: what the answers' tests ask about.

One class group of three long lessons: L1 attends all, L2 one lesson less.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from app.api.deps import Resources
from app.api.examples import EXAMPLES
from app.core import clock
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Feed
from app.db.models import Decision
from app.db.session import Database, reading
from app.eligibility.assess import assess_class_groups
from app.eligibility.service import waiting_class_groups
from app.ledger.sequence import sequence
from app.rules.loader import load_packs

Record = Mapping[str, Any]

PACKS = load_packs()
CLASS_GROUP = dict(EXAMPLES[Feed.class_groups])
C1 = CLASS_GROUP["class_group_id"]
USCC = CLASS_GROUP["enterprise_uscc"]
CLOSED = {"closed_at": "2026-05-01T10:00:00+08:00", "revision": 1}
L1, L2 = "L0001", "L0002"
ID_NUMBERS = {L1: "110101199003074514", L2: "11010519491231002X"}
NAMES = {L1: "张三丰", L2: "=李四"}
VERSIONS = sum(len(PACKS.versions(programme)) for programme in PACKS.programmes())
"""Of policies: a server's first start records each in the ledger."""
ENROLLMENTS = "/api/v1/compliance/enrollments"
CLASS_GROUPS = "/api/v1/compliance/class-groups"
SUMMARY = "/api/v1/compliance/summary"

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")


def lesson(number: int) -> Record:
    return {
        "class_group_id": C1,
        "lesson_id": f"S{number}",
        "title": f"第{number}课",
        "kind": "live",
        "planned_minutes": 600,
        **hours_of(number, "starts_at", "ends_at"),
    }


def attendance(learner_id: str, number: int) -> Record:
    return {
        "class_group_id": C1,
        "learner_id": learner_id,
        "lesson_id": f"S{number}",
        "status": "present",
        **hours_of(number, "signed_in_at", "signed_out_at"),
    }


def hours_of(number: int, start: str, end: str) -> Record:
    day = DAYS[number - 1]
    return {start: f"{day}T08:00:00+08:00", end: f"{day}T18:00:00+08:00"}


def enrollment(learner_id: str, **changes: object) -> Record:
    return {
        "class_group_id": C1,
        "learner_id": learner_id,
        "name": NAMES[learner_id],
        "id_number": ID_NUMBERS[learner_id],
        **changes,
    }


def answer(learner_id: str) -> Record:
    return {
        "class_group_id": C1,
        "learner_id": learner_id,
        "answer_id": "A1",
        "lesson_id": "S1",
        "question_id": "Q1",
        "asked_at": "2026-03-02T10:00:00+08:00",
        "answered_at": "2026-03-02T10:00:20+08:00",
        "correct": True,
    }


async def push(client: httpx.AsyncClient, feed: Feed, *records: Record) -> None:
    """Every record must be taken."""
    receipt = await client.post(f"/api/v1/feeds/{feed}", json=records)
    assert receipt.status_code == 200, receipt.text
    assert receipt.json()["rejected"] == 0, receipt.text


async def push_term(client: httpx.AsyncClient, **changes: object) -> None:
    """As a platform does; `changes` to the class group."""
    await push(client, Feed.enterprises, EXAMPLES[Feed.enterprises])
    await push(client, Feed.projects, EXAMPLES[Feed.projects])
    await push(client, Feed.class_groups, CLASS_GROUP | {"exam_ids": []} | changes)
    await push(client, Feed.lessons, *(lesson(number) for number in (1, 2, 3)))
    await push(client, Feed.enrollments, enrollment(L1), enrollment(L2))
    attended = [(L1, 1), (L1, 2), (L1, 3), (L2, 1), (L2, 2)]
    await push(client, Feed.attendance, *(attendance(*each) for each in attended))
    await push(client, Feed.quiz_answers, answer(L1), answer(L2))


async def settle(app: FastAPI) -> None:
    """Let the answers follow the receipts, as a worker does."""
    resources: Resources = app.state.resources
    await sequence(resources.database)
    async for keys in _waiting(resources):
        await assess_class_groups(
            resources.database, resources.library, resources.key_ring, keys, clock.now()
        )
    await sequence(resources.database)


async def _waiting(resources: Resources) -> AsyncIterator[list[ClassGroupKey]]:
    while True:
        async with reading(resources.database) as session:
            waiting = await waiting_class_groups(session, clock.now())
        if not waiting:
            return
        yield [each.key for each in waiting]


async def get(client: httpx.AsyncClient, path: str, **params: str | int) -> dict[str, Any]:
    response = await client.get(path, params=params)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


async def refused(client: httpx.AsyncClient, path: str, **params: str | int) -> tuple[int, str]:
    """Status and code of the problem."""
    response = await client.get(path, params=params)
    return response.status_code, response.json()["code"]


async def decision_of(database: Database, learner_id: str) -> str:
    """The id of the only decision on the learner."""
    async with reading(database) as session:
        statement = select(Decision.decision_id).where(Decision.learner_id == learner_id)
        return str((await session.scalars(statement)).one())
