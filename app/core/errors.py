"""The families of errors. Rooms raise them, doors translate them (style.md 15, 16).

An error is a class that writes its own sentence in Chinese and English: what happened, to what,
what to do next. It never repeats an ID number, an account or a secret.
"""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple


class Text(NamedTuple):
    """One sentence in both languages of the platform."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class FieldError(NamedTuple):
    """One field at fault: where (JSON pointer, RFC 6901), the stable code, and the remedy in words."""

    pointer: str
    code: str
    message: Text
    current_revision: int | None = None
    """Of a `revision_conflict`: the revision that stands."""


class AppError(Exception):
    """Becomes `application/problem+json` (RFC 9457) at a door. `code` is stable, the rest is for people."""

    status: ClassVar[int] = 500
    code: str = "internal_error"
    title: Text = Text("内部错误", "Internal error")

    def __init__(
        self,
        detail: Text,
        *,
        errors: tuple[FieldError, ...] = (),
        extension: Mapping[str, object] | None = None,
    ) -> None:
        """`extension`: further members of the problem (RFC 9457 §3.2), ready for JSON."""
        super().__init__(detail.en)
        self.detail = detail
        self.errors = errors
        self.extension = extension or {}


class BadRequest(AppError):
    status = 400
    code = "bad_request"
    title = Text("请求有误", "Bad request")


class Unauthenticated(AppError):
    status = 401
    code = "unauthenticated"
    title = Text("未通过身份验证", "Not authenticated")


class Forbidden(AppError):
    status = 403
    code = "forbidden"
    title = Text("无权进行此操作", "Not allowed")


class NotFound(AppError):
    status = 404
    code = "not_found"
    title = Text("未找到", "Not found")


class Conflict(AppError):
    status = 409
    code = "conflict"
    title = Text("与当前状态冲突", "Conflict with the current state")


class Gone(AppError):
    status = 410
    code = "gone"
    title = Text("已处置", "Disposed of")


class TooLarge(AppError):
    status = 413
    code = "too_large"
    title = Text("请求过大", "Too large")


class UnsupportedMediaType(AppError):
    status = 415
    code = "unsupported_media_type"
    title = Text("不支持的内容类型", "Unsupported media type")


class Invalid(AppError):
    """The message itself is malformed; 422 means nothing else."""

    status = 422
    code = "invalid"
    title = Text("内容不合规", "Invalid content")


class RequestTimeout(AppError):
    status = 408
    code = "request_timeout"
    title = Text("请求超时", "Request timed out")


class TooManyRequests(AppError):
    """The caller asks for more than its share, and may come back after `retry_after_s` seconds."""

    status = 429
    code = "too_many_requests"
    title = Text("请求过多", "Too many requests")

    def __init__(self, detail: Text, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(AppError):
    """Nothing was stored; the caller may repeat the request after `retry_after_s` seconds."""

    status = 503
    code = "unavailable"
    title = Text("暂时不可用", "Temporarily unavailable")

    def __init__(self, detail: Text, *, retry_after_s: int = 2) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s
