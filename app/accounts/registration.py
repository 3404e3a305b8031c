"""What a new client must say about itself, and what it is bound to then."""

import re
from datetime import datetime
from typing import NamedTuple

from stdnum.cn import uscc as uscc_number

from app.accounts import repository
from app.accounts.errors import PlatformDiffers, UnusableRegistration
from app.accounts.schemas import Registration
from app.core import districts
from app.core.errors import FieldError, Text
from app.core.vocabulary import Role
from app.db.session import WriteSession

_PLATFORM_CODE = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,64}")
_MAX_NAME = 500


class Bounds(NamedTuple):
    name: str
    platform: str | None
    uscc: str | None
    districts: list[str] | None


async def check(session: WriteSession, wanted: Registration, at: datetime) -> Bounds:
    """The bounds of the new client. Adds its platform where that is new."""
    _refuse_if(_misplaced(wanted))
    _refuse_if(_misspelt(wanted))
    if wanted.platform is not None:
        await _settle_platform(session, wanted, wanted.platform, at)
    name = wanted.name or wanted.platform or wanted.uscc or wanted.role.value
    return Bounds(
        name, wanted.platform, wanted.uscc, [districts.prefix_of(code) for code in wanted.districts] or None
    )


def _misplaced(wanted: Registration) -> list[FieldError]:
    """Each role is bound by its own field, and by no other."""
    is_platform, is_enterprise = wanted.role is Role.platform, wanted.role is Role.enterprise
    errors = [] if wanted.role.is_program else [_PROGRAMS_ONLY]
    if is_platform != (wanted.platform is not None):
        errors.append(_FOR_PLATFORM_ONLY)
    if wanted.kind is not None and not is_platform:
        errors.append(_KIND_FOR_PLATFORM_ONLY)
    if is_enterprise != (wanted.uscc is not None):
        errors.append(_FOR_ENTERPRISE_ONLY)
    if wanted.districts and wanted.role is not Role.regulator:
        errors.append(_FOR_REGULATOR_ONLY)
    return errors


def _misspelt(wanted: Registration) -> list[FieldError]:
    errors = []
    if wanted.platform is not None and not _PLATFORM_CODE.fullmatch(wanted.platform):
        errors.append(_BAD_PLATFORM)
    if wanted.uscc is not None and not _is_uscc(wanted.uscc):
        errors.append(_BAD_USCC)
    if not all(districts.FORM.fullmatch(code) for code in wanted.districts):
        errors.append(_BAD_DISTRICT)
    if wanted.name is not None and not (0 < len(wanted.name) <= _MAX_NAME and wanted.name.isprintable()):
        errors.append(_BAD_NAME)
    return errors


def _is_uscc(number: str) -> bool:
    """In the spelling that feeds use: no spaces, capitals."""
    return bool(uscc_number.is_valid(number)) and uscc_number.compact(number) == number


async def _settle_platform(session: WriteSession, wanted: Registration, code: str, at: datetime) -> None:
    known = await repository.platform(session, code)
    if known is None:
        if wanted.kind is None:
            raise _refusal([_KIND_OF_NEW_PLATFORM])
        await repository.add_platform(session, code=code, kind=wanted.kind, name=wanted.name or code, at=at)
    elif wanted.kind is not None and wanted.kind != known.kind:
        raise PlatformDiffers(code, known.kind)


def _refuse_if(errors: list[FieldError]) -> None:
    if errors:
        raise _refusal(errors)


def _refusal(errors: list[FieldError]) -> UnusableRegistration:
    zh, en = ("".join(error.message.zh for error in errors), " ".join(error.message.en for error in errors))
    return UnusableRegistration(Text(zh, en), errors=tuple(errors))


def _fault(pointer: str, code: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer, code, Text(zh, en))


_PROGRAMS_ONLY = _fault(
    "/role",
    "invalid_value",
    "客户端是程序：角色只能是 platform、regulator 或 enterprise；人员请用 supervise users add。",
    "A client is a program: its role is platform, regulator or enterprise. People: supervise users add.",
)
_FOR_PLATFORM_ONLY = _fault(
    "/platform",
    "invalid_value",
    "角色 platform 必须给出 platform，其他角色不得给出。",
    "Role platform needs a platform, other roles have none.",
)
_KIND_FOR_PLATFORM_ONLY = _fault(
    "/kind", "invalid_value", "kind 只用于角色 platform。", "Kind is for role platform only."
)
_FOR_ENTERPRISE_ONLY = _fault(
    "/uscc",
    "invalid_value",
    "角色 enterprise 必须给出 uscc，其他角色不得给出。",
    "Role enterprise needs a uscc, other roles have none.",
)
_FOR_REGULATOR_ONLY = _fault(
    "/districts",
    "invalid_value",
    "districts 只用于角色 regulator。",
    "Districts are for role regulator only.",
)
_KIND_OF_NEW_PLATFORM = _fault(
    "/kind",
    "missing_field",
    "新平台必须给出 kind（live 或 vod）。",
    "A new platform needs its kind (live or vod).",
)
_BAD_PLATFORM = _fault(
    "/platform",
    "invalid_value",
    "平台代码为 1-64 个 A-Z a-z 0-9 _ . : - 字符。",
    "A platform code is 1-64 characters of A-Z a-z 0-9 _ . : -.",
)
_BAD_USCC = _fault(
    "/uscc",
    "invalid_uscc",
    "uscc 不是有效的统一社会信用代码（18 位大写）。",
    "The uscc is not a valid unified social credit code (18 characters, capitals).",
)
_BAD_DISTRICT = _fault(
    "/districts",
    "invalid_value",
    "行政区划代码为 2、4 或 6 位数字（GB/T 2260）。",
    "A district code has 2, 4 or 6 digits (GB/T 2260).",
)
_BAD_NAME = _fault(
    "/name",
    "invalid_value",
    "名称为 1-500 个可显示字符。",
    "A name has 1-500 printable characters.",
)
