"""The OpenAPI document: what FastAPI knows, with our problems, our scopes and the roles of each route."""

from collections.abc import Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from app.accounts.authorisation import TABLE, Action
from app.api.deps import action_of
from app.api.feed_reference import record_schemas
from app.api.limits import EXEMPT
from app.api.problems import REFERENCE, Problem, documented
from app.core.vocabulary import Role

DESCRIPTION = """培训平台推送记录，监管部门查看合规情况，企业查看补贴资格。
Platforms push records, regulators see who complies, enterprises see who is eligible.

- 时间为带时区的 RFC 3339，日期为 `YYYY-MM-DD`，金额为整数分。
  Instants are RFC 3339 with offset, dates `YYYY-MM-DD`, money is integer fen.
- 说明文字为中文；`Accept-Language: en` 返回英文。字段名与错误码始终为英文。
  Words are Chinese, or English with `Accept-Language: en`; field names and codes are English.
- 错误为 `application/problem+json`（RFC 9457），`code` 稳定不变；每个回答带有 `X-Request-Id`。
  Errors are `application/problem+json` (RFC 9457) with a stable `code`; every answer has an `X-Request-Id`.
- 列表按游标翻页：`limit` 默认 50、最多 500，`next_cursor` 为 null 时结束。
  Lists are paged by cursor: `limit` is 50, at most 500; the last page has `next_cursor` null.
- 他人的对象返回 404，角色不符返回 403。
  Others' objects are answered 404, a wrong role 403.
"""


def _programs(action: Action) -> list[Role]:
    """Those that ask with a token; people ask with their session."""
    return [role for role in TABLE[action] if role.is_program]


_METHODS = ("get", "post", "put", "patch", "delete")
_SECURITY_SCHEMES = {
    "oauth2": {
        "type": "oauth2",
        "description": "客户端凭证。Client credentials.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {
                    action.value: "、".join(_programs(action)) for action in Action if _programs(action)
                },
            }
        },
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-session",
        "description": "登录人员的会话。The session of a person who has signed in.",
    },
    "basic": {"type": "http", "scheme": "basic", "description": "client_id : client_secret"},
}


_REQUEST_ID = "X-Request-Id"
_HEADERS = {
    _REQUEST_ID: {
        "description": "请求编号；可由调用方给出。Id of the request; a caller may choose it.",
        "required": True,
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": "认证方式（RFC 9110）。How to authenticate.",
        "required": True,
        "schema": {"type": "string"},
    },
}
_OF_EVERY_ROUTE = (400, 413)
"""An address that holds NUL; a body where none, or a small one, is expected."""
_OF_THE_DATABASE = (503,)


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """Made once per application."""
    if app.openapi_schema is None:
        app.openapi_schema = _document(app)
    return app.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=version("supervise"), description=DESCRIPTION, routes=app.routes
    )
    actions = dict(_actions(app))
    for path, operations in document["paths"].items():
        for method in _METHODS & operations.keys():
            _complete(operations[method], actions[path, method])
            if path not in EXEMPT:
                _add_limit(operations[method])
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SECURITY_SCHEMES
    components["headers"] = _HEADERS
    components["schemas"] = dict(sorted(_schemas(components.get("schemas", {})).items()))
    return document


def _actions(app: FastAPI) -> Iterator[tuple[tuple[str, str], Action | None]]:
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            yield (route.path_format or "", method.lower()), action_of(route.dependant)


def _complete(operation: dict[str, Any], action: Action | None) -> None:
    responses = operation["responses"]
    refusals = documented(*_OF_EVERY_ROUTE)
    if action is not None:
        by_token = [{"oauth2": [action.value]}] if _programs(action) else []
        by_session: list[dict[str, list[str]]] = (
            [] if TABLE[action].keys() <= set(_programs(action)) else [{"session": []}]
        )
        operation["security"] = by_token + by_session
        roles = "、".join(TABLE[action])
        operation["description"] = f"{operation.get('description', '')}\n\n角色 / Roles: {roles}".strip()
        refusals |= documented(401, 403, *_OF_THE_DATABASE)
    if "422" in responses:
        responses["422"] = {**REFERENCE, "description": "Unprocessable Content"}
    all_of_them: dict[str, Any] = {str(status): refusal for status, refusal in refusals.items()} | responses
    all_of_them["default"] = {**REFERENCE, "description": "错误 / Error"}
    operation["responses"] = {
        status: response | {"headers": _headers(status, response)}
        for status, response in sorted(all_of_them.items())
    }


def _add_limit(operation: dict[str, Any]) -> None:
    """Whoever asks too often hears so everywhere."""
    (status, refusal), *_ = documented(HTTPStatus.TOO_MANY_REQUESTS).items()
    responses = operation["responses"]
    responses.setdefault(str(status), refusal | {"headers": refusal["headers"] | _headers("429", {})})
    operation["responses"] = dict(sorted(responses.items()))


def _headers(status: str, response: dict[str, Any]) -> dict[str, Any]:
    names = [_REQUEST_ID, *(["WWW-Authenticate"] if status == "401" else [])]
    known: dict[str, Any] = response.get("headers", {})
    return known | {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _schemas(known: dict[str, Any]) -> dict[str, Any]:
    """Problems take the place of FastAPI's own shape of errors."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    ours = {**problem.pop("$defs"), "Problem": problem}
    theirs = {"HTTPValidationError", "ValidationError"}
    kept = {name: schema for name, schema in known.items() if name not in theirs}
    return kept | ours | record_schemas()
