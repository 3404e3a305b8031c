"""What pushers send: endless batches about a small term, the same ones for the same seed.

What a record says follows from its key and its revision alone, so that no two contents meet at one revision
and the outcome of any delivery is known: of every key the highest revision.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.core.vocabulary import Feed
from tests.ingest.examples import ID_NUMBER, ID_NUMBER_X, USCC

LEARNERS = [f"L{number}" for number in range(1, 9)]
FIRST_LESSON = datetime(2026, 3, 2, 1, tzinfo=UTC)
MOST_RECORDS = 40
REVISIONS = 6
CLASS_GROUPS, LEARNERS_OF_A_BATCH = 3, 3
FIRST_FEEDS = (Feed.class_groups, Feed.lessons)
"""They touch everybody, so they come first and not again: a touch that is lost is not made up for."""
NONSENSE = (b"{", b'{"colour":1}', b"\xff")

Record = dict[str, Any]
Key = tuple[str, ...]
Few = Mapping[str, Sequence[str]]
"""What a batch is about."""

KEYS = {
    Feed.class_groups: ("class_group_id",),
    Feed.lessons: ("class_group_id", "lesson_id"),
    Feed.enrollments: ("class_group_id", "learner_id"),
    Feed.attendance: ("class_group_id", "learner_id", "lesson_id"),
    Feed.learning_records: ("class_group_id", "learner_id", "session_id"),
    Feed.quiz_answers: ("class_group_id", "learner_id", "answer_id"),
}
LATER_FEEDS = tuple(feed for feed in KEYS if feed not in FIRST_FEEDS)
NUMBERS = range(1, 7)
THIRDS = {
    "lesson_id": [f"S{number}" for number in NUMBERS],
    "session_id": [f"X{number}" for number in NUMBERS],
    "answer_id": [f"A{number}" for number in NUMBERS],
}


class Sending(NamedTuple):
    """A batch as it is sent, however often."""

    key: str
    platform: str
    feed: Feed
    lines: tuple[bytes, ...]
    is_repeated: bool
    """Even though its receipt has come: the platform lost it."""


def sendings(
    seed: object, platforms: list[str], generation: Callable[[], int], *, repeated: float = 0.05
) -> Iterator[Sending]:
    """Without end; `repeated` is the share of those that are sent again.

    Each generation has class groups of its own: what went wrong with one stays to be seen when the next has
    begun, for nothing arrives any more that would have it judged again.
    """
    chance = Random(str(seed))  # noqa: S311 (data, no secrets)
    current, number = -1, 0
    while True:
        if current != (latest := generation()):
            current, number = latest, 0
        feed = FIRST_FEEDS[number] if number < len(FIRST_FEEDS) else chance.choice(LATER_FEEDS)
        few = {
            "class_group_id": [f"C{current}-{each}" for each in range(CLASS_GROUPS)],
            "learner_id": chance.sample(LEARNERS, LEARNERS_OF_A_BATCH),
        }
        lines = [_line(chance, feed, few) for _ in range(chance.randint(1, MOST_RECORDS))]
        key = str(UUID(int=chance.getrandbits(128)))
        yield Sending(key, chance.choice(platforms), feed, tuple(lines), chance.random() < repeated)
        number += 1


def _line(chance: Random, feed: Feed, few: Few) -> bytes:
    if chance.random() < 0.02:
        return chance.choice(NONSENSE)
    key = tuple(chance.choice(few.get(name) or THIRDS[name]) for name in KEYS[feed])
    return msgspec.json.encode(record(feed, key, chance.randrange(REVISIONS)))


def record(feed: Feed, key: Key, revision: int) -> Record:
    """Every seventh revision or so is a tombstone."""
    chance = Random(f"{feed} {key} {revision}")  # noqa: S311 (data, no secrets)
    named = dict(zip(KEYS[feed], key, strict=True)) | {"revision": revision}
    if chance.random() < 0.15:
        return named | {"deleted": True}
    return named | CONTENTS[feed](chance, key)


def _class_group(chance: Random, key: Key) -> Record:
    return {
        "project_id": "P1",
        "name": f"{key[0]} 班",
        "programme": "standard",
        "enterprise_uscc": USCC,
        "organisation": "self",
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-30",
        "planned_headcount": chance.randint(1, 40),
        "closed_at": chance.choice([None, "2026-05-01T09:00:00+08:00", "2026-05-02T09:00:00+08:00"]),
    }


def _lesson(chance: Random, key: Key) -> Record:
    begins = _begin_of(key[-1])
    return {
        "title": "课",
        "kind": "live",
        "planned_minutes": chance.choice([60, 300, 600]),
        "required": chance.random() < 0.8,
        "starts_at": _instant(begins),
        "ends_at": _instant(begins + timedelta(hours=10)),
    }


def _enrollment(chance: Random, key: Key) -> Record:
    withdrawn_at = _instant(_begin_of(key[-1])) if chance.random() < 0.1 else None
    id_number = chance.choice([ID_NUMBER, ID_NUMBER_X])
    return {"name": "张三", "id_number": id_number, "withdrawn_at": withdrawn_at}


def _attendance(chance: Random, key: Key) -> Record:
    begins = _begin_of(key[-1])
    return {
        "status": chance.choice(["present", "present", "late", "absent"]),
        "signed_in_at": _instant(begins),
        "signed_out_at": _instant(begins + timedelta(minutes=chance.randint(1, 600))),
    }


def _learning_record(chance: Random, key: Key) -> Record:
    begins = _begin_of(key[-1]) + timedelta(seconds=chance.randint(0, 3000))
    offline_at = begins + timedelta(seconds=chance.randint(60, 40000))
    lesson_id = "S" + key[-1][1:]
    return {"lesson_id": lesson_id, "online_at": _instant(begins), "offline_at": _instant(offline_at)}


def _quiz_answer(chance: Random, key: Key) -> Record:
    asked_at = _begin_of(key[-1])
    return {
        "lesson_id": "S" + key[-1][1:],
        "question_id": chance.choice(["Q1", "Q2"]),
        "attempt": chance.randint(1, 2),
        "asked_at": _instant(asked_at),
        "answered_at": _instant(asked_at + timedelta(seconds=20)),
        "correct": chance.random() < 0.85,
    }


def _begin_of(third: str) -> datetime:
    """Of the lesson with the number that the id ends in."""
    return FIRST_LESSON + timedelta(days=int(third[1:]))


def _instant(at: datetime) -> str:
    return at.isoformat()


CONTENTS = {
    Feed.class_groups: _class_group,
    Feed.lessons: _lesson,
    Feed.enrollments: _enrollment,
    Feed.attendance: _attendance,
    Feed.learning_records: _learning_record,
    Feed.quiz_answers: _quiz_answer,
}
