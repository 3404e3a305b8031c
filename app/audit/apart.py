"""In which columns what an assessment left differs from a fresh judgement. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from app.audit.schemas import Difference, Fault, Level
from app.core.ids import ClassGroupKey, LearnerId
from app.eligibility.repository import Standing, Tallied
from app.findings.schemas import Raised

Row = Mapping[str, Any]

PLAIN = (
    "enterprise_uscc",
    "programme",
    "policy_version",
    "eligibility",
    "outlook",
    "decision_id",
    "subsidy_fen",
)
IN_JSON = ("facts", "rules", "subsidy")
OF_A_SUMMARY = (
    "person_key",
    "closed_at",
    "starts_on",
    "ends_on",
    "own_spans",
    "taken_spans",
    "capped_fen",
    "before_spans",
    "at_once_spans",
    "granted_before_fen",
)


def standing_apart(standing: Standing, stored: Row, assessed_at: datetime) -> Iterator[str]:
    yield from (name for name in PLAIN if getattr(standing, name) != stored[name])
    yield from (name for name in IN_JSON if _read(getattr(standing, name)) != stored[name])
    if tags(standing.outcome_tags) != stored["outcome_tags"]:
        yield "outcome_tags"
    if stored["assessed_at"] > assessed_at:
        yield "assessed_at"


def times_apart(expected: Iterable[object], stored: Row) -> Iterator[str]:
    pairs = zip(OF_A_SUMMARY, expected, strict=True)
    return (name for name, value in pairs if stored[name] != value)


def tally_apart(tallied: Tallied, headcount: int, counts: Mapping[str, int], stored: Row) -> Iterator[str]:
    for name in ("next_due_at", "is_final", "policy_version"):
        if getattr(tallied, name) != stored[name]:
            yield name
    for name in ("facts", "rules"):
        if _read(getattr(tallied, name)) != stored[name]:
            yield name
    if headcount != stored["headcount"]:
        yield "headcount"
    if dict(counts) != stored["counts"]:
        yield "counts"


def findings_apart(
    expected: Iterable[tuple[ClassGroupKey, Raised]], kept: Iterable[tuple[ClassGroupKey, Any]]
) -> Iterator[Difference]:
    """What should be open and what is, by learner and rule."""
    wanted = {(key, each.learner_id, each.rule): each for key, each in expected}
    stored = {(key, row["learner_id"], row["rule"]): row for key, row in kept}
    for named in sorted(wanted.keys() | stored.keys()):
        key, learner_id, rule = named
        at = place_of(key, LearnerId(learner_id)) | {"rule": rule}
        if named not in stored or named not in wanted:
            fault = Fault.missing if named in wanted else Fault.added
            yield Difference(Level.facts, fault, "findings", at)
            continue
        raised_now, row = wanted[named], stored[named]
        columns = [
            name for name in ("subject", "outcome", "severity") if getattr(raised_now, name) != row[name]
        ]
        if _read(raised_now.evidence) != row["evidence"]:
            columns.append("evidence")
        if columns:
            yield Difference(Level.facts, Fault.changed, "findings", at, tuple(columns))


def place_of(key: ClassGroupKey, learner_id: LearnerId) -> dict[str, str]:
    return {**key._asdict(), "learner_id": learner_id}


def tags(outcome_tags: str) -> list[str]:
    return outcome_tags.split(" ") if outcome_tags else []


def _read(stored: str | None) -> Any:  # noqa: ANN401 (whatever JSON holds)
    return None if stored is None else msgspec.json.decode(stored)
