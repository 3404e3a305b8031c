"""A sensitive act needs two persons: whatever is asked, in whatever order, and whoever asks at once."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.core import clock
from app.core.vocabulary import Role
from app.db.session import Database, reading, transaction
from tests.api.approving import APPROVALS, proposed, refusal, wanted
from tests.api.conftest import LIVE, Doors

COPIED = """
    INSERT INTO proposals (
        proposal_id, act, arguments, reason, district, proposer_id, proposed_at, expires_at, state
    )
    SELECT :id, act, arguments, reason, district, proposer_id, proposed_at, expires_at, state
    FROM proposals
"""
"""As before the same could be proposed only once."""


async def is_revoked(database: Database, client_id: str) -> bool:
    async with reading(database) as session:
        statement = text("SELECT revoked_at IS NOT NULL FROM clients WHERE client_id = :id")
        return bool(await session.scalar(statement, {"id": client_id}))


class TestApproving:
    async def test_carries_the_act_out(
        self, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        proposal = await proposed(first, client_id)
        assert not await is_revoked(database, client_id)
        answer = await second.post(f"{proposal}/approve")
        assert (answer.status_code, answer.json()["state"]) == (200, "carried_out")
        assert await is_revoked(database, client_id)
        told = (await first.get(proposal)).json()
        assert told == answer.json()
        assert told["decider_id"] != told["proposer_id"]

    async def test_is_refused_to_who_proposed(
        self, first: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        proposal = await proposed(first, client_id)
        for decision in ("approve", "reject"):
            assert refusal(await first.post(f"{proposal}/{decision}")) == (403, "second_person_needed")
        assert (await first.get(proposal)).json()["state"] == "proposed"
        assert not await is_revoked(database, client_id)

    async def test_counts_once_whoever_approves_at_once(
        self, doors: Doors, first: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        proposal = await proposed(first, client_id)
        others = [await doors.person(Role.administrator) for _ in range(4)]
        decisions = ("approve", "reject", "approve", "reject")
        answers = await asyncio.gather(
            *(other.post(f"{proposal}/{decision}") for other, decision in zip(others, decisions, strict=True))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
            "proposal_decided"
        }
        (decided,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert await is_revoked(database, client_id) == (decided["state"] == "carried_out")
        assert (await first.get(proposal)).json() == decided

    async def test_is_refused_after_a_rejection(
        self, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        proposal = await proposed(first, client_id)
        assert (await second.post(f"{proposal}/reject")).json()["state"] == "rejected"
        assert refusal(await second.post(f"{proposal}/approve")) == (409, "proposal_decided")
        assert not await is_revoked(database, client_id)

    async def test_is_refused_once_the_proposal_has_expired(
        self,
        first: httpx.AsyncClient,
        second: httpx.AsyncClient,
        client_id: str,
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as then:
            long_ago = clock.now() - timedelta(days=7)
            then.setattr("app.approvals.service.clock.now", lambda: long_ago)
            made = (await first.post(APPROVALS, json=wanted(client_id))).json()
        proposal = f"{APPROVALS}/{made['proposal_id']}"
        assert refusal(await second.post(f"{proposal}/approve")) == (409, "proposal_expired")
        assert (await first.get(proposal)).json()["state"] == "expired"
        assert [len(await listed(first, state)) for state in ("proposed", "expired")] == [0, 1]
        assert not await is_revoked(database, client_id)

    @pytest.mark.parametrize(
        "change", ["disabled_at = now()", "role = 'clerk'", "role = 'learner', login = NULL, person_key = ''"]
    )
    async def test_is_refused_when_the_proposer_lost_the_right(
        self,
        first: httpx.AsyncClient,
        second: httpx.AsyncClient,
        client_id: str,
        database: Database,
        change: str,
    ) -> None:
        proposal = await proposed(first, client_id)
        proposer = (await first.get(proposal)).json()["proposer_id"]
        async with transaction(database) as session:
            await session.execute(text(f"UPDATE users SET {change} WHERE user_id = :id"), {"id": proposer})  # noqa: S608 (put together from constants)
        assert refusal(await second.post(f"{proposal}/approve")) == (409, "proposer_without_right")
        assert not await is_revoked(database, client_id)
        assert (await second.post(f"{proposal}/reject")).json()["state"] == "rejected"

    async def test_that_fails_approves_nothing(
        self, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        proposal, copy = await proposed(first, client_id), uuid4()
        async with transaction(database) as session:
            await session.execute(text(COPIED), {"id": copy})
        assert (await second.post(f"{proposal}/approve")).status_code == 200
        assert refusal(await second.post(f"{APPROVALS}/{copy}/approve")) == (404, "client_unknown")
        assert (await second.get(f"{APPROVALS}/{copy}")).json()["state"] == "proposed"
        async with reading(database) as session:
            assert (
                len(
                    (
                        await session.execute(text("SELECT 1 FROM ledger_pending WHERE kind = 'approval'"))
                    ).all()
                )
                == 1
            )

    @pytest.mark.parametrize("role", [Role.clerk, Role.reviewer, Role.auditor, Role.operator])
    async def test_is_for_the_roles_of_the_table(
        self, doors: Doors, first: httpx.AsyncClient, client_id: str, role: Role
    ) -> None:
        proposal = await proposed(first, client_id)
        other = await doors.person(role)
        assert refusal(await other.post(f"{proposal}/approve")) == (403, "forbidden")

    async def test_of_another_role_is_not_there(
        self, doors: Doors, first: httpx.AsyncClient, client_id: str
    ) -> None:
        """Approvers decide about policies and waivers, and see no proposals about clients."""
        proposal = await proposed(first, client_id)
        approver = await doors.person(Role.approver)
        assert refusal(await approver.post(f"{proposal}/approve")) == (404, "proposal_unknown")

    async def test_is_not_for_programs(self, doors: Doors, first: httpx.AsyncClient, client_id: str) -> None:
        proposal = await proposed(first, client_id)
        program = await doors.signed_in(LIVE)
        assert refusal(await program.post(f"{proposal}/approve")) == (403, "forbidden")
        assert refusal(await program.post(APPROVALS, json=wanted(client_id))) == (403, "forbidden")

    async def test_asks_for_a_fresh_proof(
        self, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        proposal = await proposed(first, client_id)
        async with transaction(database) as session:
            await session.execute(text("UPDATE user_sessions SET verified_at = now() - interval '1 day'"))
        assert refusal(await second.post(f"{proposal}/approve")) == (403, "fresh_proof_needed")
        assert refusal(await first.post(APPROVALS, json=wanted(client_id))) == (403, "fresh_proof_needed")


class TestProposing:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"act": "client:praise"}, "unknown_act"),
            ({"arguments": {}}, "unusable_arguments"),
            ({"arguments": {"client_id": "x", "and": "y"}}, "unusable_arguments"),
            ({"arguments": {"client_id": "a b"}}, "unusable_arguments"),
            ({"arguments": {"client_id": "11010519491231002X"}}, "unusable_arguments"),
        ],
    )
    async def test_of_what_is_no_act_is_refused(
        self, first: httpx.AsyncClient, client_id: str, change: dict[str, object], code: str
    ) -> None:
        answer = await first.post(APPROVALS, json=wanted(client_id) | change)
        assert refusal(answer) == (422, code)

    async def test_needs_something_to_act_on(self, first: httpx.AsyncClient) -> None:
        answer = await first.post(APPROVALS, json=wanted("platform-0000000000000000"))
        assert refusal(answer) == (404, "client_unknown")

    async def test_of_the_same_is_refused_while_one_waits(
        self, doors: Doors, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str
    ) -> None:
        waits = await proposed(first, client_id)
        answer = await second.post(APPROVALS, json=wanted(client_id))
        assert refusal(answer) == (409, "already_proposed")
        told, proposal = answer.json()["detail"], (await first.get(waits)).json()
        at = datetime.fromisoformat(proposal["proposed_at"]).astimezone(clock.SHANGHAI)
        name = (await first.get("/api/v1/session")).json()["display_name"]
        for words in (name, f"{at:%Y-%m-%d %H:%M}", proposal["proposal_id"], client_id, "/desk"):
            assert words in told
        await proposed(second, (await doors.register(LIVE)).client_id)
        await second.post(f"{waits}/reject")
        await proposed(second, client_id)

    async def test_of_the_same_is_accepted_once_the_first_has_lapsed(
        self, first: httpx.AsyncClient, client_id: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as then:
            long_ago = clock.now() - timedelta(days=7, seconds=1)
            then.setattr("app.approvals.service.clock.now", lambda: long_ago)
            assert (await first.post(APPROVALS, json=wanted(client_id))).status_code == 201
        await proposed(first, client_id)

    async def test_of_the_same_by_several_at_once_is_one(self, doors: Doors, client_id: str) -> None:
        people = [await doors.person(Role.administrator) for _ in range(4)]
        answers = await asyncio.gather(*(each.post(APPROVALS, json=wanted(client_id)) for each in people))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert len(await listed(people[0])) == 1

    async def test_keeps_no_id_number_in_the_reason(self, first: httpx.AsyncClient, client_id: str) -> None:
        reason = {"reason": "投诉人 11010519491231002X 来电 13800138000"}
        told = (await first.post(APPROVALS, json=wanted(client_id) | reason)).json()["reason"]
        assert "11010519491231002X" not in told
        assert "13800138000" not in told

    async def test_is_listed_for_who_takes_part_and_for_auditors(
        self, doors: Doors, first: httpx.AsyncClient, client_id: str
    ) -> None:
        for each in [client_id, *[(await doors.register(LIVE)).client_id for _ in range(2)]]:
            await proposed(first, each)
        assert len(await listed(await doors.person(Role.auditor))) == 3
        assert await listed(await doors.person(Role.auditor, districts=("4402",))) == []
        page = (await first.get(APPROVALS, params={"limit": 2})).json()
        rest = await first.get(APPROVALS, params={"limit": 2, "cursor": page["next_cursor"]})
        assert (len(page["items"]), len(rest.json()["items"])) == (2, 1)

    async def test_of_what_nobody_proposed_there_is_nothing(self, first: httpx.AsyncClient) -> None:
        for answer in (
            await first.get(f"{APPROVALS}/{uuid4()}"),
            await first.post(f"{APPROVALS}/{uuid4()}/approve"),
        ):
            assert refusal(answer) == (404, "proposal_unknown")


async def listed(person: httpx.AsyncClient, state: str | None = None) -> list[dict[str, object]]:
    answer = await person.get(APPROVALS, params={} if state is None else {"state": state})
    items: list[dict[str, object]] = answer.json()["items"]
    return items
