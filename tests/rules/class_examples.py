"""Class groups as rules on them see them, and rules to judge them by."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.errors import Text
from app.core.vocabulary import LessonKind, Severity, Subject
from app.rules.class_assessment import ClassJudgement, judge_class_group
from app.rules.class_facts import ClassFacts
from app.rules.class_records import (
    ClassRecords,
    Project,
    Registration,
    Roster,
    Video,
)
from app.rules.fact_names import FactName
from app.rules.figures import Figure
from app.rules.parameters import Parameter, ParameterValue
from app.rules.policy import Comparison, Operator, Rule
from app.rules.records import Lesson
from tests.rules.examples import at, live, timetable, vod

PROJECT = Project("on_job", "online", Decimal("40.5"))
REGISTRATION = Registration("PR1", 30, "self", is_institution_named=False, project=PROJECT)
ROSTER = Roster(entries=22, headcount=20, dispatched=3, duplicates=1)
VIDEO = Video(
    video_id="V1",
    lesson_id="S1",
    kind="vod",
    size_bytes=1,
    duration_seconds=Decimal("600.5"),
    recorded_at=None,
    available_until=None,
    container="mp4",
    video_codec="H264",
    video_kbps=Decimal(1500),
    width=1280,
    height=720,
    fps=Decimal("29.97"),
    audio_codec="aac",
    audio_kbps=Decimal(128),
    audio_sample_rate=48_000,
)


def offline(lesson_id: str, starts: int) -> Lesson:
    return live(lesson_id, starts)._replace(kind=LessonKind.offline)


LESSONS = (live("S1", 540), live("S2", 1980), vod("S3", planned=30), offline("S4", 700))
"""On the first day, on the second, at any time, on the first."""


def facts(
    lessons: Sequence[Lesson] = LESSONS,
    *,
    closed: bool = True,
    as_of: int = 100_000,
    exam_ids: Sequence[str] = (),
    **records: Any,  # noqa: ANN401 (what was loaded)
) -> ClassFacts:
    plan = timetable(lessons, closed=closed, as_of=as_of, exam_ids=exam_ids)
    return ClassFacts(plan, ClassRecords(**{"registration": REGISTRATION, **records}), at(as_of))


def figure(fact: FactName, *lessons: Lesson, **otherwise: Any) -> Figure:  # noqa: ANN401
    return facts(lessons or LESSONS, **otherwise).figure(fact)


def parameter(value: ParameterValue) -> Parameter:
    return Parameter("threshold", Text("", ""), value, "条款", "", date(2020, 1, 1))


def rule(
    fact: FactName,
    operator: Operator,
    value: ParameterValue,
    *,
    subject: Subject | None = None,
    when: Sequence[tuple[FactName, ParameterValue]] = (),
    severity: Severity = Severity.blocking,
) -> Rule:
    conditions = tuple(Comparison(on, Operator.one_of, parameter(one_of)) for on, one_of in when)
    return Rule(
        "R",
        Text("", ""),
        Text("", ""),
        severity,
        Comparison(fact, operator, parameter(value)),
        conditions,
        subject or fact.subject,
    )


def judged(asked: Rule, of: ClassFacts) -> ClassJudgement:
    return judge_class_group([asked], of)
