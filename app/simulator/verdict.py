"""Reads the compliance list of every class group: sums it up, and compares it with what was meant."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.client import Client
from app.core.vocabulary import Eligibility, Outcome, Severity
from app.simulator.difference import Difference
from app.simulator.intent import Intent, intents
from app.simulator.term import ClassGroup, Term

COMPLIANCE = "/api/v1/compliance/enrollments"
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one class group stands."""

    class_group: ClassGroup
    learners: int
    by_eligibility: Counter[str]
    by_outlook: Counter[str]
    """Of those whose class group still runs."""
    flagged_by_rule: Counter[str]
    """Whom a failed or missing rule keeps from being eligible."""
    differences: list[Difference]


def verdicts(term: Term, client: Client, *, is_current: bool) -> Iterator[Verdict]:
    """`is_current`: the server's today is the term's, so that what is due, and the outlook, can be told."""
    for class_group in term.class_groups():
        items = list(
            client.items(
                COMPLIANCE,
                platform=class_group.platform.code,
                class_group_id=class_group.class_group_id,
            )
        )
        yield Verdict(
            class_group=class_group,
            learners=len(items),
            by_eligibility=Counter(item["eligibility"] for item in items),
            by_outlook=Counter(item["outlook"] for item in items if _runs(item)),
            flagged_by_rule=Counter(rule for item in items if not _runs(item) for rule in _flags(item)),
            differences=list(compare(term, class_group, items, is_current=is_current)),
        )


def _runs(item: Item) -> bool:
    return bool(item["eligibility"] == Eligibility.in_progress)


def _flags(item: Item) -> frozenset[str]:
    if item["eligibility"] == Eligibility.withdrawn:
        return frozenset()
    return _with_outcome(item, Outcome.failed) | _with_outcome(item, Outcome.missing)


def _with_outcome(item: Item, outcome: Outcome) -> frozenset[str]:
    return frozenset(
        rule["code"]
        for rule in item["rules"]
        if rule["outcome"] == outcome and rule["severity"] == Severity.blocking
    )


def compare(
    term: Term, class_group: ClassGroup, items: list[Item], *, is_current: bool
) -> Iterator[Difference]:
    found = {item["learner_id"]: item for item in items}
    meant = {intent.learner.learner_id: intent for intent in intents(term, class_group)}
    for learner_id in sorted(found.keys() | meant.keys()):
        where = f"{class_group.platform.code}/{class_group.class_group_id}/{learner_id}"
        if learner_id not in meant:
            yield Difference(where, "enrollment", "not listed", "listed")
        elif learner_id not in found:
            yield Difference(where, "enrollment", "listed", "not listed")
        else:
            yield from _compare_one(where, meant[learner_id], found[learner_id], is_current=is_current)


def _compare_one(where: str, meant: Intent, item: Item, *, is_current: bool) -> Iterator[Difference]:
    where = f"{where} ({meant.learner.character})"
    if item["eligibility"] != meant.eligibility:
        yield Difference(where, "eligibility", meant.eligibility, item["eligibility"])
    for fact, value in meant.facts.items():
        is_settled = meant.ending or is_current or not fact.endswith("_lessons")
        if is_settled and item["facts"][fact] != value:
            yield Difference(where, fact, str(value), str(item["facts"][fact]))
    if meant.ending:
        yield from _compare_rules(
            where, "failed rules", meant.ending.failed, _with_outcome(item, Outcome.failed)
        )
        yield from _compare_rules(
            where, "missing rules", meant.ending.missing, _with_outcome(item, Outcome.missing)
        )
    elif (
        is_current and meant.eligibility is Eligibility.in_progress and item["outlook"] not in meant.outlooks
    ):
        yield Difference(where, "outlook", _words(meant.outlooks), str(item["outlook"]))


def _compare_rules(
    where: str, what: str, meant: frozenset[str], found: frozenset[str]
) -> Iterator[Difference]:
    if meant != found:
        yield Difference(where, what, _words(meant), _words(found))


def _words(names: frozenset[Any]) -> str:
    return ", ".join(sorted(names)) or "none"
