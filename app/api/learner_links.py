"""`POST /api/v1/learner-links`: an enterprise or a platform lets one of its learners look, once."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared
from app.api.parameters import ID, OnlyKnown
from app.api.problems import documented
from app.core import clock
from app.core.vocabulary import Role
from app.db.session import transaction
from app.people import links, service
from app.people.links import Purpose

router = APIRouter(prefix="/api/v1", tags=["人员 / People"], dependencies=[OnlyKnown])


class WantedLink(BaseModel):
    """为哪名学员。For whom."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: str = Field(pattern=ID, title="平台代码 / Platform", examples=["live-a"])
    class_group_id: str = Field(pattern=ID, title="班级编号 / Class group", examples=["C2026-001"])
    learner_id: str = Field(pattern=ID, title="学员编号 / Learner", examples=["L0001"])


class LearnerLink(BaseModel):
    """一次性链接，仅显示这一次。A link that is good once, and shown this once only."""

    model_config = ConfigDict(frozen=True)

    link: str = Field(title="链接 / Link", examples=["https://supervise.example.cn/learner/…"])
    expires_at: datetime = Field(title="失效时间 / Expires at")
    role: Role = Field(title="角色 / Role", examples=["learner"])


@router.post(
    "/learner-links",
    summary="发放学员链接 / Issue a learner's link",
    status_code=201,
    responses=documented(404, 415, 422),
)
async def issue_learner_link(
    caller: Annotated[Caller, Allowed(Action.issue_learner_link)], wanted: WantedLink, shared: Shared
) -> LearnerLink:
    """仅限本企业或本平台的学员；新链接使旧链接失效。For one's own learners; a new link spends older ones."""
    async with transaction(shared.database) as session:
        issued = await service.issue_learner_link(
            session, shared.settings, caller, clock.now(), **wanted.model_dump()
        )
    address = links.address_of(shared.settings.public_url, Purpose.learner, issued.token)
    return LearnerLink(link=address, expires_at=issued.expires_at, role=Role.learner)
