"""Free text, and text of a fixed form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core.errors import Text
from app.ingest.kinds.kind import Kind, lines_of, string
from app.ingest.problems import invalid_value
from app.privacy.fields import PersonalKind

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, and halves of surrogate pairs, which are no characters at all."""
CONTROL_BUT_LINE_BREAK = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
HTTPS = re.compile(r"https://[^\s/?#@\x00-\x1f\x7f-\x9f]+(?:[/?#][^\s\x00-\x1f\x7f-\x9f]*)?")
MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
LONGEST = 500
LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class FreeText(Kind):
    """Every character of GB 18030 stays as it is, beyond the basic plane too."""

    most: int = LONGEST
    blank: bool = False
    """May be empty or consist of spaces."""
    holds: PersonalKind | None = None
    """Of a person."""

    def read(self, value: object) -> str:
        text = string(value)
        if len(text) > self.most:
            raise invalid_value(
                f"不得超过 {self.most} 个字符。", f"must have at most {self.most} characters."
            )
        if CONTROL.search(text):
            raise invalid_value(
                "不得含有控制字符（如换行、制表符）。",
                "must not contain control characters such as line breaks or tabs.",
            )
        if not self.blank and not text.strip():
            raise invalid_value("不得为空白。", "must not be blank.")
        return text

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        text = lines_of(values)
        return values if text is not None and self._are_fine(values, text) else Kind.read_all(self, values)

    def _are_fine(self, values: Sequence[str], lines: str) -> bool:
        return (
            max(map(len, values)) <= self.most
            and not CONTROL_BUT_LINE_BREAK.search(lines)
            and (self.blank or all(map(str.strip, values)))
        )

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": self.most, **({} if self.blank else {"pattern": r"\S"})}


@dataclass(frozen=True, slots=True)
class SealedText(FreeText):
    """Phones and accounts: stored encrypted."""

    suffix: ClassVar[str] = "_sealed"
    blank: bool = True
    holds: PersonalKind | None = PersonalKind.phone

    def hint(self) -> Text:
        return Text("加密保存，读取时部分隐藏。", "Stored encrypted, read back masked.")


@dataclass(frozen=True, slots=True)
class MobilePhone(SealedText):
    """Any text is accepted; whether it has the form of a mobile number is a fact that rules may ask for."""


def is_mobile(phone: str) -> bool:
    """11 digits, as they are dialled in mainland China.

    >>> is_mobile("13800138000"), is_mobile("010-12345678")
    (True, False)
    """
    return bool(MOBILE.fullmatch(phone.strip()))


@dataclass(frozen=True, slots=True)
class Pattern(Kind):
    """Text of a fixed form, which no line break fits."""

    form: str
    expected: Text

    def hint(self) -> Text:
        return Text(f"{self.expected.zh}。", f"{self.expected.en[0].upper()}{self.expected.en[1:]}.")

    def read(self, value: object) -> str:
        text = string(value)
        if not re.fullmatch(self.form, text):
            raise invalid_value(f"应为{self.expected.zh}。", f"must be {self.expected.en}.")
        return text

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        text = lines_of(values)
        are_fine = text is not None and re.fullmatch(f"(?:(?:{self.form})\n)*(?:{self.form})", text)
        return values if are_fine else Kind.read_all(self, values)

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.form})$"}


@dataclass(frozen=True, slots=True)
class Url(Kind):
    def read(self, value: object) -> str:
        text = string(value)
        if len(text) > LONGEST_URL or not HTTPS.fullmatch(text):
            raise invalid_value(
                f"应为以 https:// 开头的网址，不含空格，不超过 {LONGEST_URL} 个字符。",
                "must be an address that starts with https://, without spaces, "
                f"at most {LONGEST_URL} characters.",
            )
        return text

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "uri", "pattern": "^https://", "maxLength": LONGEST_URL}
