"""The records that a platform makes of one learner: enrollment, presence, answers, exam, survey."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

from app.core.vocabulary import AttendanceStatus
from app.simulator.cast import Character
from app.simulator.learners import Learner
from app.simulator.organisations import Record
from app.simulator.questions import Check, Question
from app.simulator.term import at
from app.simulator.visits import FIRST_LESSONS_OF_THE_WITHDRAWN, Sitting, Visit

DEVICES = ("pc", "web", "app", "h5", "mini_program")
NEVER_EXAMINED = frozenset({Character.no_show, Character.withdrawn, Character.mistaken})


def key(learner: Learner) -> Record:
    return {"class_group_id": learner.class_group.class_group_id, "learner_id": learner.learner_id}


def enrollment(learner: Learner) -> Record:
    who = learner.person
    chance = learner.chance("enrollment")
    return {
        **key(learner),
        "name": who.name,
        "id_number": who.id_number,
        "gender": who.gender,
        "phone": who.phone,
        "household_district": who.household_district,
        "employment": chance.one_of(("contract", "contract", "contract", "dispatched", "domestic_service")),
        "enrolled_at": at(learner.class_group.starts_on - timedelta(days=3), time(9, 30)),
    }


def withdrawal(learner: Learner, visits: list[Visit]) -> Record:
    last_seen = visits[FIRST_LESSONS_OF_THE_WITHDRAWN - 1].lesson
    return {**enrollment(learner), "revision": 1, "withdrawn_at": last_seen.ends}


def attendance(learner: Learner, visit: Visit, status: AttendanceStatus | None = None) -> Record:
    """What is reported of a visit; another `status` is reported without sign-in and sign-out."""
    record: Record = {
        **key(learner),
        "lesson_id": visit.lesson.lesson_id,
        "status": status or visit.status,
    }
    if status is None and visit.signed_in_at:
        record |= {"signed_in_at": visit.signed_in_at, "method": "face"}
    if status is None and visit.signed_out_at:
        record["signed_out_at"] = visit.signed_out_at
    return record


def learning_records(learner: Learner, visit: Visit) -> Iterator[Record]:
    chance = learner.chance("device", visit.lesson.lesson_id)
    device, address = chance.one_of(DEVICES), f"192.0.2.{chance.between(1, 254)}"
    for number, sitting in enumerate(visit.sittings):
        yield {
            **key(learner),
            "session_id": f"{visit.lesson.lesson_id}-{number + 1}",
            "lesson_id": visit.lesson.lesson_id,
            "online_at": sitting.begins,
            "offline_at": sitting.ends,
            **_played(sitting),
            "device": device,
            "ip": address,
        }


def _played(sitting: Sitting) -> Record:
    played: Record = {}
    if sitting.positions:
        played["position_from"], played["position_to"] = sitting.positions
    if sitting.rate:
        played["playback_rate"] = sitting.rate
    return played


def cut_short(record: Record) -> Record:
    """The same learning record as a player reports it whose connection broke after a minute."""
    online_at, since = record["online_at"], record.get("position_from")
    if not isinstance(online_at, datetime):
        raise TypeError(record["online_at"])
    short = {**record, "offline_at": online_at + timedelta(minutes=1)}
    return short if not isinstance(since, int) else {**short, "position_to": since + 60}


def quiz_answers(learner: Learner, question: Question) -> Iterator[Record]:
    lesson_id = question.visit.lesson.lesson_id
    for one in question.tries:
        record = {
            **key(learner),
            "answer_id": f"{lesson_id}-{question.question_id}-{one.attempt}",
            "lesson_id": lesson_id,
            "question_id": question.question_id,
            "attempt": one.attempt,
            "asked_at": one.asked_at,
            "correct": one.is_right,
        }
        yield record if one.answered_at is None else {**record, "answered_at": one.answered_at}


def verification(learner: Learner, check: Check) -> Record:
    chance = learner.chance("face", check.visit.lesson.lesson_id, check.number)
    record: Record = {
        **key(learner),
        "verification_id": f"{check.visit.lesson.lesson_id}-{check.number}",
        "lesson_id": check.visit.lesson.lesson_id,
        "kind": "face",
        "issued_at": check.issued_at,
        "passed": check.passed,
    }
    if check.answered_at:
        score = Decimal(chance.between(8_500, 9_990)) / 100
        record |= {
            "answered_at": check.answered_at,
            "score": score,
            "snapshot_hash": chance.hex_digits(64),
        }
    return record


def exam_scores(learner: Learner) -> Iterator[Record]:
    """One in ten sits the exam twice."""
    if learner.character in NEVER_EXAMINED:
        return
    chance = learner.chance("exam")
    taken_at = at(learner.class_group.ends_on - timedelta(days=2), time(14, 0))
    scores = [chance.between(120, 196)] if not chance.happens(10) else [chance.between(80, 118), 130]
    for number, doubled in enumerate(scores):
        yield {
            **key(learner),
            "exam_id": "E1",
            "attempt": number + 1,
            "title": "结业考核",
            "score": Decimal(doubled) / 2,
            "full_score": 100,
            "pass_score": 60,
            "taken_at": taken_at + timedelta(days=number),
        }


def evaluation(learner: Learner) -> Iterator[Record]:
    chance = learner.chance("evaluation")
    if learner.character in NEVER_EXAMINED or chance.happens(10):
        return
    marks = ("excellent", "excellent", "excellent", "good", "good", "poor")
    yield {
        **key(learner),
        "answers": [chance.one_of(marks) for _ in range(10)],
        "comments": chance.one_of(("讲解清楚", "希望增加实操", "时间安排合理", "无")),
        "wanted_training": chance.one_of(("智能制造", "电子商务", "急救")),
        "submitted_at": at(learner.class_group.ends_on, time(20, 0)),
    }
