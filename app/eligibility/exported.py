"""A decision that left the house in an eligibility report and then changed is never silently another.

Compared is the decision with the newest report, issued before it was made, that holds its class group. The
difference stays with the decision, whatever later reports say, until a later decision says the same again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupKey, DecisionId, LearnerId
from app.core.vocabulary import Eligibility, Outcome, Severity
from app.db.session import ReadSession, WriteSession
from app.eligibility import exported_repository as repository
from app.eligibility.exported_repository import ChangedRow, Named
from app.findings.schemas import Raised
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName

RULE = "decision-changed-after-export"
"""The code of its finding."""


class Decided(NamedTuple):
    """An enrollment of a closed class group and the decision that it stands on."""

    key: ClassGroupKey
    learner_id: LearnerId
    decision_id: DecisionId | None
    last_decision_id: DecisionId | None
    """The one before this assessment; None: there was none."""
    eligibility: Eligibility
    subsidy_fen: int | None

    @property
    def named(self) -> Named:
        return self.key, self.learner_id

    @property
    def is_changed(self) -> bool:
        return self.last_decision_id is not None and self.last_decision_id != self.decision_id


async def settle(session: WriteSession, decided: Iterable[Decided]) -> Mapping[ClassGroupKey, list[Raised]]:
    """Keep who stands otherwise than reported; the findings on them."""
    every = list(decided)
    if not every:
        return {}
    standing = await repository.known(session, _by_class_group(every))
    new = [each for each in every if each.is_changed]
    if new:
        reported = await repository.last_reported(session, _by_class_group(new))
        changed = {
            each.named: ChangedRow(each.decision_id, *said[:3], said.subsidy_fen)
            for each in new
            if each.decision_id is not None
            and (said := reported.get(each.named))
            and said.differs(each.eligibility, each.subsidy_fen)
        }
        await repository.remove(session, [each.named for each in new if each.named in standing])
        await repository.store(session, changed.items())
        standing |= changed
    return _findings(every, standing)


async def findings_on(
    session: ReadSession, decided: Iterable[Decided]
) -> Mapping[ClassGroupKey, list[Raised]]:
    """Those on who stands otherwise than reported, by what is kept; nothing is found out anew."""
    every = list(decided)
    return _findings(every, await repository.known(session, _by_class_group(every))) if every else {}


def _findings(
    decided: Iterable[Decided], standing: Mapping[Named, ChangedRow]
) -> Mapping[ClassGroupKey, list[Raised]]:
    found: defaultdict[ClassGroupKey, list[Raised]] = defaultdict(list)
    for each in decided:
        row = standing.get(each.named)
        if row is not None and row.decision_id == each.decision_id:
            found[each.key].append(_finding(each, row))
    return found


def _finding(decided: Decided, row: ChangedRow) -> Raised:
    day = row.reported_at.astimezone(SHANGHAI).date()
    outcome = RuleOutcome(
        code=RULE,
        outcome=Outcome.failed,
        severity=Severity.warning,
        fact=FactName.reported_eligibility,
        observed=_in_words(decided.eligibility, decided.subsidy_fen),
        threshold=_in_words(row.reported_eligibility, row.reported_subsidy_fen),
        shortfall=None,
        clause=f"补贴资格报告 {row.report_id}（{day}）",
    )
    evidence = msgspec.json.encode(outcome.stored()).decode()
    return Raised(decided.learner_id, RULE, Outcome.failed, Severity.warning, evidence)


def _in_words(eligibility: Eligibility, subsidy_fen: int | None) -> str:
    """As `eligible, 18000 fen`."""
    return eligibility.value if subsidy_fen is None else f"{eligibility.value}, {subsidy_fen} fen"


def _by_class_group(decided: Iterable[Decided]) -> dict[ClassGroupKey, list[LearnerId]]:
    found: defaultdict[ClassGroupKey, list[LearnerId]] = defaultdict(list)
    for each in decided:
        found[each.key].append(each.learner_id)
    return found
