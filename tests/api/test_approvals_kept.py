"""What two persons did stays as they did it: in the trail, in the ledger, whoever comes past the program."""

import httpx
import pytest
from sqlalchemy import text

from app.db.session import Database, reading, transaction
from tests.api.approving import proposed


async def test_both_steps_are_in_the_trail_and_the_decision_in_the_ledger(
    first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, database: Database
) -> None:
    proposal = await proposed(first, client_id)
    decided = (await second.post(f"{proposal}/approve")).json()
    async with reading(database) as session:
        rows = await session.execute(text("SELECT actor_id, action, kind, subject FROM trail_entries"))
        entries = [tuple(row) for row in rows if row.action.startswith("clients:")]
        leaves = text("SELECT kind, envelope FROM ledger_pending WHERE kind <> 'policy'")
        (leaf,) = (await session.execute(leaves)).all()
    subject = {"client_id": client_id, "proposal_id": decided["proposal_id"]}
    assert entries == [
        (decided["proposer_id"], "clients:propose-revocation", "change", subject),
        (
            decided["decider_id"],
            "clients:approve-revocation",
            "change",
            subject | {"outcome": "carried_out"},
        ),
    ]
    assert leaf.kind == "approval"
    assert f'"outcome":"carried_out","proposal_id":"{decided["proposal_id"]}"'.encode() in leaf.envelope


class TestTheTable:
    """Whoever comes past the program finds the same."""

    async def change(self, database: Database, change: str) -> None:
        async with transaction(database) as session:
            await session.execute(text(f"UPDATE proposals SET {change}"))  # noqa: S608 (put together from constants)

    async def test_refuses_one_person_in_both_places(
        self, first: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        await proposed(first, client_id)
        with pytest.raises(Exception, match="second_person"):
            await self.change(database, "state = 'carried_out', decider_id = proposer_id, decided_at = now()")

    async def test_refuses_a_decision_by_nobody(
        self, first: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        await proposed(first, client_id)
        with pytest.raises(Exception, match="decided_by_somebody"):
            await self.change(database, "state = 'carried_out'")

    async def test_refuses_to_change_what_was_decided(
        self, first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        await second.post(f"{await proposed(first, client_id)}/reject")
        with pytest.raises(Exception, match="is decided"):
            await self.change(database, "state = 'carried_out'")

    @pytest.mark.parametrize("column", ["act", "arguments", "reason", "proposer_id", "expires_at"])
    async def test_refuses_another_act_under_the_same_proposal(
        self, first: httpx.AsyncClient, client_id: str, database: Database, column: str
    ) -> None:
        await proposed(first, client_id)
        with pytest.raises(Exception, match="permission denied"):
            await self.change(database, f"{column} = {column}")
