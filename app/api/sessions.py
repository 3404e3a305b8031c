"""`/api/v1/session` and `/api/v1/sessions`: who am I, and where else am I signed in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.visitors import Person
from app.core import clock
from app.core.vocabulary import Role
from app.db.session import reading, transaction
from app.people import csrf, sessions
from app.people.schemas import SessionEntry

router = APIRouter(prefix="/api/v1", tags=["人员 / People"], dependencies=[OnlyKnown])

SessionPath = Annotated[UUID, Path(title="会话编号 / Session")]


class CurrentSession(BaseModel):
    """谁、以何角色、到何时。Who, in which role, and until when."""

    model_config = ConfigDict(frozen=True)

    user_id: str = Field(title="用户 / User", examples=["user-0f1e2d3c4b5a6978"])
    login: str | None = Field(title="登录名 / Login", examples=["li.ming"])
    display_name: str = Field(title="姓名 / Name", examples=["李某"])
    role: Role = Field(title="角色 / Role", examples=["reviewer"])
    platform: str | None = Field(title="平台 / Platform")
    uscc: str | None = Field(title="企业 / Enterprise")
    districts: Sequence[str] | None = Field(
        title="行政区划 / Districts",
        description="区划代码前缀（GB/T 2260），null 为不限。Prefixes of district codes; null: everywhere.",
    )
    session_id: UUID = Field(title="会话编号 / Session")
    created_at: datetime = Field(title="登录时间 / Signed in at")
    verified_at: datetime = Field(
        title="最近验证 / Verified at",
        description="敏感操作要求近期验证。Sensitive acts ask for a fresh proof.",
    )
    idle_ends_at: datetime = Field(title="闲置失效时间 / Ends, if idle")
    expires_at: datetime = Field(title="最迟失效时间 / Ends at the latest")
    csrf_token: str = Field(
        title="CSRF 令牌 / CSRF token",
        description="写操作随请求头 X-CSRF-Token 发送。Goes with every write, in X-CSRF-Token.",
    )


class SessionItem(BaseModel):
    """本人的一个有效会话。A living session of one's own."""

    model_config = ConfigDict(frozen=True)

    session_id: UUID = Field(title="会话编号 / Session")
    address: str | None = Field(title="网络地址 / Address", examples=["192.0.2.1"])
    created_at: datetime = Field(title="登录时间 / Signed in at")
    seen_at: datetime = Field(title="最近活动 / Last seen at")
    expires_at: datetime = Field(title="最迟失效时间 / Ends at the latest")
    is_current: bool = Field(title="是否当前会话 / Is the one that asks")


class SessionListing(BaseModel):
    model_config = ConfigDict(frozen=True)

    items: Sequence[SessionItem] = Field(title="会话 / Sessions")


@router.get("/session", summary="当前会话 / Who am I")
async def read_session(
    _caller: Annotated[Caller, Allowed(Action.read_session)], person: Person, request: Request
) -> CurrentSession:
    """供页面脚本使用；程序以令牌访问时返回 403。For scripts of our pages; a program's token gets 403."""
    token = csrf.token_for(request.cookies[sessions.COOKIE])
    told = {name: getattr(person, name) for name in CurrentSession.model_fields if name != "csrf_token"}
    return CurrentSession(**told, csrf_token=token)


@router.get("/sessions", summary="本人的会话 / Sessions of one's own")
async def list_own_sessions(
    _caller: Annotated[Caller, Allowed(Action.read_session)], person: Person, shared: Shared
) -> SessionListing:
    """最近登录的在前。The newest first."""
    async with reading(shared.database) as session:
        entries = await sessions.list_sessions(session, shared.settings, person.user_id, clock.now())
    return SessionListing(items=[item(entry, person.session_id) for entry in entries])


def item(entry: SessionEntry, current: UUID) -> SessionItem:
    return SessionItem(
        session_id=entry.session_id,
        address=entry.address,
        created_at=entry.created_at,
        seen_at=entry.seen_at,
        expires_at=entry.expires_at,
        is_current=entry.session_id == current,
    )


@router.delete(
    "/sessions/{session_id}",
    summary="结束会话 / End a session",
    status_code=204,
    responses=documented(404),
)
async def end_own_session(
    _caller: Annotated[Caller, Allowed(Action.end_session)],
    person: Person,
    session_id: SessionPath,
    shared: Shared,
) -> Response:
    """立即生效。From the next request on."""
    async with transaction(shared.database) as session:
        await sessions.end_session(session, person, session_id, clock.now())
    return Response(status_code=204)
