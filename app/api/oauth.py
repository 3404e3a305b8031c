"""`POST /oauth/token`: client credentials for an access token (RFC 6749 §4.4, RFC 7523 §2.2).

A refusal is a problem as everywhere (RFC 9457) that also carries `error` and `error_description` of RFC 6749
§5.2, so that OAuth libraries and readers of problems both find what they look for.
"""

import base64
import binascii
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts import assertions, service
from app.accounts.errors import InvalidClient, InvalidTokenRequest, UnsupportedGrantType
from app.accounts.schemas import AccessToken
from app.api.deps import Resources, Shared
from app.api.problems import documented
from app.core.errors import Text
from app.db.session import reading, transaction

FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 20

router = APIRouter(tags=["令牌 / Tokens"])


class TokenAnswer(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    model_config = ConfigDict(frozen=True)

    access_token: str = Field(
        title="访问令牌 / Access token", description="JWT (EdDSA)", examples=["eyJhbGciOiJFZERTQSIs…"]
    )
    token_type: Literal["bearer"] = Field(
        default="bearer", title="令牌类型 / Token type", examples=["bearer"]
    )
    expires_in: int = Field(title="有效秒数 / Lifetime in seconds", examples=[3600])
    scope: str = Field(
        title="范围 / Scope",
        description="以空格分隔的操作。Actions, separated by spaces.",
        examples=["batches:read feeds:push feeds:read"],
    )


class Secret(NamedTuple):
    client_id: str
    client_secret: str


class Assertion(NamedTuple):
    """RFC 7521 §4.2; beside it the request may name the client."""

    assertion: str
    client_id: str | None


_ASSERTION = (
    "以已登记的密钥签名的 JWT（EdDSA 或 ES256，带 kid）：iss 与 sub 均为 client_id，aud 只为本平台的 issuer，"
    "exp 至多 5 分钟，jti 只用一次。A JWT signed with a registered key (EdDSA or ES256, with its kid): iss "
    "and sub are the client_id, aud the issuer alone, exp at most 5 minutes ahead, jti used once."
)

_FORM_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {
                            "type": "string",
                            "title": "授权类型 / Grant type",
                            "const": "client_credentials",
                        },
                        "client_id": {
                            "type": "string",
                            "title": "客户端 / Client",
                            "description": "或用 HTTP Basic。Or by HTTP Basic.",
                            "examples": ["platform-0f1e2d3c4b5a6978"],
                        },
                        "client_secret": {
                            "type": "string",
                            "format": "password",
                            "title": "密钥 / Secret",
                            "description": "或用 HTTP Basic。Or by HTTP Basic.",
                        },
                        "client_assertion_type": {
                            "type": "string",
                            "title": "断言类型 / Type of assertion",
                            "description": "代替密钥（RFC 7523）。Instead of a secret (RFC 7523).",
                            "const": assertions.TYPE,
                        },
                        "client_assertion": {
                            "type": "string",
                            "title": "断言 / Assertion",
                            "description": _ASSERTION,
                            "maxLength": assertions.MOST_CHARACTERS,
                        },
                        "scope": {
                            "type": "string",
                            "title": "范围 / Scope",
                            "description": "省略则为该角色的全部。Left out: all that the role may do.",
                            "examples": ["feeds:push batches:read"],
                        },
                    },
                }
            }
        },
    },
    "security": [{"basic": []}, {}],
}


@router.post(
    "/oauth/token",
    summary="取得访问令牌 / Get an access token",
    responses=documented(400, 401, 503),
    openapi_extra=_FORM_SCHEMA,
)
async def token(request: Request, response: Response, shared: Shared) -> TokenAnswer:
    """以密钥或断言（RFC 7523）换取访问令牌。Exchanges a secret or an assertion for an access token.

    凭证用 HTTP Basic 或表单给出，断言用表单给出。错误同时带有 RFC 6749 的 error 和 error_description。
    Secrets come by HTTP Basic or in the form, assertions in the form. Errors also carry error and
    error_description of RFC 6749.
    """
    form = await _form(request)
    shown = _shown(request.headers.get("authorization"), form)
    request.state.claimed_client_id = shown.client_id or ""
    if "grant_type" not in form:
        raise InvalidTokenRequest.for_missing("grant_type")
    if form["grant_type"] != "client_credentials":
        raise UnsupportedGrantType
    issued = await _issued(shared, shown, form.get("scope"))
    response.headers["Pragma"] = "no-cache"
    return TokenAnswer(access_token=issued.token, expires_in=issued.expires_in_s, scope=issued.scope)


async def _issued(shared: Resources, shown: Secret | Assertion, scope: str | None) -> AccessToken:
    how = shown._asdict()
    if isinstance(shown, Assertion):
        async with transaction(shared.database) as session:
            return await service.token_for_assertion(
                session, shared.settings, shared.key_ring, **how, scope=scope
            )
    async with reading(shared.database) as session:
        return await service.token_for(session, shared.settings, shared.key_ring, **how, scope=scope)


async def _form(request: Request) -> dict[str, str]:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise InvalidTokenRequest(Text(f"请以 {FORM} 发送。", f"Send it as {FORM}."))
    text = (await request.body()).decode(errors="replace")
    try:
        items = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        sentence = Text(f"表单最多 {_MAX_FIELDS} 个字段。", f"A form has at most {_MAX_FIELDS} fields.")
        raise InvalidTokenRequest(sentence) from None
    form = {name: value for name, value in items if value}
    if len({name for name, _ in items}) != len(items):
        raise InvalidTokenRequest.for_repeated()
    return form


def _shown(authorization: str | None, form: dict[str, str]) -> Secret | Assertion:
    """One way of showing who one is, and no second (RFC 6749 §2.3)."""
    if "client_assertion" in form or "client_assertion_type" in form:
        if authorization is not None or "client_secret" in form:
            raise InvalidTokenRequest.for_repeated()
        if form.get("client_assertion_type") != assertions.TYPE:
            raise InvalidTokenRequest.for_assertion_type(assertions.TYPE)
        return Assertion(_needed(form, "client_assertion"), form.get("client_id"))
    if authorization is None:
        return Secret(_needed(form, "client_id"), _needed(form, "client_secret"))
    secret = _from_basic(authorization)
    if "client_secret" in form or form.get("client_id", secret.client_id) != secret.client_id:
        raise InvalidTokenRequest.for_repeated()
    return secret


def _needed(form: dict[str, str], name: str) -> str:
    if name not in form:
        raise InvalidClient.for_missing(name)
    return form[name]


def _from_basic(authorization: str) -> Secret:
    """RFC 6749 §2.3.1: both parts are form-encoded before they are joined."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, client_secret = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClient from None
    if scheme.lower() != "basic" or not colon:
        raise InvalidClient
    return Secret(unquote_plus(client_id), unquote_plus(client_secret))
