"""A programme with rules on class groups, and class groups of two learners who study everything."""

from collections.abc import Sequence

from app.core.ids import ClassGroupKey
from app.db.models import Finding, Touch
from app.db.session import WriteSession
from tests.eligibility.world import CLOSED, LI, SHORT_PROGRAMME, ZHAO, World
from tests.factories import feeds, intake
from tests.factories.feeds import KEY

LESSONS = ("S0", "S1", "S2", "S3", "S4")


def rule(code: str, subject: str, comparison: str, severity: str) -> str:
    return f"""
  {code}:
    requirements: [1]
    subject: {subject}
    title: {{zh: 规则, en: Rule}}
    remedy: {{zh: 补正, en: Mend it}}
    severity: {severity}
    {comparison}: {code}
"""


def parameter(code: str, value: object) -> str:
    return f"""
  {code}:
    title: {{zh: 参数, en: Parameter}}
    values:
      2020-01-01: {{value: {value}, clause: 通知 第九条, words: 规定}}
"""


RULES: Sequence[tuple[str, str, str, object, str]] = (
    ("enough-people", "class_group", "fact: headcount\n    at_least", 2, "blocking"),
    ("lesson-length", "lesson", "fact: lesson_minutes\n    at_least", 45, "blocking"),
    ("one-place", "class_group", "fact: teacher_clashes\n    at_most", 0, "warning"),
    ("surveyed", "class_group", "fact: survey_coverage\n    at_least", 0.5, "info"),
    ("project-hours", "project", "fact: planned_hours\n    at_least", 4, "blocking"),
    ("all-there", "class_group", "fact: expected_feeds_missing\n    at_most", 0, "info"),
)

CLASSED_PROGRAMME = (
    SHORT_PROGRAMME.replace("programme: short", "programme: classed")
    .replace("\nrules:\n", "".join(parameter(code, value) for code, _, _, value, _ in RULES) + "rules:\n")
    .rstrip()
    + "\n"
    + "".join(rule(code, subject, comparison, severity) for code, subject, comparison, _, severity in RULES)
)


async def put_class(session: WriteSession, key: ClassGroupKey = KEY, **columns: object) -> None:
    """Five lessons of an hour, one a day, of a project; everything a rule asks for but surveys has come."""
    await feeds.put_class_group(session, key, **{"programme": "classed", "closed_at": CLOSED, **columns})
    await feeds.put_project(session)
    for day, lesson_id in enumerate(LESSONS):
        await feeds.put_lesson(session, lesson_id, key, day=day)
        await feeds.put_video(session, f"V{day}", lesson_id, key)
        teacher = "T1" if key == KEY else "T2"
        await feeds.put_teaching(session, lesson_id, key, day=day, instructor_id=teacher)
    for learner_id in (LI, ZHAO):
        await feeds.put_enrollment(session, learner_id, key)
        for day, lesson_id in enumerate(LESSONS):
            await feeds.put_attendance(session, learner_id, lesson_id, key)
            await feeds.put_learning_record(session, learner_id, lesson_id, key, day=day)
    await intake.touch(session, None, key)


async def outcomes(world: World) -> dict[str, str]:
    """What the rules say of the class group."""
    stored = await world.class_group()
    assert stored is not None
    return {each["code"]: each["outcome"] for each in stored.rules}


async def reaching(world: World) -> dict[str, list[tuple[str, str]]]:
    """Of each learner: rules on the class group that were added to its own, with their outcomes."""
    return {
        learner_id: [(rule["code"], rule["outcome"]) for rule in standing.rules if "subject" in rule]
        for learner_id, standing in (await world.standings()).items()
    }


async def eligibilities(world: World) -> dict[str, str]:
    return {learner_id: each.eligibility for learner_id, each in (await world.standings()).items()}


async def open_findings(world: World) -> dict[str, Finding]:
    """On the class group and what belongs to it, by rule."""
    found = await world.rows(Finding, Finding.finding_id)
    return {each.rule: each for each in found if not each.learner_id and each.state == "open"}


async def touch_class(session: WriteSession) -> None:
    """As a record does that changes no learner's figures."""
    session.add(Touch(**KEY._asdict(), learner_ids=[], touched_at=CLOSED))
    await session.flush()
