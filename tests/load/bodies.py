"""Records by the thousand for each feed, and their bodies, made before anything is timed."""

import json
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from app.core.vocabulary import Feed
from app.simulator.organisations import enterprise
from app.simulator.people import person
from tests.ingest.examples import FULL

SEED = 20_260_302
BATCH = 5_000
LEARNERS_OF_A_CLASS_GROUP = 40

Record = dict[str, Any]


def learning_records(learners: int) -> Iterator[Record]:
    """Minute after minute a record of every learner, in no order, as a platform would gather them."""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    crowd = list(range(learners))
    for minute in range(24 * 60):
        chance.shuffle(crowd)
        for learner in crowd:
            yield learning_record(learner, minute)


def learning_record(learner: int, minute: int) -> Record:
    hour, minute_of_hour = divmod(minute, 60)
    return {
        "class_group_id": class_group_of(learner),
        "learner_id": f"learner-{learner:06}",
        "session_id": f"session-{learner:06}-{minute:04}",
        "lesson_id": f"lesson-{minute // 45:02}",
        "online_at": f"2026-03-02T{hour:02}:{minute_of_hour:02}:00+08:00",
        "offline_at": f"2026-03-02T{hour:02}:{minute_of_hour:02}:{40 + learner % 20}+08:00",
        "position_from": 60 * minute,
        "position_to": 60 * minute + 40.5,
        "playback_rate": 1.25 if learner % 10 == 0 else 1.0,
        "device": ("app", "web", "h5", "mini_program")[learner % 4],
        "ip": f"203.0.{learner % 113}.{learner % 251}",
    }


def class_group_of(learner: int) -> str:
    return f"group-{learner // LEARNERS_OF_A_CLASS_GROUP:05}"


def records(feed: Feed) -> Iterator[Record]:
    """Full records whose keys all differ."""
    if feed is Feed.learning_records:
        yield from learning_records(20_000)
    for number in range(10**6):
        yield FULL[feed] | _own(feed, number)


def _own(feed: Feed, number: int) -> Record:
    """What sets a record apart from all others of its feed."""
    if feed is Feed.enrollments:
        who = person(SEED, number)
        return {**_learner(number), "name": who.name, "id_number": who.id_number, "phone": who.phone}
    own = {
        "uscc": enterprise(SEED, number).uscc,
        "project_id": f"project-{number}",
        "course_id": f"course-{number}",
        "lesson_id": f"lesson-{number}",
        "verification_id": f"check-{number}",
        "answer_id": f"answer-{number}",
        "video_id": f"video-{number}",
        "log_id": f"log-{number}",
        **(_learner(number) if feed is not Feed.class_groups else {"class_group_id": f"group-{number:05}"}),
    }
    return {name: value for name, value in own.items() if name in FULL[feed]}


def _learner(number: int) -> Record:
    return {"class_group_id": class_group_of(number), "learner_id": f"learner-{number:06}"}


def batches(found: Iterator[Record], number: int, size: int = BATCH) -> list[bytes]:
    return [b"\n".join(map(written, islice(found, size))) for _ in range(number)]


def written(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
