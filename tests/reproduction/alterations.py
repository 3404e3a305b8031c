"""What officials do, and what somebody does behind the program's back."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
from sqlalchemy import select

from app.approvals.schemas import Act, Approved
from app.core.ids import ActorId, new_uuid
from app.db.models import Finding
from app.db.session import reading, transaction
from app.eligibility.waiver_acts import END_WAIVER, WAIVE_FINDING
from tests.reproduction.played import STEP, Played

Alter = Callable[[str], Awaitable[int]]
BY_TWO = ActorId("user-1"), ActorId("user-2")


async def open_findings(played: Played, rule: str | None = None) -> list[UUID]:
    """Those that can be waived."""
    meant = select(Finding.finding_id).where(Finding.state == "open")
    if rule is not None:
        meant = meant.where(Finding.rule == rule)
    async with reading(played.database) as session:
        return list(await session.scalars(meant.order_by(Finding.finding_id)))


async def waive(played: Played, finding_id: UUID | None = None) -> UUID:
    """Waives the finding, or the one on attendance; who it is about is judged again."""
    if finding_id is None:
        (finding_id,) = await open_findings(played, "attendance-rate")
    return await _carry_out(played, WAIVE_FINDING, finding_id=finding_id)


async def end(played: Played, waiver_id: UUID) -> None:
    await _carry_out(played, END_WAIVER, waiver_id=waiver_id)


async def _carry_out(played: Played, act: Act, **arguments: UUID) -> UUID:
    played.moment += STEP
    proposal_id = new_uuid(played.moment)
    told = {name: str(value) for name, value in arguments.items()}
    async with transaction(played.database) as session:
        approved = Approved(proposal_id, *BY_TWO, "停电", played.moment)
        await act.carry_out(session, told, approved)
    await played.settle()
    return proposal_id


async def execute(superuser_url: str, statement: str) -> int:
    """As one whom no grant and no trigger binds; how many rows it changed."""
    connection = await asyncpg.connect(superuser_url)
    try:
        await connection.execute("SET session_replication_role = replica")
        status: str = await connection.execute(statement)
        return int(status.rsplit(maxsplit=1)[-1])
    finally:
        await connection.close()
