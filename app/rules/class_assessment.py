"""One class group judged: by its own facts and by those of its project, courses, lessons and videos."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from app.core.vocabulary import Outcome, Subject
from app.rules.assessment import RAISING
from app.rules.class_facts import AT_THE_END, ClassFacts
from app.rules.class_records import Source
from app.rules.days import start_of_day
from app.rules.engine import Figures, RuleOutcome, judge_rule, waive
from app.rules.fact_names import FactName
from app.rules.figures import Figure
from app.rules.member_facts import OF_VIDEOS, members
from app.rules.policy import Rule
from app.rules.records import ClassGroup
from app.rules.waivers import Waiver

MOST_PLACES = 20
WORDS = (Outcome.failed, Outcome.missing, Outcome.passed)
"""Of several members the first of these decides."""

_SOURCES: dict[FactName, set[Source]] = {
    FactName.health_public_online_hours: {Source.courses},
    FactName.course_industries: {Source.courses},
    FactName.headcount: {Source.roster},
    FactName.headcount_over_plan: {Source.roster},
    FactName.roster_duplicates: {Source.roster},
    FactName.dispatched_learners: {Source.roster},
    FactName.survey_coverage: {Source.roster, Source.evaluations},
    FactName.survey_respondents: {Source.roster, Source.evaluations},
    FactName.teacher_clashes: {Source.clashes},
    FactName.teaching_record_rate: {Source.teaching},
    FactName.video_hash_rate: {Source.videos},
    FactName.quiz_lesson_rate: {Source.questions},
    FactName.exam_named: {Source.exams},
    FactName.exam_taken_rate: {Source.exams},
    FactName.expected_feeds_missing: {Source.presence, Source.teaching, Source.videos},
    FactName.bracketed_rate: {Source.moments},
    FactName.backdated_rate: {Source.moments},
    FactName.late_rate: {Source.moments},
    FactName.lesson_has_teaching_record: {Source.teaching},
    FactName.lesson_has_video: {Source.videos},
    FactName.lesson_has_quiz: {Source.questions},
    FactName.lesson_has_check: {Source.checks},
}


class ClassJudgement(NamedTuple):
    facts: dict[FactName, Figure]
    """Those of the class group and its project that its rules ask for."""
    rules: tuple[RuleOutcome, ...]
    findings: tuple[RuleOutcome, ...]
    """The rules that raise a finding now."""

    @property
    def reaching(self) -> tuple[RuleOutcome, ...]:
        """What is added to the rules of each enrollment: it bars them, or may."""
        return tuple([rule for rule in self.rules if rule.blocks and rule.outcome in RAISING])


NOT_JUDGED = ClassJudgement({}, (), ())
"""Its policy has no rules on class groups."""


def sources_of(rules: Iterable[Rule]) -> frozenset[Source]:
    """What has to be loaded for these rules."""
    found: set[Source] = set()
    for fact in _asked(rules):
        found |= _SOURCES.get(fact, set())
        if fact.subject is Subject.course:
            found.add(Source.courses)
        if fact.subject is Subject.video or fact in OF_VIDEOS:
            found.add(Source.videos)
    return frozenset(found)


def judge_class_group(
    rules: Iterable[Rule], facts: ClassFacts, waivers: Iterable[Waiver] = ()
) -> ClassJudgement:
    of_class_groups = list(rules)
    outcomes = waive([_judge(rule, facts) for rule in of_class_groups], waivers)
    asked = sorted(filter(_is_of_class_group, _asked(of_class_groups)))
    is_running = facts.timetable.is_running
    judged = zip(of_class_groups, outcomes, strict=True)
    raising = [outcome for rule, outcome in judged if _raises(rule, outcome, is_running=is_running)]
    return ClassJudgement({fact: facts.figure(fact) for fact in asked}, outcomes, tuple(raising))


def next_change_at(rules: Iterable[Rule], class_group: ClassGroup, as_of: int) -> int | None:
    """When time alone will change these facts, but for lessons that fall due: records are expected then."""
    begins_at = start_of_day(class_group.starts_on)
    is_to_come = class_group.is_running and begins_at > as_of
    return begins_at if is_to_come and FactName.expected_feeds_missing in _asked(rules) else None


def _asked(rules: Iterable[Rule]) -> set[FactName]:
    return {fact for rule in rules for fact in rule.facts()}


def _is_of_class_group(fact: FactName) -> bool:
    return fact.subject in {Subject.class_group, Subject.project}


def _raises(rule: Rule, outcome: RuleOutcome, *, is_running: bool) -> bool:
    """While it runs, only what is wrong already; what fills up until the end may still come right."""
    if outcome.waived_by is not None:
        return False
    if is_running:
        return outcome.outcome is Outcome.failed and not _asked([rule]) & AT_THE_END
    return outcome.outcome in RAISING


def _judge(rule: Rule, facts: ClassFacts) -> RuleOutcome:
    if rule.subject is not Subject.class_group:
        return _folded(rule, facts)
    outcome = judge_rule(rule, facts)
    if outcome.outcome is not Outcome.failed:
        return outcome
    return outcome._replace(places=_first(facts.places(outcome.fact)))


def _folded(rule: Rule, facts: ClassFacts) -> RuleOutcome:
    """One outcome of all members: the first of `WORDS` that one of them has, as the first of these has it."""
    alike = members(rule.subject, rule.comparison.fact, facts).alike(_asked([rule]))
    judged = [(judge_rule(rule, figures), member_ids) for figures, member_ids in alike]
    for word in WORDS:
        these = [(outcome, member_ids) for outcome, member_ids in judged if outcome.outcome is word]
        if these:
            outcome = these[0][0]
            if word is not Outcome.passed:
                return outcome._replace(places=_first(chain.from_iterable(ids for _, ids in these)))
            return outcome if len(these) == 1 else outcome._replace(observed=None)
    return judge_rule(rule, _Nobody())._replace(outcome=Outcome.not_applicable)


def _first(places: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(places)[:MOST_PLACES])


class _Nobody(Figures):
    """Figures of a member where there is none."""

    credited_hour = None

    def figure(self, _: FactName) -> Figure:
        return None

    def parts(self, _: FactName) -> None:
        return None
