"""What must be said of a new person, and fit together: role, login, name, and what the role is bound to."""

import re
import unicodedata
from typing import Any

from stdnum.cn import uscc as uscc_number

from app.core import districts
from app.core.errors import FieldError, Text
from app.core.vocabulary import Role
from app.people.errors import UnusableUser
from app.people.schemas import NewUser
from app.privacy.redaction import redact_text

OF_DISTRICTS = frozenset({Role.clerk, Role.reviewer, Role.approver, Role.auditor})
ADDED_BY_HAND = OF_DISTRICTS | {Role.operator, Role.agent, Role.administrator}
"""A learner comes by a link; programs are clients."""
MAX_NAME = 100
_LOGIN = re.compile("[a-z][a-z0-9._-]{2,63}")
_PLATFORM_CODE = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9_.:-]{1,64}")


def normalised_login(login: str) -> str:
    """As it is stored and compared."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def is_login(login: str) -> bool:
    """Whether it may be one; an ID number or a phone is none."""
    return bool(_LOGIN.fullmatch(login)) and redact_text(login) == login


def checked(wanted: NewUser) -> dict[str, Any]:
    """The columns that say who the person is; raises `UnusableUser` with all that does not fit."""
    login = normalised_login(wanted.login)
    _refuse_if([*_of_the_person(login, wanted.display_name), *_of_the_bounds(wanted)])
    return {"login": login, "display_name": wanted.display_name, **_bounds(wanted)}


def checked_bounds(wanted: NewUser) -> dict[str, Any]:
    """Likewise, of the role and what it is bound to alone."""
    _refuse_if(_of_the_bounds(wanted))
    return _bounds(wanted)


def _bounds(wanted: NewUser) -> dict[str, Any]:
    return {
        "role": wanted.role.value,
        "platform": wanted.platform,
        "uscc": wanted.uscc,
        "districts": [districts.prefix_of(code) for code in wanted.districts] or None,
    }


def _of_the_person(login: str, display_name: str) -> list[FieldError]:
    """A login stands in logs: it may be nobody's ID number or phone."""
    errors = []
    if not is_login(login):
        errors.append(_BAD_LOGIN)
    is_name = 0 < len(display_name) <= MAX_NAME and display_name.isprintable()
    if not is_name or redact_text(display_name) != display_name:
        errors.append(_BAD_NAME)
    return errors


def _of_the_bounds(wanted: NewUser) -> list[FieldError]:
    errors = []
    if wanted.role not in ADDED_BY_HAND:
        errors.append(_BAD_ROLE)
    if (wanted.role is Role.operator) != (wanted.platform is not None):
        errors.append(_FOR_OPERATOR_ONLY)
    elif wanted.platform is not None and not _PLATFORM_CODE.fullmatch(wanted.platform):
        errors.append(_BAD_PLATFORM)
    if (wanted.role is Role.agent) != (wanted.uscc is not None):
        errors.append(_FOR_AGENT_ONLY)
    elif wanted.uscc is not None and not _is_uscc(wanted.uscc):
        errors.append(_BAD_USCC)
    if wanted.districts and wanted.role not in OF_DISTRICTS:
        errors.append(_FOR_REGULATORS_ONLY)
    elif not all(districts.FORM.fullmatch(code) for code in wanted.districts):
        errors.append(_BAD_DISTRICT)
    return errors


def _is_uscc(number: str) -> bool:
    """In the spelling that feeds use: no spaces, capitals."""
    return bool(uscc_number.is_valid(number)) and uscc_number.compact(number) == number


def _refuse_if(errors: list[FieldError]) -> None:
    if errors:
        zh, en = "".join(each.message.zh for each in errors), " ".join(each.message.en for each in errors)
        raise UnusableUser(Text(zh, en), errors=tuple(errors))


def _fault(pointer: str, code: str, zh: str, en: str) -> FieldError:
    return FieldError(pointer, code, Text(zh, en))


_BAD_LOGIN = _fault(
    "/login",
    "invalid_value",
    "登录名为 3-64 个小写字母、数字、. _ -，以字母开头，不得含身份证号码或手机号。",
    "A login is 3-64 small letters, digits and . _ -, begins with a letter, and holds no ID number or phone.",
)
_BAD_NAME = _fault(
    "/display_name",
    "invalid_value",
    f"姓名为 1-{MAX_NAME} 个可显示字符，不得含身份证号码或手机号。",
    f"A name is 1-{MAX_NAME} printable characters and holds no ID number or phone.",
)
_BAD_ROLE = _fault(
    "/role",
    "invalid_value",
    "此角色不属于人员：程序请用 clients add，学员请发放一次性链接。",
    "This is no role of a person: programs are clients, and learners come by a one-time link.",
)
_FOR_OPERATOR_ONLY = _fault(
    "/platform",
    "invalid_value",
    "角色 operator 必须给出 platform，其他角色不得给出。",
    "Role operator needs a platform, other roles have none.",
)
_BAD_PLATFORM = _fault(
    "/platform",
    "invalid_value",
    "平台代码为 1-64 个 A-Z a-z 0-9 _ . : - 字符。",
    "A platform code is 1-64 characters of A-Z a-z 0-9 _ . : -.",
)
_FOR_AGENT_ONLY = _fault(
    "/uscc",
    "invalid_value",
    "角色 agent 必须给出 uscc，其他角色不得给出。",
    "Role agent needs a uscc, other roles have none.",
)
_BAD_USCC = _fault("/uscc", "invalid_uscc", "统一社会信用代码无效。", "The uscc is not valid.")
_FOR_REGULATORS_ONLY = _fault(
    "/districts",
    "invalid_value",
    "districts 只用于 clerk、reviewer、approver、auditor。",
    "Districts are for clerk, reviewer, approver and auditor only.",
)
_BAD_DISTRICT = _fault(
    "/districts",
    "invalid_value",
    "行政区划代码为 2、4 或 6 位数字（GB/T 2260）。",
    "A district code is 2, 4 or 6 digits (GB/T 2260).",
)
