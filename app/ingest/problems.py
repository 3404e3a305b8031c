"""What can be wrong with a value or a record: the stable code, and a sentence with the remedy.

No sentence repeats a value: it may be an ID number in the wrong place.
"""

from enum import StrEnum
from functools import cache, lru_cache

from app.core.errors import FieldError, Text
from app.ingest.flaws import Flaw


class Code(StrEnum):
    """The record error codes of the API contract."""

    missing_field = "missing_field"
    unknown_field = "unknown_field"
    invalid_type = "invalid_type"
    invalid_value = "invalid_value"
    invalid_id_number = "invalid_id_number"
    invalid_uscc = "invalid_uscc"
    naive_timestamp = "naive_timestamp"
    timestamp_in_future = "timestamp_in_future"
    invalid_interval = "invalid_interval"
    unknown_programme = "unknown_programme"
    malformed_record = "malformed_record"
    revision_conflict = "revision_conflict"


class Problem(Exception):
    """Raised by what reads a value, which does not know the field's name; `at` adds it."""

    def __init__(self, code: Code, reason: Text, part: str = "") -> None:
        """`part`: the rest of the pointer inside the field, such as `/0` of a list."""
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.part = part

    def at(self, name: str) -> FieldError:
        return fault(name, self.code, self.reason, self.part)


@lru_cache(maxsize=4096)  # ten thousand records of a batch may be wrong in the same few ways
def fault(name: str, code: Code, reason: Text, part: str = "") -> FieldError:
    return FieldError(f"/{name}{part}", code, Text(f"{name}：{reason.zh}", f"{name}: {reason.en}"))


def invalid_type(expected: Text) -> Problem:
    return Problem(Code.invalid_type, Text(f"类型应为{expected.zh}。", f"must be {expected.en}."))


def invalid_value(zh: str, en: str) -> Problem:
    return Problem(Code.invalid_value, Text(zh, en))


@cache  # there are as many as the feeds have fields, and a batch may lack them ten thousand times
def missing(name: str) -> FieldError:
    reason = Text("缺少此必填字段，请补上后重新发送。", "is required; add it and send the record again.")
    return fault(name, Code.missing_field, reason)


def unknown(name: str | None) -> FieldError:
    """None: a name that might itself be personal data and is not repeated."""
    if name is not None:
        reason = Text(
            "没有这个字段，请删去或更正字段名。", "there is no such field; remove it or correct its name."
        )
        return fault(name, Code.unknown_field, reason)
    return FieldError(
        "",
        Code.unknown_field,
        Text(
            "记录中有本数据集没有的字段（字段名在此不予重复），请删去。",
            "The record has a field that this feed does not know (its name is not repeated here); remove it.",
        ),
    )


def malformed(flaw: Flaw) -> FieldError:
    """A line that is no JSON object, or one that cannot be read."""
    reason, place = flaw.reason, flaw.place
    return FieldError(
        "",
        Code.malformed_record,
        Text(
            f"此记录无法读取{place.zh}：{reason.zh}。一条记录是一个 UTF-8 编码的 JSON 对象，"
            "在 NDJSON 中独占一行。请修正后重新发送。",
            f"This record cannot be read{place.en}: {reason.en}. A record is one JSON object in UTF-8, "
            "in NDJSON on a line of its own. Mend it and send it again.",
        ),
    )


def revision_conflict(current_revision: int) -> FieldError:
    return FieldError(
        "/revision",
        Code.revision_conflict,
        Text(
            f"revision：该版本（{current_revision}）已收到过，但内容不同。如需更正，请使用更大的 revision。",
            f"revision: this revision ({current_revision}) was received before with other content. "
            "To correct the record, send it with a higher revision.",
        ),
        current_revision,
    )
