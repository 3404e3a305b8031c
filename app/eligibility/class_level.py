"""Rules on class groups in a visit: judged once of each class group, whoever of it is judged."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from app.core.clock import from_microseconds, microseconds
from app.core.ids import ClassGroupKey
from app.db.session import ReadSession
from app.eligibility.class_level_repository import stored_rules
from app.findings.schemas import OF_NOBODY, Raised
from app.findings.waivers import Waivers
from app.records import class_repository
from app.records.chosen import Learners
from app.records.class_repository import Asked
from app.rules.assessment import RAISING
from app.rules.class_assessment import (
    ClassJudgement,
    judge_class_group,
    next_change_at,
    sources_of,
)
from app.rules.class_facts import ClassFacts, lessons_asked_about
from app.rules.engine import RuleOutcome
from app.rules.figures import StoredFigure, stored
from app.rules.timetable import Timetable

Timetables = Mapping[ClassGroupKey, Timetable]
Judgements = Mapping[ClassGroupKey, ClassJudgement]


async def judge_class_groups(
    session: ReadSession,
    timetables: Timetables,
    waivers: Mapping[ClassGroupKey, Waivers],
    as_of: datetime,
) -> dict[ClassGroupKey, ClassJudgement]:
    """Of those whose policy has rules on class groups; of the others nothing is asked."""
    wanted = {
        key: Asked(sources_of(timetable.version.class_rules), frozenset(lessons_asked_about(timetable)))
        for key, timetable in timetables.items()
        if timetable.version.class_rules
    }
    if not wanted:
        return {}
    loaded = await class_repository.class_records(session, wanted)
    return {
        key: judge_class_group(
            timetables[key].version.class_rules,
            ClassFacts(timetables[key], records, microseconds(as_of)),
            waivers.get(key, {}).get(OF_NOBODY, ()),
        )
        for key, records in loaded.items()
    }


def next_change(timetable: Timetable, due_at: datetime | None, as_of: datetime) -> datetime | None:
    """When time alone will change something next: a lesson falls due, or records are expected."""
    rules, group = timetable.version.class_rules, timetable.class_group
    begins_at = next_change_at(rules, group, microseconds(as_of)) if rules else None
    moments = (due_at, None if begins_at is None else from_microseconds(begins_at))
    return min((moment for moment in moments if moment is not None), default=None)


async def widened(session: ReadSession, named: Learners, judgements: Judgements) -> Learners:
    """Everybody, where what reaches them is not what it was: one class group, one answer."""
    partly = [key for key in judgements if named.get(key) is not None]
    before = await stored_rules(session, partly) if partly else {}
    changed = {key for key in partly if _reaching(before.get(key, ())) != _stored(judgements[key].reaching)}
    return {key: None if key in changed else learner_ids for key, learner_ids in named.items()}


def raised(judgements: Judgements) -> dict[ClassGroupKey, list[Raised]]:
    return {
        key: [
            Raised(OF_NOBODY, rule.code, rule.outcome, rule.severity, _json(rule.stored()), rule.subject)
            for rule in judgement.findings
        ]
        for key, judgement in judgements.items()
    }


def facts_of(judgement: ClassJudgement) -> str:
    facts: dict[str, StoredFigure] = {
        fact.value: stored(fact, figure) for fact, figure in judgement.facts.items()
    }
    return _json(facts)


def rules_of(judgement: ClassJudgement) -> str:
    return _json(_stored(judgement.rules))


def _stored(outcomes: Iterable[RuleOutcome]) -> list[dict[str, Any]]:
    return [outcome.stored() for outcome in outcomes]


def _reaching(rules: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    outcomes = map(RuleOutcome.from_stored, rules)
    return _stored([each for each in outcomes if each.blocks and each.outcome in RAISING])


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
