"""`/api/v1/client/keys`: a client's own public keys, so that one can follow the other without an outage."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.accounts import client_keys
from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.accounts.client_keys import PublicKey
from app.accounts.schemas import ClientKeyAccount
from app.api.deps import Allowed, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.core import clock
from app.db.session import WriteSession, reading, transaction
from app.trail.schemas import Kind
from app.trail.service import record

router = APIRouter(prefix="/api/v1/client/keys", tags=["令牌 / Tokens"])

Owner = Annotated[Caller, Allowed(Action.manage_keys)]
Changer = Annotated[Caller, Allowed(Action.manage_keys, Audited.changes)]
KID = "^[A-Za-z0-9_-]{1,64}$"
_EXAMPLE = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""


class NewKey(BaseModel):
    """A public key that is to be registered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_key: str = Field(
        title="公钥 / Public key",
        description="PEM；Ed25519（EdDSA）或 P-256（ES256）。In PEM; of Ed25519 (EdDSA) or P-256 (ES256).",
        max_length=client_keys.MOST_CHARACTERS,
        examples=[_EXAMPLE],
    )
    kid: str | None = Field(
        default=None,
        title="密钥名 / Key id",
        description="省略则为 RFC 7638 指纹。Left out: the thumbprint of RFC 7638.",
        pattern=KID,
        examples=["2026-11"],
    )
    not_after: AwareDatetime | None = Field(
        default=None, title="有效期至 / Good until", examples=["2027-11-21T00:00:00Z"]
    )


class KeyAnswer(BaseModel):
    """A registered public key."""

    model_config = ConfigDict(frozen=True)

    kid: str = Field(title="密钥名 / Key id", examples=["2026-11"])
    algorithm: str = Field(title="签名算法 / Algorithm", examples=["EdDSA"])
    created_at: datetime = Field(title="登记时间 / Registered at")
    not_after: datetime | None = Field(title="有效期至 / Good until")
    retired_at: datetime | None = Field(title="停用时间 / Retired at")
    distrusted_from: datetime | None = Field(
        title="不予采信自 / Distrusted from",
        description="此后用它推送的内容不作依据。What was pushed with it since then is no evidence.",
    )

    @classmethod
    def of(cls, key: ClientKeyAccount) -> "KeyAnswer":
        return cls.model_validate(key, from_attributes=True)


@router.get("", summary="本客户端的公钥 / The client's own public keys", dependencies=[OnlyKnown])
async def own_keys(caller: Owner, shared: Shared, page: Page) -> Listing[KeyAnswer]:
    """按密钥名排序，含已停用的。In the order of their ids, those that are retired included."""
    after = page.after(str)
    async with reading(shared.database) as session:
        keys = await client_keys.list_keys(session, caller.client_id)
    found = sorted((key for key in keys if after is None or (key.kid,) > after), key=lambda key: key.kid)
    rows, next_cursor = page.cut(found, key=lambda key: (key.kid,))
    return Listing(items=[KeyAnswer.of(key) for key in rows], next_cursor=next_cursor)


@router.post(
    "",
    status_code=201,
    summary="登记公钥 / Register a public key",
    responses=documented(409, 415, 422),
    dependencies=[OnlyKnown],
)
async def add_key(caller: Changer, shared: Shared, wanted: NewKey) -> KeyAnswer:
    """登记后立即可用。Good at once.

    先登记新密钥、换用，再停用旧密钥，即可不间断轮换。
    Register the new key, use it, then retire the old one: no request fails meanwhile.
    """
    public_key = PublicKey.of_pem(wanted.public_key)
    async with transaction(shared.database) as session:
        added = await client_keys.add_key(
            session,
            caller.client_id,
            public_key,
            clock.now(),
            kid=wanted.kid,
            not_after=wanted.not_after,
            created_with=caller.credential,
        )
        await _keep(session, caller, "client-keys:add", added.kid)
    return KeyAnswer.of(added)


@router.delete(
    "/{kid}",
    status_code=204,
    summary="停用公钥 / Retire a public key",
    responses=documented(404, 409),
    dependencies=[OnlyKnown],
)
async def retire_key(
    caller: Changer,
    shared: Shared,
    kid: Annotated[str, Path(title="密钥名 / Key id", pattern=KID, examples=["2026-11"])],
) -> Response:
    """此密钥及用它取得的令牌立即失效。The key and the tokens it got are good no longer.

    不能停用取得当前令牌的密钥。The key that got this very token cannot be retired.
    """
    async with transaction(shared.database) as session:
        await client_keys.retire_key(
            session, caller.client_id, kid, clock.now(), asked_with=caller.credential
        )
        await _keep(session, caller, "client-keys:retire", kid)
    return Response(status_code=204)


async def _keep(session: WriteSession, caller: Caller, action: str, kid: str) -> None:
    subject = {"client_id": str(caller.client_id), "kid": kid}
    await record(session, caller, action, subject, kind=Kind.change)
