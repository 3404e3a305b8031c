"""Validation faults of pydantic in our words: pointer, code, a sentence. What was sent is never repeated."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from app.api.request_headers import is_json
from app.core.errors import FieldError, Text

Fault = Mapping[str, Any]

_HARMLESS_NAME = re.compile("(?!.*[0-9]{6})[A-Za-z0-9_.~/-]{1,64}")
"""What may be repeated of an unknown field: no person's name, and no number that belongs to one."""

_MISSING = Text("缺少必填字段。", "This field is required.")
_UNKNOWN = Text("没有这个字段，请删去。", "There is no such field; remove it.")
_WRONG_TYPE = Text("类型不对，请对照接口文档。", "The type is wrong; see the API reference.")
_WRONG_VALUE = Text("取值不合规，请对照接口文档。", "The value is not valid; see the API reference.")


def is_malformed(faults: Sequence[Fault]) -> bool:
    return any(fault["type"] == "json_invalid" for fault in faults)


def is_of_wrong_type(request: Request, faults: Sequence[Fault]) -> bool:
    """FastAPI hands a body of another media type on as raw bytes, which then fit no model."""
    is_whole_body = any(tuple(fault["loc"]) == ("body",) and fault["type"] != "missing" for fault in faults)
    return is_whole_body and not is_json(request)


def field_errors(faults: Sequence[Fault]) -> tuple[FieldError, ...]:
    return tuple(_field_error(fault) for fault in faults)


def _field_error(fault: Fault) -> FieldError:
    code, message = _verdict(fault["type"], fault.get("ctx", {}))
    location = fault["loc"]
    if code == "unknown_field" and not _HARMLESS_NAME.fullmatch(str(location[-1])):
        location = (*location[:-1], "…")
    return FieldError(_pointer(location), code, message)


def _pointer(location: Sequence[str | int]) -> str:
    """`/id_number` in a body; `/query/limit`, `/path/platform` and `/header/…` elsewhere."""
    parts = location[1:] if location and location[0] == "body" else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _verdict(kind: str, context: Mapping[str, Any]) -> tuple[str, Text]:
    if kind == "missing":
        return "missing_field", _MISSING
    if kind == "extra_forbidden":
        return "unknown_field", _UNKNOWN
    if kind.endswith(("_type", "_parsing", "_from_float")):
        return "invalid_type", _WRONG_TYPE
    return "invalid_value", _bounds(context) or _WRONG_VALUE


def _bounds(context: Mapping[str, Any]) -> Text | None:
    """The bound that was crossed, where pydantic names one; the bounds are ours, so they may be told."""
    for name, (zh, en) in _BOUNDS.items():
        if name in context:
            return Text(zh.format(context[name]), en.format(context[name]))
    return None


_BOUNDS = {
    "expected": ("取值应为 {}。", "The value should be {}."),
    "ge": ("不得小于 {}。", "Must be at least {}."),
    "gt": ("应大于 {}。", "Must be greater than {}."),
    "le": ("不得大于 {}。", "Must be at most {}."),
    "lt": ("应小于 {}。", "Must be less than {}."),
    "min_length": ("长度不得小于 {}。", "Must not be shorter than {}."),
    "max_length": ("长度不得大于 {}。", "Must not be longer than {}."),
    "pattern": ("格式应为 {}。", "Must match {}."),
}
