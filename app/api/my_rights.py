"""`/api/v1/me`: what a person may know of the handling of its own data, and do about it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.rights import service

router = APIRouter(prefix="/api/v1/me", tags=["本人 / Oneself"], dependencies=[OnlyKnown])


class AccessItem(BaseModel):
    """一次对本人信息的访问。Somebody's access to one's own data."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    entry_id: UUID = Field(title="审计记录编号 / Entry of the audit trail")
    occurred_at: datetime = Field(title="时间 / When")
    role: str | None = Field(title="访问者角色 / Role of who it was", examples=["reviewer"])
    organisation: str | None = Field(title="访问者单位 / Its organisation", examples=["districts:4402"])
    action: str = Field(title="操作 / What was done", examples=["persons:reveal"])
    platform: str | None = Field(title="平台 / Platform")
    class_group_id: str | None = Field(title="班级 / Class group")
    purpose_code: str | None = Field(title="用途 / Purpose", examples=["complaint"])
    purpose: str | None = Field(title="理由 / Reason")


def person_key_of(caller: Caller) -> bytes:
    if caller.reach.person_key is None:
        raise TypeError("This action is a learner's.")
    return caller.reach.person_key


@router.get("/accesses", summary="谁看过我的信息 / Who has looked", responses=documented(400))
async def own_accesses(
    *,
    caller: Annotated[Caller, Allowed(Action.read_own_record, Audited.nothing)],
    session: Reading,
    page: Page,
) -> Listing[AccessItem]:
    """Newest first: role and organisation, when, what and for what purpose. Which officer it was is not told.

    最新的在前：访问者的角色与单位、时间、操作与用途；不显示经办人的个人信息。
    """
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    found = await service.accesses(session, person_key_of(caller), before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda access: (access.entry_id,))
    return Listing(items=[AccessItem.model_validate(row) for row in rows], next_cursor=next_cursor)
