"""Record rules about intervals: none ends before it starts."""

from datetime import timedelta
from typing import Any

from app.core.errors import FieldError, Text
from app.ingest.definition import Circumstances, Rule
from app.ingest.problems import Code, fault

DAY = timedelta(days=1)


def ends_after(start: str, end: str) -> Rule:
    """The interval has a length."""

    def find(_: Circumstances, starts: Any, ends: Any) -> FieldError | None:  # noqa: ANN401 (any that compare)
        if starts is None or ends is None or starts < ends:
            return None
        return fault(end, Code.invalid_interval, Text(f"应晚于 {start}。", f"must be later than {start}."))

    return Rule((start, end), find)


def not_before(start: str, end: str) -> Rule:
    """The interval may be empty."""

    def find(_: Circumstances, starts: Any, ends: Any) -> FieldError | None:  # noqa: ANN401
        if starts is None or ends is None or starts <= ends:
            return None
        return fault(
            end, Code.invalid_interval, Text(f"不得早于 {start}。", f"must not be earlier than {start}.")
        )

    return Rule((start, end), find)


def within_a_day(start: str, end: str) -> Rule:
    def find(_: Circumstances, starts: Any, ends: Any) -> FieldError | None:  # noqa: ANN401
        if starts is None or ends is None or ends - starts <= DAY:
            return None
        return fault(
            end,
            Code.invalid_interval,
            Text(
                f"距 {start} 不得超过 24 小时。", f"must be at most 24 hours after {start}; split the record."
            ),
        )

    return Rule((start, end), find)
