"""Who and what is meant: platform-local ids, ID numbers, credit codes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from typing import Any, ClassVar

from app.core.errors import Text
from app.ingest.kinds.kind import Kind, lines_of, string
from app.ingest.problems import Code, Problem, invalid_value
from app.privacy.fields import PersonalKind
from app.privacy.id_number import birth_date

ID = r"(?!\.\.?(?:\n|\Z))[A-Za-z0-9_.:-]{1,64}"
ONE_ID = re.compile(ID)
MANY_IDS = re.compile(f"{ID}(?:\n{ID})*")
ID_NUMBER_LENGTH = 18
USCC = re.compile("[0-9]{8}[0-9A-HJ-NPQRTUWXY]{10}")
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)


def is_id_number(text: str) -> bool:
    return len(text) == ID_NUMBER_LENGTH and birth_date(text) is not None


@dataclass(frozen=True, slots=True)
class Identifier(Kind):
    """An id that means something together with its platform."""

    personal: bool = False
    """It stands for a human being, and must not be the ID number itself."""

    def hint(self) -> Text | None:
        if not self.personal:
            return None
        return Text("平台内部编号，不得使用身份证件号码。", "The platform's own id; never an ID number.")

    def read(self, value: object) -> str:
        text = string(value)
        if not ONE_ID.fullmatch(text):
            raise invalid_value(
                "应为 1–64 个字符，只可使用 A-Z a-z 0-9 _ . : -，且不得为 . 或 .. 。",
                "must have 1 to 64 characters of A-Z a-z 0-9 _ . : - and not be . or ..",
            )
        if self.personal and is_id_number(text):
            raise invalid_value(
                "不得使用身份证件号码作为编号，请改用平台内部编号。",
                "must not be an ID number; use an id of the platform's own.",
            )
        return text

    def read_all(self, values: Sequence[object]) -> Sequence[Any]:
        text = lines_of(values)
        if text is None or not MANY_IDS.fullmatch(text) or (self.personal and _hold_id_number(values)):
            return Kind.read_all(self, values)
        return values

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": r"^(?!\.\.?$)[A-Za-z0-9_.:-]{1,64}$"}


def _hold_id_number(ids: Sequence[Any]) -> bool:
    return any(birth_date(text) for text in set(ids) if len(text) == ID_NUMBER_LENGTH)


@dataclass(frozen=True, slots=True)
class IdNumber(Kind):
    """GB 11643 by form, birth date and check character; the region is not asked. Stored sealed."""

    suffix: ClassVar[str] = "_sealed"
    holds: ClassVar[PersonalKind] = PersonalKind.id_number

    def hint(self) -> Text:
        return Text(
            "居民身份证号码（GB 11643），校验格式、出生日期和校验码；加密保存。",
            "Resident ID number (GB 11643), checked by form, birth date and check character; "
            "stored encrypted.",
        )

    def read(self, value: object) -> str:
        text = string(value)
        if birth_date(text) is None:
            raise Problem(
                Code.invalid_id_number,
                Text(
                    "不是有效的居民身份证号码（18 位，出生日期或校验码不符）。请核对证件后更正。",
                    "is not a valid ID number (18 characters with a birth date and a check character). "
                    "Compare it with the card and correct it.",
                ),
            )
        return text.upper()

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^[1-9][0-9]{16}[0-9Xx]$"}


@dataclass(frozen=True, slots=True)
class Uscc(Kind):
    """统一社会信用代码 (GB 32100)."""

    def hint(self) -> Text:
        return Text(
            "18 位统一社会信用代码（GB 32100），校验字符集和校验码。",
            "Unified social credit code (GB 32100), 18 characters with a check character.",
        )

    def read(self, value: object) -> str:
        text = string(value)
        if not _is_uscc(text):
            raise Problem(
                Code.invalid_uscc,
                Text(
                    "不是有效的统一社会信用代码（18 位大写字母和数字，校验码不符）。请核对营业执照后更正。",
                    "is not a valid unified social credit code (18 capital letters and digits with a check "
                    "character). Compare it with the business licence and correct it.",
                ),
            )
        return text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"}


@lru_cache(maxsize=10_000)  # the class groups of a batch are those of some enterprises and institutions
def _is_uscc(text: str) -> bool:
    """The check character has weight 1 and makes the sum whole."""
    return bool(USCC.fullmatch(text)) and sum(map(mul, map(USCC_SIGNS.index, text), USCC_WEIGHTS)) % 31 == 0
