"""What goes wrong on the way: spoiled records, mended later; conflicts, strangers, cancelled lessons."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.vocabulary import Feed, LessonKind
from app.simulator import class_records, learner_records
from app.simulator.conduct import past
from app.simulator.learners import learners
from app.simulator.organisations import Record
from app.simulator.sendings import Sending, Step, sendings
from app.simulator.term import ClassGroup, Term, lessons

FAR_AHEAD = "2099-01-01T09:00:00+08:00"


class Spoiling(NamedTuple):
    """`needs` is the field without which a record cannot be spoiled this way."""

    feed: Feed
    needs: str
    spoil: Callable[[Record], Record]
    fault: str


def _without_offset(record: Record) -> Record:
    return {**record, "signed_in_at": str(record["signed_in_at"])[:19].replace(" ", "T")}


def _ends_before_it_begins(record: Record) -> Record:
    online_at = record["online_at"]
    before = online_at - timedelta(seconds=5) if isinstance(online_at, datetime) else online_at
    return {**record, "offline_at": before}


def _wrong_check_digit(record: Record) -> Record:
    number = str(record["id_number"])
    return {**record, "id_number": number[:-1] + ("1" if number[-1] != "1" else "2")}


def _nameless(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "name"}


def _with(**fields: object) -> Callable[[Record], Record]:
    return lambda record: {**record, **fields}


SPOILINGS = (
    Spoiling(Feed.attendance, "signed_in_at", _without_offset, "naive_timestamp"),
    Spoiling(Feed.enrollments, "id_number", _wrong_check_digit, "invalid_id_number"),
    Spoiling(Feed.learning_records, "online_at", _ends_before_it_begins, "invalid_interval"),
    Spoiling(Feed.quiz_answers, "correct", _with(correct="yes"), "invalid_type"),
    Spoiling(Feed.attendance, "status", _with(status="在线"), "invalid_value"),
    Spoiling(Feed.enrollments, "name", _nameless, "missing_field"),
    Spoiling(Feed.learning_records, "device", _with(browser="x"), "unknown_field"),
    Spoiling(Feed.verifications, "answered_at", _with(answered_at=FAR_AHEAD), "timestamp_in_future"),
    Spoiling(Feed.class_groups, "programme", _with(programme="not-a-programme"), "unknown_programme"),
)


def untidy_sendings(term: Term, class_group: ClassGroup) -> Iterator[Sending]:
    """All sendings of a class group, one of them spoiled and mended, and what else goes wrong."""
    spoiling = SPOILINGS[class_group.number % len(SPOILINGS)]
    is_spoiled = False
    for sending in sendings(term, class_group):
        if not is_spoiled and sending.feed is spoiling.feed and spoiling.needs in sending.record:
            is_spoiled = True
            yield sending._replace(record=spoiling.spoil(sending.record), fault=spoiling.fault)
            yield sending._replace(step=max(sending.step, Step.late))
        else:
            yield sending
    yield from _conflict(class_group)
    if class_group.number % 3 == 0:
        yield from _cancelled_lesson(term, class_group)
    if class_group.number % 4 == 0:
        for record in class_records.guest_attendance(class_group, lessons(class_group)[0]):
            yield Sending(Step.first_third, Feed.attendance, record)


def _conflict(class_group: ClassGroup) -> Iterator[Sending]:
    """The same revision told twice with different content: the first one stands."""
    taught = class_records.teaching_record(class_group, lessons(class_group)[0])
    other = {**taught, "qualification": "技师"}
    yield Sending(Step.late, Feed.teaching_records, other, fault="revision_conflict")


def _cancelled_lesson(term: Term, class_group: ClassGroup) -> Iterator[Sending]:
    """A lesson that some have attended, and that is then deleted: it counts for nothing."""
    like = lessons(class_group)[0]
    if like.kind is not LessonKind.live or like not in past(term, [like]):
        return
    yield Sending(Step.opening, Feed.lessons, class_records.cancelled_lesson(class_group, like))
    key = {**class_records.key(class_group), "lesson_id": class_records.CANCELLED_LESSON}
    for learner in list(learners(term, class_group))[:3]:
        record = {**learner_records.key(learner), **key, "status": "present", "signed_in_at": like.begins}
        yield Sending(Step.first_third, Feed.attendance, record)
    yield Sending(Step.last_third, Feed.lessons, {**key, "revision": 1, "deleted": True})
