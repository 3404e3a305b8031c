"""All SQL of waivers. Append-only, but for when one ends."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import CustodyRule, FindingState, Outcome
from app.db.models import ClassGroup, Finding
from app.db.models import Waiver as WaiverRow
from app.db.session import ReadSession, WriteSession, driver
from app.records.chosen import CHOSEN, OF_CHOSEN, keys_apart, of_each
from app.records.selection import Selection
from app.rules.fact_names import FactName, Unit
from app.rules.figures import Figure, StoredFigure, read_exact
from app.rules.waivers import Waiver

HOLDING = f"""
    SELECT chosen.number, held.learner_id, held.waiver_id, held.rule, held.outcome, held.fact,
           held.observed, held.threshold
    FROM {CHOSEN}, LATERAL (
        SELECT learner_id, waiver_id, rule, outcome, fact, observed, threshold
        FROM waivers WHERE {OF_CHOSEN} AND ended_at IS NULL OFFSET 0
    ) AS held
"""  # noqa: S608 (put together from constants)


class Waived(NamedTuple):
    """Whom or what a waiver concerns."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId
    """Empty: the class group itself."""
    district: str | None

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)


async def open_finding(session: ReadSession, finding_id: UUID, selection: Selection) -> Waived | None:
    """Of one that can be waived: what custody finds is mended, or stays."""
    is_meant = (Finding.finding_id == finding_id, _is_open(), Finding.rule.not_in(list(CustodyRule)))
    return await _concerned(session, Finding, selection, *is_meant)


async def holding_waiver(session: ReadSession, waiver_id: UUID, selection: Selection) -> Waived | None:
    is_meant = (WaiverRow.waiver_id == waiver_id, WaiverRow.ended_at.is_(None))
    return await _concerned(session, WaiverRow, selection, *is_meant)


async def _concerned(
    session: ReadSession,
    table: type[Finding | WaiverRow],
    selection: Selection,
    *conditions: ColumnElement[bool],
) -> Waived | None:
    columns = table.platform, table.class_group_id, table.learner_id, ClassGroup.district_code
    statement = (
        select(*columns)
        .join(
            ClassGroup,
            (ClassGroup.platform == table.platform) & (ClassGroup.class_group_id == table.class_group_id),
        )
        .where(*conditions, *selection.conditions())
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Waived._make(row)


async def waive(session: WriteSession, finding_id: UUID, values: dict[str, Any]) -> bool:
    """False: it is not open any more."""
    statement = (
        update(Finding)
        .where(Finding.finding_id == finding_id, _is_open())
        .values(state=FindingState.waived, waiver_id=values["waiver_id"], waived_at=values["waived_at"])
        .returning(
            Finding.platform, Finding.class_group_id, Finding.learner_id, Finding.rule, Finding.evidence
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return False
    *owner, evidence = row
    names = ("platform", "class_group_id", "learner_id", "rule")
    told = {name: json.dumps(evidence[name], ensure_ascii=False) for name in ("observed", "threshold")}
    said = {"fact": evidence["fact"], "outcome": evidence["outcome"], "finding_id": finding_id}
    await session.execute(
        insert(WaiverRow).values(**dict(zip(names, owner, strict=True)), **told, **said, **values)
    )
    return True


async def end(session: WriteSession, waiver_id: UUID, at: datetime) -> bool:
    """False: it has ended before."""
    holds = (WaiverRow.waiver_id == waiver_id, WaiverRow.ended_at.is_(None))
    statement = update(WaiverRow).where(*holds).values(ended_at=at).returning(WaiverRow.waiver_id)
    return (await session.execute(statement)).one_or_none() is not None


async def reasons_of(session: ReadSession, waiver_ids: Collection[UUID]) -> dict[UUID, str]:
    statement = select(WaiverRow.waiver_id, WaiverRow.reason).where(WaiverRow.waiver_id.in_(waiver_ids))
    return {row.waiver_id: row.reason for row in await session.execute(statement)}


async def holding(
    session: ReadSession, keys: Sequence[ClassGroupKey]
) -> Iterable[tuple[ClassGroupKey, LearnerId, Waiver]]:
    """Of these class groups, mostly none."""
    rows = await (await driver(session)).fetch(HOLDING, *keys_apart(keys))
    return [(key, learner_id, _waiver(said)) for key, (learner_id, *said) in of_each(keys, rows)]


def _waiver(said: Sequence[Any]) -> Waiver:
    waiver_id, rule, outcome, fact, observed, threshold = said
    is_word = FactName(fact).unit is Unit.text
    seen: StoredFigure = json.loads(observed)
    figure: Figure = seen if is_word else read_exact(seen)
    return Waiver(str(waiver_id), rule, Outcome(outcome), figure, read_exact(json.loads(threshold)))


def _is_open() -> ColumnElement[bool]:
    return Finding.state == FindingState.open
