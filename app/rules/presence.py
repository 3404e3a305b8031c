"""When a learner was present in a lesson (semantics.md §4, Presence), and which checks stopped the clock."""

from bisect import bisect_left
from collections.abc import Sequence

from app.core.vocabulary import AttendanceStatus
from app.rules.days import end_of_day_at
from app.rules.intervals import Span, Spans, subtract, union
from app.rules.records import Attendance, LearningRecord, Verification
from app.rules.timetable import PlannedLesson

ATTENDED: frozenset[str] = frozenset(status for status in AttendanceStatus if status.is_attended)


def presence_of(spans: Sequence[Span], plan: PlannedLesson, stops: Spans) -> Spans:
    """What of these times, each with a length, is presence: in period and timetable, not stopped."""
    opens, closes = plan.opens_at, plan.closes_at
    if opens >= closes:
        return []
    inside = [
        # Conditions: calls of min and max take twice as long.
        (start if start > opens else opens, end if end < closes else closes)  # noqa: FURB136
        for start, end in spans
        if start < closes and end > opens
    ]
    presence = union(inside) if len(inside) > 1 else inside
    return subtract(presence, stops) if stops else presence


def presence_at(
    plan: PlannedLesson, records: Sequence[LearningRecord], attendance: Attendance | None, stops: Spans
) -> Spans:
    """`presence_of` a live or offline lesson, by its records and the sign-in (`signed_span`).

    Mostly they run into each other: one pass without a list or a call between tells the one interval.
    """
    opens, closes = plan.opens_at, plan.closes_at
    first = last = opens  # nothing yet
    if attendance is not None:
        _, status, signed_in_at, signed_out_at = attendance
        if signed_in_at is not None and signed_out_at is not None and status in ATTENDED:
            start = signed_in_at if signed_in_at > opens else opens  # noqa: FURB136 (a call of max takes twice as long)
            end = signed_out_at if signed_out_at < closes else closes  # noqa: FURB136
            if start < end:
                first, last = start, end
    for record in records:
        online_at, offline_at = record.online_at, record.offline_at
        start = online_at if online_at > opens else opens  # noqa: FURB136
        end = offline_at if offline_at < closes else closes  # noqa: FURB136
        if start >= end:
            continue
        if first == last:
            first, last = start, end
        elif start > last or first > end:
            return _in_pieces(plan, records, attendance, stops)
        else:
            first = start if start < first else first  # noqa: FURB136
            last = end if end > last else last  # noqa: FURB136
    presence = [(first, last)] if first < last else []
    return subtract(presence, stops) if stops else presence


def _in_pieces(
    plan: PlannedLesson, records: Sequence[LearningRecord], attendance: Attendance | None, stops: Spans
) -> Spans:
    spans = [(record.online_at, record.offline_at) for record in records]
    if signed := signed_span(plan, attendance):
        spans.append(signed)
    return presence_of(spans, plan, stops)


def signed_span(plan: PlannedLesson, attendance: Attendance | None) -> Span | None:
    """Sign-in to sign-out, where they prove presence: at a live or offline lesson that was attended."""
    if attendance is None or plan.is_vod or attendance.status not in ATTENDED:
        return None
    signed_in_at, signed_out_at = attendance.signed_in_at, attendance.signed_out_at
    if signed_in_at is None or signed_out_at is None or signed_in_at >= signed_out_at:
        return None
    return signed_in_at, signed_out_at


def stops_of(verifications: Sequence[Verification]) -> Spans:
    """The time that failed checks of one lesson take away.

    Each stops from its issue to the next passed check, or to the end of its day. Failed and passed at one
    instant is passed.
    """
    passed = sorted([verification.issued_at for verification in verifications if verification.passed])
    failed = [verification.issued_at for verification in verifications if not verification.passed]
    return union([stop for instant in failed if (stop := _stop(instant, passed))])


def _stop(failed_at: int, passed: list[int]) -> Span | None:
    end = end_of_day_at(failed_at)
    following = bisect_left(passed, failed_at)
    if following < len(passed):
        end = min(end, passed[following])
    return (failed_at, end) if failed_at < end else None
