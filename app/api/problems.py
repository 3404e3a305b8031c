"""The one place where errors become `application/problem+json` (RFC 9457), in the caller's language."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app.accounts.errors import InvalidClient, NotAllowed, TokenMissing
from app.api.faults import field_errors, is_malformed, is_of_wrong_type
from app.api.language import language_of
from app.core.errors import (
    AppError,
    BadRequest,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Text,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from app.core.logs import kinds
from app.trail.denials import denied
from app.trail.schemas import UNKNOWN

log = structlog.get_logger("supervise.requests")

MEDIA_TYPE = "application/problem+json"
CLIENT_ID = re.compile("[a-z]+-[0-9a-f]{16}")
"""What else is claimed to be one may be anything, and is not repeated."""


class FieldProblem(BaseModel):
    """One field at fault."""

    pointer: str = Field(title="位置 / Where", description="JSON Pointer (RFC 6901)", examples=["/status"])
    code: str = Field(title="错误码 / Code", examples=["invalid_value"])
    message: str = Field(title="说明 / What to do", examples=["取值应为 present、late……之一。"])


class Problem(BaseModel):
    """错误（RFC 9457）。An error: `code` is stable and for programs, the words are for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(title="类型 / Type", examples=["urn:supervise:problem:not_found"])
    title: str = Field(title="标题 / Title", examples=["未找到"])
    status: int = Field(title="HTTP 状态码 / HTTP status", examples=[404])
    detail: str = Field(title="详情 / Detail", examples=["没有这个批次。"])
    code: str = Field(title="错误码 / Code", examples=["not_found"])
    errors: list[FieldProblem] | None = Field(default=None, title="出错的字段 / Fields at fault")


class MalformedBody(BadRequest):
    code = "malformed_body"
    title = Text("请求体无法读取", "Body cannot be read")


class MethodNotAllowed(AppError):
    status = 405
    code = "method_not_allowed"
    title = Text("不支持的方法", "Method not allowed")


class InternalError(AppError):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "服务器出错。可放心重试同一请求；如仍失败，请提供响应头 X-Request-Id。",
                "The server failed. It is safe to send the same request again; if it fails again, "
                "quote the header X-Request-Id.",
            )
        )


def answer(request: Request, error: AppError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    request.state.problem = error.code  # for the line that the log gets of the request
    return JSONResponse(
        problem_of(error, language_of(request)),
        status_code=error.status,
        headers={**_headers(error), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def problem_of(error: AppError, language: str) -> dict[str, Any]:
    """The members of the problem, ready for JSON."""
    content: dict[str, Any] = {
        "type": f"urn:supervise:problem:{error.code}",
        "title": error.title.in_language(language),
        "status": error.status,
        "detail": error.detail.in_language(language),
        "code": error.code,
        **error.extension,
    }
    if error.errors:
        content["errors"] = [_field(fault, language) for fault in error.errors]
    return content


def _field(fault: FieldError, language: str) -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "message": fault.message.in_language(language)}


def _headers(error: AppError) -> Mapping[str, str]:
    if isinstance(error, Unavailable | TooManyRequests):
        return {"Retry-After": str(error.retry_after_s)}
    return next((headers for family, headers in _HEADERS.items() if isinstance(error, family)), {})


_HEADERS: dict[type[AppError], dict[str, str]] = {
    InvalidClient: {"WWW-Authenticate": 'Basic realm="supervise", charset="UTF-8"'},
    TokenMissing: {"WWW-Authenticate": 'Bearer realm="supervise"'},
    Unauthenticated: {"WWW-Authenticate": 'Bearer realm="supervise", error="invalid_token"'},
    NotAllowed: {"WWW-Authenticate": 'Bearer realm="supervise", error="insufficient_scope"'},
}
"""Narrow families before wide ones."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: the refusals that are its own."""
    return {
        status: {
            **REFERENCE,
            **(RETRY_AFTER if status in COME_BACK else {}),
            "description": HTTPStatus(status).phrase,
        }
        for status in statuses
    }


COME_BACK = (TooManyRequests.status, Unavailable.status)
RETRY_AFTER = {
    "headers": {
        "Retry-After": {
            "description": "多少秒后可以重试。Seconds after which to try again.",
            "schema": {"type": "integer", "minimum": 1},
        }
    }
}


REFERENCE = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


async def _on_app_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 (registered for nothing else)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error  # its words are for the operator; the guard logs where it came from and tells nothing
    await note(request, error)
    return answer(request, error)


async def note(request: Request, error: AppError) -> None:
    """For those who run the platform: a denial in the trail, what kept it from serving in the log."""
    if isinstance(error, Forbidden | InvalidClient):
        await _note_denial(request, error)
    if isinstance(error, Unavailable) and error.__cause__:
        log.warning("request could not be served", code=error.code, failure=kinds(error))


async def _note_denial(request: Request, error: AppError) -> None:
    """Whom the table refuses, and programs that do not show who they are; people's sign-ins see to theirs."""
    state = request.scope.get("state", {})
    actor = state.get("caller", UNKNOWN)
    action = state.get("action", "token:issue" if isinstance(error, InvalidClient) else error.code)
    claimed = state.get("claimed_client_id", "")
    subject = {"client_id": claimed} if CLIENT_ID.fullmatch(claimed) else {}
    await denied(request.app.state.resources.database, actor, action, subject, code=error.code)


async def on_http_error(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses before a route is found."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return answer(request, of_status(error.status_code), error.headers)


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return answer(request, of_faults(request, error.errors()))


def of_faults(request: Request, faults: Sequence[Mapping[str, Any]]) -> AppError:
    """What the framework finds wrong with parameters or a body, in our words."""
    if is_of_wrong_type(request, faults):
        return of_status(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if is_malformed(faults):
        return of_status(HTTPStatus.BAD_REQUEST)
    return Invalid(
        Text("请求中有字段不合规，详见 errors。", "Some fields of the request are not valid, see errors."),
        errors=field_errors(faults),
    )


def of_status(status: int) -> AppError:
    """What the framework itself refuses, in our words."""
    match status:
        case HTTPStatus.BAD_REQUEST:
            return MalformedBody(
                Text(
                    "请求体不是有效的 JSON。请以 UTF-8 编码发送，不带字节序标记（BOM）。",
                    "The body is not valid JSON. Send it in UTF-8, without a byte order mark.",
                )
            )
        case HTTPStatus.NOT_FOUND:
            return NotFound(
                Text(
                    "没有这个地址。接口列表见 /docs。",
                    "There is nothing at this address. See /docs for what there is.",
                )
            )
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed(
                Text(
                    "此地址不支持该方法，可用方法见 Allow。",
                    "This address does not know the method; see Allow for those it knows.",
                )
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TooLarge(Text("请求体超过此地址的上限。", "The body exceeds what this address accepts."))
        case HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
            return UnsupportedMediaType(
                Text(
                    "请以 Content-Type: application/json 发送。", "Send it as Content-Type: application/json."
                )
            )
        case _:
            return InternalError()


def install(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _on_app_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
