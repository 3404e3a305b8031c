"""`/api/v1/ledger/draws`: samples that were announced in the log, as a list. One of them: ledger.py."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.standings import Shown
from app.core.ids import DrawId
from app.ledger import draws_repository
from app.ledger.draws_repository import Announced

router = APIRouter(prefix="/api/v1/ledger", tags=["账本 / Ledger"], dependencies=[OnlyKnown])


class DrawSummary(Shown):
    """一次抽样。A draw, without its population."""

    draw_id: UUID = Field(title="编号 / Draw")
    purpose: str = Field(title="用途 / Purpose", examples=["videos"])
    announced_at: datetime = Field(title="公布时间 / Announced at")
    wanted: int = Field(title="抽取数 / How many are drawn", examples=[2])
    population: int = Field(title="总体数 / How many could be drawn", examples=[40])

    @classmethod
    def of(cls, announced: Announced) -> Self:
        return cls.model_validate(announced)


@router.get("/draws", summary="抽样列表 / Draws", responses=documented(400))
async def draws(
    caller: Annotated[Caller, Allowed(Action.read_draws)], session: Reading, page: Page
) -> Listing[DrawSummary]:
    """The newest first; of all platforms, so none for who is bound to districts.

    最新的在前；涉及各平台，限定辖区的账号所见为空。
    """
    key = page.after(UUID)
    if caller.reach.districts is not None:
        return Listing(items=[], next_cursor=None)
    before = None if key is None else DrawId(UUID(str(key[0])))
    found = await draws_repository.announced(session, before, page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda each: (each.draw_id,))
    return Listing(items=[DrawSummary.of(each) for each in rows], next_cursor=next_cursor)
