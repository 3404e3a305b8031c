"""A pack like `standard` with rules on class groups beside its own, and the records that they ask for.

They are those a regulation may have: of people, hours, courses, teachers, lessons, videos, surveys, feeds.
"""

from pathlib import Path
from typing import NamedTuple

RECORDS = Path(__file__).with_suffix(".sql")
STANDARD = Path(__file__).parents[2] / "app/rules/packs/standard.yaml"
PROGRAMME = "with-class-rules"


class ClassRule(NamedTuple):
    code: str
    subject: str
    fact: str
    operator: str
    value: object
    when: str = ""


RULES = (
    ClassRule(
        *("people", "class_group", "headcount", "at_least", 20),
        when="[{fact: enterprise_size, one_of: large}, {fact: organisation, one_of: own}]",
    ),
    ClassRule("planned-hours", "project", "planned_hours", "at_least", 40),
    ClassRule("lesson-hours", "class_group", "lesson_hours", "at_least", 40),
    ClassRule("online", "class_group", "online_share", "at_most", 1),
    ClassRule("health", "class_group", "health_public_online_hours", "at_least", 12),
    ClassRule("industries", "class_group", "course_industries", "at_most", 1),
    ClassRule("copyright", "course", "copyright_stated", "is_true", "true"),
    ClassRule("duplicates", "class_group", "roster_duplicates", "at_most", 0),
    ClassRule("one-place", "class_group", "teacher_clashes", "at_most", 0),
    ClassRule("taught", "class_group", "teaching_record_rate", "at_least", 1),
    ClassRule("filmed", "class_group", "video_hash_rate", "at_least", 1),
    ClassRule("asked", "class_group", "quiz_lesson_rate", "at_least", 1),
    ClassRule("surveyed", "class_group", "survey_coverage", "at_least", 0.5),
    ClassRule("all-there", "class_group", "expected_feeds_missing", "at_most", 0),
    ClassRule("lesson-length", "lesson", "lesson_minutes", "at_least", 45),
    ClassRule("codec", "video", "video_codec", "one_of", '"h264, avc"'),
    ClassRule("bit-rate", "video", "video_kbps", "at_least", 1024),
    ClassRule("frames", "video", "video_fps", "one_of", '"25, 29.97"'),
    ClassRule("reachable", "video", "video_reachable_months", "at_least", 12),
)
WORDS = {"large": '"above_scale"', "own": '"self"'}


def write_pack(directory: Path) -> None:
    before, rules = STANDARD.read_text().split("\nrules:\n")
    values = {**WORDS, **{f"of-{rule.code}": rule.value for rule in RULES}}
    parameters = "".join(_parameter(name, value) for name, value in values.items())
    body = before.replace("programme: standard", f"programme: {PROGRAMME}", 1) + parameters
    own = "".join(_rule(rule) for rule in RULES)
    (directory / f"{PROGRAMME}.yaml").write_text(f"{body}\nrules:\n{rules.rstrip()}\n{own}")


def _parameter(name: str, value: object) -> str:
    return f"""
  {name}:
    title: {{zh: 参数, en: Parameter}}
    values:
      2020-01-01: {{value: {value}, clause: 测速, words: 测速}}
"""


def _rule(rule: ClassRule) -> str:
    when = f"    when: {rule.when}\n" if rule.when else ""
    return f"""  {rule.code}:
    requirements: [19]
    subject: {rule.subject}
    title: {{zh: 规则, en: Rule}}
    remedy: {{zh: 补正, en: Mend it}}
    severity: blocking
{when}    fact: {rule.fact}
    {rule.operator}: of-{rule.code}
"""
