"""Every golden case, pure: facts, outcomes and eligibility to the digit, in any order of delivery."""

from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.rules.assessment import Judgement, assess_enrollment
from app.rules.fact_names import ALWAYS, FactName
from app.rules.figures import Figure, shown
from app.rules.loader import load_packs
from app.rules.policy import Packs
from app.rules.timetable import draw_up
from tests.golden.cases import GoldenCase, Record, golden_cases, write_packs
from tests.golden.plain_store import PlainStore, delivered, moment

CASES = golden_cases()
TODAY = moment("2026-11-20T12:00:00+08:00")
LATER = moment("2029-11-20T12:00:00+08:00")
"""Running class groups of the cases stand the same at both moments: what is not due lies further ahead."""


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    directory: Path = tmp_path_factory.mktemp("packs")
    write_packs(directory)
    return load_packs(directory)


def test_there_are_84_cases() -> None:
    assert len(CASES) == 84


@pytest.mark.parametrize("as_of", [TODAY, LATER], ids=["today", "later"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_delivered_in_order(case: GoldenCase, packs: Packs, as_of: int) -> None:
    check(case, packs, delivered(deliveries(case)), as_of)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_delivered_in_reverse(case: GoldenCase, packs: Packs) -> None:
    check(case, packs, delivered(reversed(deliveries(case))), TODAY)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_delivered_shuffled(case: GoldenCase, packs: Packs) -> None:
    shuffled = deliveries(case)
    Random(case.name).shuffle(shuffled)  # noqa: S311 - an order, no secret
    check(case, packs, delivered(shuffled), TODAY)


def deliveries(case: GoldenCase) -> list[tuple[str, Record]]:
    return [(feed, record) for feed in case.feeds for record in case.records(feed)]


def check(case: GoldenCase, packs: Packs, store: PlainStore, as_of: int) -> None:
    """Every enrollment stands as the case says."""
    for expected in case.expected:
        judgement = judge(packs, store, expected["class_group_id"], expected["learner_id"], as_of)
        assert judgement.eligibility == expected["eligibility"], case.why
        assert {rule.code: rule.outcome for rule in judgement.rules} == expected["outcomes"], case.why
        assert facts_of(judgement) == expected["facts"], case.why


def judge(packs: Packs, store: PlainStore, class_group_id: str, learner_id: str, as_of: int) -> Judgement:
    class_group, lessons, enrollments = store.class_group(class_group_id)
    version = packs.version_for(class_group.programme, class_group.starts_on)
    assert version is not None
    timetable = draw_up(version, class_group, lessons, as_of)
    [records] = [one for one in enrollments if one.enrollment.learner_id == learner_id]
    return assess_enrollment(timetable, records)


def facts_of(judgement: Judgement) -> dict[str, Any]:
    """As the cases write them: fractions both exact and as they are shown."""
    return {fact.value: written(fact, judgement.facts.figure(fact)) for fact in ALWAYS}


def written(fact: FactName, figure: Figure) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(figure, Fraction):
        return figure
    return {"exact": str(figure), "shown": shown(fact, figure)}
