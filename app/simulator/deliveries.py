"""Batches as a platform sends them: several class groups at a time, some of them twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from app.client import Batch, encode
from app.core.vocabulary import Feed
from app.simulator.chance import Chance
from app.simulator.disorder import untidy_sendings
from app.simulator.organisations import (
    PROJECTS,
    course_records,
    credit_code,
    enterprise_record,
    institution_record,
    project_record,
)
from app.simulator.sendings import Sending, Step
from app.simulator.term import ClassGroup, Platform, Term

CLASS_GROUPS_OF_A_WAVE = 8
RECORDS_OF_A_BATCH = 2_000
SENT_TWICE_PERCENT = 8
RECORDS_OF_A_LEARNER = 115
"""About so many; for progress only."""


class Delivery(NamedTuple):
    """`faults` are the lines that must be rejected, with their codes; a `repeat` must change nothing."""

    feed: Feed
    batch: Batch
    key: str
    faults: tuple[tuple[int, str], ...]
    is_repeat: bool = False


def deliveries(term: Term, platform: Platform) -> Iterator[Delivery]:
    """Everything that one platform sends through the term, in order; the same bytes for the same term."""
    yield from _round(term, platform, "catalogue", _catalogue(term))
    for number, wave in enumerate(_waves(term.class_groups(platform))):
        sent = (sending for class_group in wave for sending in untidy_sendings(term, class_group))
        yield from _round(term, platform, f"wave-{number + 1}", sent)


def records_to_expect(term: Term, platform: Platform) -> int:
    return RECORDS_OF_A_LEARNER * sum(group.headcount for group in term.class_groups(platform))


def _waves(class_groups: Iterator[ClassGroup]) -> Iterator[list[ClassGroup]]:
    while wave := list(islice(class_groups, CLASS_GROUPS_OF_A_WAVE)):
        yield wave


def _catalogue(term: Term) -> Iterator[Sending]:
    step = Step.catalogue
    for number in range(term.institution_count):
        yield Sending(step, Feed.institutions, institution_record(number))
    for number in range(term.enterprise_count):
        yield Sending(step, Feed.enterprises, enterprise_record(term.seed, number))
    for project in PROJECTS:
        yield Sending(step, Feed.projects, project_record(project))
        for record in course_records(project):
            yield Sending(step, Feed.courses, record)
    mistyped = {**enterprise_record(term.seed, 0), "uscc": _mistyped(credit_code("110108", 999_999))}
    yield Sending(step, Feed.enterprises, mistyped, fault="invalid_uscc")


def _mistyped(uscc: str) -> str:
    return uscc[:-1] + ("1" if uscc[-1] != "1" else "2")


def _round(term: Term, platform: Platform, name: str, sent: Iterable[Sending]) -> Iterator[Delivery]:
    """Sorted by step; within a step the feeds come in an order of chance."""
    pigeonholes: dict[tuple[Step, int, Feed], list[tuple[bytes, str | None]]] = defaultdict(list)
    chance = Chance(term.seed, platform.code, name)
    turns = {feed: chance.between(0, 999) for feed in Feed}
    for sending in sent:
        hole = (sending.step, turns[sending.feed], sending.feed)
        pigeonholes[hole].append((encode(sending.record), sending.fault))
    prefix = f"{term.seed}.{term.as_of}.{term.learners}.{platform.code}.{name}"
    for step, turn, feed in sorted(pigeonholes):
        letters = pigeonholes.pop((step, turn, feed))
        yield from _batches(feed, letters, f"{prefix}.{step}.{feed}", chance)


def _batches(
    feed: Feed, letters: list[tuple[bytes, str | None]], key: str, chance: Chance
) -> Iterator[Delivery]:
    for first in range(0, len(letters), RECORDS_OF_A_BATCH):
        part = letters[first : first + RECORDS_OF_A_BATCH]
        faults = tuple((line, fault) for line, (_, fault) in enumerate(part, start=1) if fault)
        delivery = Delivery(feed, Batch(tuple(record for record, _ in part)), f"{key}.{first}", faults)
        yield delivery
        if chance.happens(SENT_TWICE_PERCENT):
            is_same_key = chance.happens(50)
            again = delivery.key if is_same_key else f"{delivery.key}.again"
            yield delivery._replace(key=again, is_repeat=True)
