"""`/api/v1/personal-data/reveal`, and what the person concerned is told of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import Doors
from tests.api.term import C1, ID_NUMBERS, L1, L2, NAMES

REVEAL = "/api/v1/personal-data/reveal"
ACCESSES = "/api/v1/me/accesses"
WHY = {"purpose": "complaint", "reason": "核对投诉所指的学员", "case_reference": "TS-2026-0017"}
WANTED = {"platform": "P1", "class_group_id": C1, "learner_id": L1, "fields": ["id_number", "name"], **WHY}
ELSEWHERE = ("3302",)


async def ask(client: httpx.AsyncClient, **changes: object) -> httpx.Response:
    return await client.post(REVEAL, json={**WANTED, **changes})


async def entries(database: Database) -> list[TrailEntry]:
    async with reading(database) as session:
        named = select(TrailEntry).where(TrailEntry.action == "persons:reveal", TrailEntry.kind == "read")
        return list(await session.scalars(named.order_by(TrailEntry.entry_id)))


@pytest.mark.usefixtures("closed")
class TestReveal:
    @pytest.mark.parametrize("role", [Role.reviewer, Role.approver, Role.agent])
    async def test_answers_what_was_asked_for_and_leaves_an_entry(
        self, doors: Doors, database: Database, role: Role
    ) -> None:
        answer = await ask(await doors.person(role))
        assert answer.status_code == 200, answer.text
        (entry,) = await entries(database)
        assert answer.json() == {
            "entry_id": str(entry.entry_id),
            "name": NAMES[L1],
            "id_number": ID_NUMBERS[L1],
            "phone": None,
        }
        assert answer.headers["cache-control"] == "no-store"
        assert (entry.role, entry.purpose_code, entry.purpose) == (role, "complaint", WHY["reason"])
        assert entry.subject.items() >= {"learner_id": L1, "fields": "id_number,name"}.items()
        assert entry.subject["case_reference"] == "TS-2026-0017"
        assert ID_NUMBERS[L1] not in str(entry.subject)

    @pytest.mark.parametrize(
        "role", [Role.clerk, Role.auditor, Role.administrator, Role.operator, Role.learner]
    )
    async def test_is_for_nobody_else(self, doors: Doors, database: Database, role: Role) -> None:
        assert (await ask(await doors.person(role))).status_code == 403
        assert await entries(database) == []

    async def test_ends_at_the_district_and_at_the_enterprise(self, doors: Doors, database: Database) -> None:
        for stranger in (
            await doors.person(Role.reviewer, districts=ELSEWHERE),
            await doors.person(Role.agent, uscc="91440200MA4UQ0A32N"),
        ):
            assert (await ask(stranger)).status_code == 404
        assert await entries(database) == []

    @pytest.mark.parametrize(
        "changes",
        [{"purpose": "curiosity"}, {"reason": "   "}, {"fields": []}, {"fields": ["gender"]}, {"case": "x"}],
    )
    async def test_wants_a_purpose_and_a_reason(
        self, doors: Doors, database: Database, changes: Mapping[str, object]
    ) -> None:
        assert (await ask(await doors.person(Role.reviewer), **changes)).status_code == 422
        assert await entries(database) == []

    async def test_is_done_so_many_times_a_day_by_one_caller_however_fast_it_asks(
        self, app: FastAPI, doors: Doors, database: Database
    ) -> None:
        resources = app.state.resources
        few = resources.settings.model_copy(update={"reveals_per_day": 3})
        app.state.resources = replace(resources, settings=few)
        reviewer = await doors.person(Role.reviewer)
        answers = await asyncio.gather(*(ask(reviewer) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 429, 429, 429]
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["code"] == "reveal_limit_reached"
        assert 0 < int(refused.headers["retry-after"]) <= 86_401
        assert len(await entries(database)) == 3
        assert (await ask(await doors.person(Role.reviewer))).status_code == 200


@pytest.mark.usefixtures("closed")
class TestThePersonConcerned:
    async def learner(self, doors: Doors, app: FastAPI, learner_id: str) -> httpx.AsyncClient:
        person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[learner_id])
        return await doors.person(Role.learner, person_key=person_key)

    async def test_is_told_who_by_role_when_and_why(self, app: FastAPI, doors: Doors) -> None:
        reviewer = await doors.person(Role.reviewer, districts=("4402",))
        assert (await ask(reviewer)).status_code == 200
        me = await self.learner(doors, app, L1)
        (access,) = (await me.get(ACCESSES)).json()["items"]
        assert access["purpose"] == WHY["reason"]
        assert (access["role"], access["organisation"]) == ("reviewer", "districts:4402")
        assert (access["action"], access["purpose_code"]) == ("persons:reveal", "complaint")
        assert "user-" not in str(access)

    async def test_is_told_of_searches_and_of_lists_of_the_class_group_too(
        self, app: FastAPI, doors: Doors, regulator: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        await regulator.post("/api/v1/compliance/search", json={"id_number": ID_NUMBERS[L1]})
        await enterprise.get(f"/api/v1/eligibility/class-groups/P1/{C1}")
        me = await self.learner(doors, app, L1)
        assert {each["action"] for each in (await me.get(ACCESSES)).json()["items"]} >= {
            "persons:search",
            "eligibility:read",
        }

    async def test_is_told_nothing_of_others(self, app: FastAPI, doors: Doors) -> None:
        await ask(await doors.person(Role.reviewer))
        another = await self.learner(doors, app, L2)
        assert (await another.get(ACCESSES)).json() == {"items": [], "next_cursor": None}

    async def test_reads_page_by_page(self, app: FastAPI, doors: Doors) -> None:
        reviewer = await doors.person(Role.reviewer)
        for _ in range(3):
            await ask(reviewer)
        me, seen, cursor = await self.learner(doors, app, L1), [], None
        while True:
            page = (
                await me.get(ACCESSES, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
            ).json()
            seen += [each["entry_id"] for each in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 3
