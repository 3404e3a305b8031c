"""A stolen credential: two persons say from when on nothing that came with it is believed."""

import httpx
import pytest
from sqlalchemy import text

from app.db.session import Database, reading
from tests.api.approving import APPROVALS, refusal
from tests.api.conftest import LIVE, Doors


def distrusting(client_id: str, **changes: str) -> dict[str, object]:
    arguments = {"client_id": client_id, "credential": "secret:1", "since": "2026-01-01T00:00:00Z"}
    return {"act": "credential:distrust", "arguments": arguments | changes, "reason": "密钥外泄"}


class TestDistrusting:
    async def test_ends_what_the_credential_opens(
        self, doors: Doors, first: httpx.AsyncClient, second: httpx.AsyncClient, database: Database
    ) -> None:
        thief = await doors.signed_in(LIVE)
        async with reading(database) as session:
            client_id = str(await session.scalar(text("SELECT client_id FROM clients")))
        made = (await first.post(APPROVALS, json=distrusting(client_id))).json()
        assert (await thief.get("/api/v1/assessment")).status_code == 200
        answer = await second.post(f"{APPROVALS}/{made['proposal_id']}/approve")
        assert (answer.status_code, answer.json()["state"]) == (200, "carried_out")
        assert refusal(await thief.get("/api/v1/assessment")) == (401, "token_invalid")
        async with reading(database) as session:
            kinds = await session.scalars(
                text("SELECT kind FROM ledger_pending WHERE kind <> 'policy' ORDER BY kind")
            )
            assert list(kinds) == ["approval", "distrust"]

    @pytest.mark.parametrize("since", ["yesterday", "2026-01-01", "2026-13-01T00:00:00Z"])
    async def test_needs_an_instant(self, first: httpx.AsyncClient, client_id: str, since: str) -> None:
        answer = await first.post(APPROVALS, json=distrusting(client_id, since=since))
        assert refusal(answer) == (422, "unusable_arguments")

    async def test_needs_a_client(self, first: httpx.AsyncClient) -> None:
        answer = await first.post(APPROVALS, json=distrusting("platform-0000000000000000"))
        assert refusal(answer) == (404, "client_unknown")

    async def test_of_what_the_client_never_had_is_not_carried_out(
        self, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str
    ) -> None:
        made = (await first.post(APPROVALS, json=distrusting(client_id, credential="secret:9"))).json()
        proposal = f"{APPROVALS}/{made['proposal_id']}"
        assert refusal(await second.post(f"{proposal}/approve")) == (422, "unusable_distrust")
        assert (await first.get(proposal)).json()["state"] == "proposed"
