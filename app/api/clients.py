"""`/api/v1/clients`: programs that may ask for tokens: whose they are, what they may show, what they use."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self, cast

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts import client_secrets, client_views, quotas, service
from app.accounts.authorisation import Action, Caller
from app.accounts.schemas import ClientFilter, ClientView, Quota, Registration
from app.api.client_keys import KeyAnswer
from app.api.deps import Allowed, Resources, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import ID, LocalId, OnlyKnown
from app.api.problems import documented
from app.api.visitors import Person
from app.core import clock
from app.core.config import Settings
from app.core.ids import ClientId, PlatformCode, Uscc
from app.core.vocabulary import PlatformKind, Role
from app.db.session import WriteSession, reading, transaction
from app.people import sessions
from app.people.schemas import Known
from app.trail.schemas import Kind
from app.trail.service import record

router = APIRouter(prefix="/api/v1/clients", tags=["客户端 / Clients"], dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_clients)]
Manager = Annotated[Caller, Allowed(Action.manage_clients)]
MOST_OVERLAP_HOURS = 24 * 90
MOST_RECORDS_A_DAY = 10**12
_CLIENT = "platform-0f1e2d3c4b5a6978"

ClientPath = Annotated[ClientId, Path(pattern=ID, title="客户端 / Client", examples=[_CLIENT])]


class SecretItem(BaseModel):
    """不予采信的密钥。A secret that is not believed any more."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    number: int = Field(title="第几个密钥 / Which secret", examples=[1])
    since: datetime = Field(title="不予采信自 / Distrusted from")


class ClientItem(BaseModel):
    """一个客户端，不含密钥。A client, without its secrets."""

    model_config = ConfigDict(frozen=True)

    client_id: str = Field(title="客户端 / Client", examples=[_CLIENT])
    role: Role = Field(title="角色 / Role", examples=["platform"])
    name: str = Field(title="名称 / Name", examples=["云桥点播学院"])
    platform: str | None = Field(title="平台 / Platform", examples=["live-a"])
    uscc: str | None = Field(title="企业 / Enterprise")
    districts: Sequence[str] | None = Field(title="行政区划 / Districts")
    created_at: datetime = Field(title="登记时间 / Registered at")
    revoked_at: datetime | None = Field(title="注销时间 / Revoked at")
    is_secret_on: bool = Field(
        title="密钥可用 / Secret on", description="false：只能用公钥对应的私钥。False: only keys are good."
    )
    secret_number: int = Field(
        title="第几个密钥 / Which secret", description="每次轮换加一。Each rotation adds one.", examples=[2]
    )
    former_secret_until: datetime | None = Field(
        title="原密钥有效至 / The former secret is good until",
        description="轮换期间两个密钥都可用。While one follows the other both are good.",
    )
    distrusted_secrets: Sequence[SecretItem] = Field(title="不予采信的密钥 / Distrusted secrets")
    keys: Sequence[KeyAnswer] = Field(title="公钥 / Public keys")
    own_records_a_day: int | None = Field(
        title="单独设定的日配额 / Its own records a day",
        description="null：按系统设置。Null: as set for all.",
    )
    own_requests_a_minute: int | None = Field(
        title="单独设定的每分钟请求数 / Its own requests a minute",
        description="null：按系统设置。Null: as set for all.",
    )
    records_a_day: int | None = Field(
        title="现行日配额 / Records a day in force", description="null：不限。Null: without a bound."
    )
    requests_a_minute: int | None = Field(
        title="现行每分钟请求数 / Requests a minute in force",
        description="null：不限。Null: without a bound.",
    )
    records_used_today: int | None = Field(
        title="今日已用 / Used today",
        description="北京时间今日已计入的记录；不限时不计数，为 null。"
        "Records counted today in Shanghai; null where nothing bounds them, which is not counted.",
    )

    @classmethod
    def of(cls, view: ClientView, settings: Settings) -> Self:
        account = view.account
        in_force = quotas.in_force(Quota(account.records_a_day, account.requests_a_minute), settings)
        return cls(
            **{name: getattr(account, name) for name in _OF_ACCOUNT},
            secret_number=view.secret_number,
            former_secret_until=view.former_secret_until,
            distrusted_secrets=[SecretItem.model_validate(each) for each in view.distrusted_secrets],
            keys=[KeyAnswer.of(key) for key in view.keys],
            own_records_a_day=account.records_a_day,
            own_requests_a_minute=account.requests_a_minute,
            records_a_day=in_force.records_a_day,
            requests_a_minute=in_force.requests_a_minute,
            records_used_today=None if in_force.records_a_day is None else view.records_used_today,
        )


_OF_ACCOUNT = (
    *("client_id", "role", "name", "platform", "uscc", "districts", "created_at", "revoked_at"),
    "is_secret_on",
)


class WantedClient(BaseModel):
    """登记一个客户端。A client that is to be registered."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=500)

    role: Role = Field(
        title="角色 / Role",
        description="platform、regulator 或 enterprise。Of a program.",
        examples=["platform"],
    )
    name: str | None = Field(default=None, title="名称 / Name", examples=["云桥点播学院"])
    platform: str | None = Field(
        default=None, title="平台代码 / Platform", description="仅 platform。Of a platform."
    )
    kind: PlatformKind | None = Field(
        default=None, title="平台类型 / Kind", description="新平台必填。Needed of a new platform."
    )
    uscc: str | None = Field(default=None, title="企业 / Enterprise", description="仅 enterprise。")
    districts: list[str] = Field(
        default_factory=list,
        max_length=100,
        title="行政区划 / Districts",
        description="仅 regulator；空为不限。Of a regulator; none: everywhere.",
        examples=[["440200"]],
    )


class WantedSecret(BaseModel):
    """轮换密钥。A new secret for a client."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: LocalId = Field(title="客户端 / Client", examples=[_CLIENT])
    overlap_hours: int = Field(
        default=24,
        ge=0,
        le=MOST_OVERLAP_HOURS,
        title="重叠小时数 / Hours of overlap",
        description="原密钥再有效多久；0 为立即失效。How long the one before stays good.",
    )


class NamedClient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: LocalId = Field(title="客户端 / Client", examples=[_CLIENT])


class WantedQuota(BaseModel):
    """两项配额一并设定；省略者按系统设置。Both at once; what is left out is as set for all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: LocalId = Field(title="客户端 / Client", examples=[_CLIENT])
    records_a_day: int | None = Field(
        default=None, ge=0, le=MOST_RECORDS_A_DAY, title="每日记录数 / Records a day", examples=[1_000_000]
    )
    requests_a_minute: int | None = Field(
        default=None, ge=1, le=1_000_000, title="每分钟请求数 / Requests a minute", examples=[600]
    )


class SecretAnswer(BaseModel):
    """密钥仅显示这一次。The secret is shown this once only."""

    model_config = ConfigDict(frozen=True)

    client_id: str = Field(title="客户端 / Client", examples=[_CLIENT])
    client_secret: str = Field(title="密钥 / Secret", repr=False)
    former_until: datetime | None = Field(title="原密钥有效至 / The former secret is good until")


@router.get("", summary="客户端 / Clients", responses=documented(400))
async def list_clients(
    *,
    caller: Reader,
    shared: Shared,
    page: Page,
    role: Annotated[Role | None, Query(title="角色 / Role")] = None,
    platform: Annotated[PlatformCode | None, Query(pattern=ID, title="平台代码 / Platform")] = None,
    enterprise: Annotated[Uscc | None, Query(pattern=ID, title="企业 / Enterprise")] = None,
    revoked: Annotated[bool | None, Query(title="已注销 / Revoked")] = None,
) -> Listing[ClientItem]:
    """本平台、本企业的；管理员和审计员可见全部。按登记时间排列。One's own, in the order of registration."""
    key = page.after(datetime, str)
    async with reading(shared.database) as session:
        found = await client_views.views(
            session,
            caller.reach,
            ClientFilter(role, platform, enterprise, revoked),
            clock.now(),
            after=cast("tuple[datetime, str] | None", key),
            limit=page.limit + 1,
        )
    rows, next_cursor = page.cut(found, key=lambda view: (view.account.created_at, view.account.client_id))
    return Listing(items=[ClientItem.of(row, shared.settings) for row in rows], next_cursor=next_cursor)


@router.get("/{client_id}", summary="一个客户端 / One client", responses=documented(404))
async def one_client(caller: Reader, client_id: ClientPath, shared: Shared) -> ClientItem:
    """公钥、配额与今日用量。Its keys, its quotas, and what is used of them today."""
    async with reading(shared.database) as session:
        found = await client_views.view(session, caller.reach, client_id, clock.now())
    return ClientItem.of(found, shared.settings)


@router.post(
    "", summary="登记客户端 / Register a client", status_code=201, responses=documented(409, 415, 422)
)
async def add_client(caller: Manager, person: Person, wanted: WantedClient, shared: Shared) -> SecretAnswer:
    """平台代码尚无时一并登记平台。Its platform is registered with it where it is new."""
    at = _fresh(shared, person)
    asked = Registration(
        wanted.role, wanted.name, wanted.platform, wanted.kind, wanted.uscc, tuple(wanted.districts)
    )
    async with transaction(shared.database) as session:
        new = await service.add_client(session, asked, at)
        await _keep(session, caller, "clients:add", new.client_id)
    return SecretAnswer(client_id=new.client_id, client_secret=new.client_secret, former_until=None)


@router.post("/secrets", summary="轮换密钥 / Rotate a secret", responses=documented(404, 415, 422))
async def rotate_secret(
    caller: Manager, person: Person, wanted: WantedSecret, shared: Shared
) -> SecretAnswer:
    """重叠期内新旧密钥都可用；密钥已停用的随之启用。Both are good for the overlap; it is on again."""
    at, client_id = _fresh(shared, person), ClientId(wanted.client_id)
    async with transaction(shared.database) as session:
        new = await client_secrets.rotate_secret(
            session, client_id, at, overlap=timedelta(hours=wanted.overlap_hours)
        )
        await _keep(
            session, caller, "clients:rotate-secret", client_id, overlap_hours=str(wanted.overlap_hours)
        )
    return SecretAnswer(client_id=client_id, client_secret=new.client_secret, former_until=new.former_until)


@router.post(
    "/secrets/off",
    summary="停用密钥 / Switch the secret off",
    status_code=204,
    responses=documented(404, 409, 415, 422),
)
async def switch_off_secret(caller: Manager, person: Person, wanted: NamedClient, shared: Shared) -> Response:
    """此后只能用公钥登录；没有可用公钥的不得停用。Keys alone are good then; it must have one."""
    at, client_id = _fresh(shared, person), ClientId(wanted.client_id)
    async with transaction(shared.database) as session:
        await client_secrets.switch_off_secret(session, client_id, at)
        await _keep(session, caller, "clients:switch-off-secret", client_id)
    return Response(status_code=204)


@router.post("/quotas", summary="设定配额 / Set quotas", status_code=204, responses=documented(404, 415, 422))
async def set_quotas(caller: Manager, person: Person, wanted: WantedQuota, shared: Shared) -> Response:
    """从下一次请求起生效。From the next request on."""
    _fresh(shared, person)
    client_id = ClientId(wanted.client_id)
    async with transaction(shared.database) as session:
        quota = Quota(wanted.records_a_day, wanted.requests_a_minute)
        former = await service.set_quota(session, client_id, quota)
        await _keep(session, caller, "clients:quota", client_id, **quotas.change_of(former, quota))
    return Response(status_code=204)


def _fresh(shared: Resources, person: Known) -> datetime:
    """The moment, of a person who has shown a factor just now."""
    at = clock.now()
    sessions.assert_fresh(shared.settings, person, at)
    return at


async def _keep(session: WriteSession, caller: Caller, action: str, client_id: ClientId, **more: str) -> None:
    await record(session, caller, action, {"client_id": client_id, **more}, kind=Kind.change)
