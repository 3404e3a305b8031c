"""`/api/v1/trail/hours`: hours of the trail that are closed, and where the ledger holds them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.standings import Shown
from app.core import clock
from app.trail import hours_repository
from app.trail.schemas import ClosedHour

router = APIRouter(prefix="/api/v1/trail", tags=["审计 / Audit trail"], dependencies=[OnlyKnown])

Auditor = Annotated[Caller, Allowed(Action.read_trail, Audited.nothing)]
"""Counts and hashes tell of nobody."""
HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"


class TrailHour(Shown):
    """已封存的一小时。An hour that is closed: what its entries hash to stands in the ledger."""

    hour: datetime = Field(title="小时 / Hour", description="起点。Its beginning.")
    digest_id: UUID = Field(title="摘要编号 / Digest")
    closed_at: datetime = Field(title="封存时间 / Closed at")
    size: int = Field(title="记录数 / Entries", examples=[42])
    root: str = Field(title="根 / Root", examples=[HASH])
    ledger_index: int | None = Field(
        title="账本序号 / Ledger index", description="尚未排序时为 null。Null: not yet.", examples=[17]
    )

    @classmethod
    def of(cls, closed: ClosedHour) -> Self:
        return cls(**closed._asdict() | {"root": closed.root.hex()})


class TrailChain(Shown):
    """审计记录封存到何时。How far the trail is closed."""

    closed_until: datetime = Field(
        title="封存至 / Closed until", description="此前各小时的记录均已写入账本。All hours before it are."
    )
    waiting: int = Field(
        title="待封存小时数 / Hours that wait", description="已结束而未封存。Over, not closed.", examples=[0]
    )
    hours: int = Field(title="已封存小时数 / Hours", examples=[720])
    entries: int = Field(title="其中的记录数 / Entries in them", examples=[31000])


@router.get("/hours", summary="已封存的小时 / Closed hours", responses=documented(400))
async def trail_hours(_caller: Auditor, session: Reading, page: Page) -> Listing[TrailHour]:
    """The newest first; hours without entries leave none.

    最新的在前；没有记录的小时不产生摘要。
    """
    key = page.after(datetime)
    before = None if key is None else datetime.fromisoformat(str(key[0]))
    found = await hours_repository.hours(session, before, page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda each: (each.hour,))
    return Listing(items=[TrailHour.of(each) for each in rows], next_cursor=next_cursor)


@router.get("/chain", summary="封存情况 / How far the trail is closed")
async def trail_chain(_caller: Auditor, session: Reading) -> TrailChain:
    """每小时的记录在其结束后封存并写入账本。Each hour is closed once it is over, into the ledger."""
    return TrailChain.model_validate(await hours_repository.chain(session, clock.now()))
