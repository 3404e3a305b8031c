"""What two decisions rest on, held against each other: which record, which parameter, which class group."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from app.ingest.feeds.common import LEARNER
from app.ingest.merge import Key
from app.ingest.replay import Row
from app.ledger.envelope import PolicyReference
from app.reproduction.repository import Waiver
from app.reproduction.schemas import FieldChange, Place, Records, Reproduction
from app.rules.intervals import length
from app.rules.parameters import Parameter, ParameterValue
from app.rules.person import Elsewhere
from app.rules.policy import PolicyVersion

PROVENANCE = {"batch_id", "first_batch_id", "line", "content_hash", "person_key"}
"""Columns that say nothing that the platform has written, or say it again."""


class Kind(StrEnum):
    """What is exchanged, in this order: waivers hold for exact outcomes, so they come after those."""

    records = "records"
    references = "references"
    elsewhere = "elsewhere"
    policy = "policy"
    waivers = "waivers"
    moment = "moment"


class At(NamedTuple):
    """Where a record came from."""

    batch_id: UUID
    line: int
    revision: int
    deleted: bool


class RecordChange(NamedTuple):
    feed: Feed
    platform: PlatformCode
    key: Key
    before: At | None
    after: At | None
    fields: tuple[str, ...]
    """Those that say something else; none where another batch said the same."""
    effect: Sequence[FieldChange] | None = None
    """Alone, upon the first; None: it was not tried, or nothing can be judged so."""

    @property
    def place(self) -> Place:
        return self.feed, self.platform, self.key

    def is_of_another(self, learner_id: LearnerId) -> bool:
        """Another learner's."""
        names = [each.name for each in DEFINITIONS[self.feed].keys]
        return LEARNER.name in names and self.key[names.index(LEARNER.name)] != learner_id


class ParameterChange(NamedTuple):
    name: str
    before: ParameterValue
    after: ParameterValue
    clause_before: str | None
    """None: the version has no such parameter."""
    clause_after: str | None
    effect: Sequence[FieldChange] | None = None

    @property
    def is_alone(self) -> bool:
        """Both versions have it, so that it can be tried alone."""
        return None not in {self.clause_before, self.clause_after} and self.before != self.after


class ElsewhereChange(NamedTuple):
    """Time that another class group took of the person first, in microseconds; or (no key) money, in fen."""

    key: ClassGroupKey | None
    before: int
    after: int


class LessonChange(NamedTuple):
    """Times in microseconds; None: there is no such lesson."""

    lesson_id: str
    counted_before: int | None
    credited_before: int | None
    counted_after: int | None
    credited_after: int | None


@dataclass(slots=True)
class Step:
    """One kind exchanged: what is other, and what it made of the document."""

    kind: Kind
    effect: Sequence[FieldChange] = ()
    lessons: Sequence[LessonChange] = ()
    records: Sequence[RecordChange] = ()
    parameters: Sequence[ParameterChange] = ()
    rules: Sequence[str] = ()
    """Codes of rules that one of the versions does not have, or has otherwise."""
    policies: tuple[PolicyReference, PolicyReference] | None = None
    waivers: Sequence[Waiver] = ()
    """That held for one of the decisions and not for the other."""
    elsewhere: Sequence[ElsewhereChange] = ()
    moments: tuple[datetime, datetime] | None = None


@dataclass(slots=True)
class Difference:
    first: Reproduction
    second: Reproduction
    changes: Sequence[FieldChange]
    """Of the documents as they are stored."""
    steps: Sequence[Step] = field(default_factory=list)

    @property
    def is_explained(self) -> bool:
        """Both were made again byte for byte, so the steps lead from the one to the other."""
        return self.first.is_identical and self.second.is_identical


def record_changes(before: Records, after: Records) -> Iterator[RecordChange]:
    for feed, platform, key in sorted({*before, *after}, key=_in_order):
        was, is_now = before.get((feed, platform, key)), after.get((feed, platform, key))
        if _at(was) != _at(is_now):
            yield RecordChange(feed, platform, key, _at(was), _at(is_now), tuple(_fields(was, is_now)))


def _in_order(place: Place) -> tuple[str, str, tuple[str, ...]]:
    return place[0], place[1], tuple(map(str, place[2]))


def _at(row: Row | None) -> At | None:
    return None if row is None else At(row["batch_id"], row["line"], row["revision"], row["deleted"])


def _fields(before: Row | None, after: Row | None) -> Iterator[str]:
    """Of one that came or went, none; what is sealed is never the same, and only its hash is compared."""
    if before is None or after is None or before["content_hash"] == after["content_hash"]:
        return
    for name in before:
        if name not in PROVENANCE and not name.endswith("_sealed") and before[name] != after[name]:
            yield name


def parameter_changes(before: PolicyVersion, after: PolicyVersion) -> Iterator[ParameterChange]:
    known = {each.name: each for each in before.parameters}
    new = {each.name: each for each in after.parameters}
    for name in dict.fromkeys([*known, *new]):
        was, is_now = known.get(name), new.get(name)
        if _told(was) != _told(is_now):
            (value, clause), (new_value, new_clause) = _told(was), _told(is_now)
            yield ParameterChange(name, value, new_value, clause, new_clause)


def _told(parameter: Parameter | None) -> tuple[ParameterValue, str | None]:
    return (None, None) if parameter is None else (parameter.value, parameter.clause)


def rule_changes(before: PolicyVersion, after: PolicyVersion) -> Iterator[str]:
    known = {rule.code: rule.document() for rule in before.rules}
    new = {rule.code: rule.document() for rule in after.rules}
    for code in dict.fromkeys([*known, *new]):
        if known.get(code) != new.get(code):
            yield code


def elsewhere_changes(before: Elsewhere | None, after: Elsewhere | None) -> Iterator[ElsewhereChange]:
    known, new = _taken(before), _taken(after)
    for key in sorted({*known, *new}):
        was, is_now = known.get(key, 0), new.get(key, 0)
        if was != is_now:
            yield ElsewhereChange(key, was, is_now)
    granted = [0 if each is None else each.granted_before_fen for each in (before, after)]
    if granted[0] != granted[1]:
        yield ElsewhereChange(None, *granted)


def _taken(elsewhere: Elsewhere | None) -> dict[ClassGroupKey, int]:
    return {} if elsewhere is None else {key: length(spans) for key, spans in elsewhere.named}
