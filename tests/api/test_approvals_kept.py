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


@pytest.mark.parametrize(("decision", "state"), [("approve", "carried_out"), ("reject", "rejected")])
async def test_why_it_was_decided_is_kept_beside_the_decision_alone(
    *,
    first: httpx.AsyncClient,
    second: httpx.AsyncClient,
    client_id: str,
    database: Database,
    decision: str,
    state: str,
) -> None:
    """Neither the trail nor the ledger holds free text; what looks like an ID number is struck out."""
    proposal, said = await proposed(first, client_id), {"reason": "已核实，来电 13800138000"}
    for nonsense in ({"reason": " "}, {"reason": "x" * 501}, {"why": "x"}):
        assert (await second.post(f"{proposal}/{decision}", json=nonsense)).status_code == 422
    decided = (await second.post(f"{proposal}/{decision}", json=said)).json()
    told = (await first.get(proposal)).json()
    assert (told["state"], told["decision_reason"]) == (state, decided["decision_reason"])
    assert told["decision_reason"].startswith("已核实，来电 ")
    assert "13800138000" not in told["decision_reason"]
    async with reading(database) as session:
        for kept in ("SELECT subject::text FROM trail_entries", "SELECT envelope::text FROM ledger_pending"):
            assert not any("已核实" in row for row in await session.scalars(text(kept)))


@pytest.mark.parametrize("body", [None, {}, {"reason": None}])
async def test_nothing_need_be_said(
    first: httpx.AsyncClient, second: httpx.AsyncClient, client_id: str, body: dict[str, None] | None
) -> None:
    answer = await second.post(f"{await proposed(first, client_id)}/reject", json=body)
    assert (answer.json()["state"], answer.json()["decision_reason"]) == ("rejected", None)


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

    async def test_refuses_a_reason_before_the_decision(
        self, first: httpx.AsyncClient, client_id: str, database: Database
    ) -> None:
        await proposed(first, client_id)
        with pytest.raises(Exception, match="reason_of_a_decision"):
            await self.change(database, "decision_reason = 'x'")

    @pytest.mark.parametrize("column", ["act", "arguments", "reason", "proposer_id", "expires_at"])
    async def test_refuses_another_act_under_the_same_proposal(
        self, first: httpx.AsyncClient, client_id: str, database: Database, column: str
    ) -> None:
        await proposed(first, client_id)
        with pytest.raises(Exception, match="permission denied"):
            await self.change(database, f"{column} = {column}")
