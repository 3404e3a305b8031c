"""All SQL of decisions that left the house in a report before they changed."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupKey, DecisionId, LearnerId
from app.core.vocabulary import Eligibility
from app.db.session import ReadSession, WriteSession, driver
from app.records.chosen import CHOSEN_LEARNERS, NAMED, Learners, keys_apart, learners_apart, of_each

Named = tuple[ClassGroupKey, LearnerId]

# Found by the index on the class groups that reports name; of the last one its entry on this class group.
LAST_REPORTED = f"""
    SELECT chosen.number, learner_id, report_id, created_at, entry -> 'learners' ->> learner_id,
           entry ? 'subsidies', (entry -> 'subsidies' ->> learner_id)::bigint
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT report_id, created_at, entries
        FROM eligibility_reports
        WHERE class_groups @> ARRAY[chosen.platform || ' ' || chosen.class_group_id]
        ORDER BY created_at DESC
        LIMIT 1
    ) AS last, LATERAL (
        SELECT entry FROM jsonb_array_elements(last.entries) AS entry
        WHERE entry ->> 'platform' = chosen.platform AND entry ->> 'class_group_id' = chosen.class_group_id
        OFFSET 0
    ) AS told, LATERAL unnest(($5::text[])[chosen.first:chosen.last]) AS learner_id
    WHERE entry -> 'learners' ? learner_id
"""  # noqa: S608 (put together from constants)

KNOWN = f"""
    SELECT chosen.number, found.*
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, decision_id, report_id, reported_at, reported_eligibility, reported_subsidy_fen
        FROM changed_decisions WHERE {NAMED} OFFSET 0
    ) AS found
"""  # noqa: S608 (likewise)

STORE = """
    INSERT INTO changed_decisions (
        platform, class_group_id, learner_id, decision_id, report_id, reported_at, reported_eligibility,
        reported_subsidy_fen
    )
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::timestamptz[], $7::text[],
        $8::bigint[]
    )
    ON CONFLICT (platform, class_group_id, learner_id) DO UPDATE SET
        decision_id = excluded.decision_id,
        report_id = excluded.report_id,
        reported_at = excluded.reported_at,
        reported_eligibility = excluded.reported_eligibility,
        reported_subsidy_fen = excluded.reported_subsidy_fen
"""

REMOVE = """
    DELETE FROM changed_decisions AS changed
    USING unnest($1::text[], $2::text[], $3::text[]) AS gone (platform, class_group_id, learner_id)
    WHERE changed.platform = gone.platform AND changed.class_group_id = gone.class_group_id
      AND changed.learner_id = gone.learner_id
"""


class Reported(NamedTuple):
    """What the last report said of an enrollment."""

    report_id: UUID
    reported_at: datetime
    eligibility: Eligibility
    tells_money: bool
    """False: it was issued before reports said what is paid."""
    subsidy_fen: int | None

    def differs(self, eligibility: Eligibility, subsidy_fen: int | None) -> bool:
        return self.eligibility != eligibility or (self.tells_money and self.subsidy_fen != subsidy_fen)


class ChangedRow(NamedTuple):
    """A decision that says otherwise than the report did."""

    decision_id: DecisionId
    report_id: UUID
    reported_at: datetime
    reported_eligibility: Eligibility
    reported_subsidy_fen: int | None


async def last_reported(session: ReadSession, learners: Learners) -> dict[Named, Reported]:
    """By the newest report that holds the class group; without those whom it did not name."""
    rows = await (await driver(session)).fetch(LAST_REPORTED, *learners_apart(learners))
    return {
        (key, learner_id): Reported(report_id, created_at, Eligibility(said), *money)
        for key, (learner_id, report_id, created_at, said, *money) in of_each(learners, rows)
    }


async def known(session: ReadSession, learners: Learners) -> dict[Named, ChangedRow]:
    """Those found out before."""
    rows = await (await driver(session)).fetch(KNOWN, *learners_apart(learners))
    return {
        (key, learner_id): ChangedRow(decision_id, report_id, reported_at, Eligibility(said), subsidy_fen)
        for key, (learner_id, decision_id, report_id, reported_at, said, subsidy_fen) in of_each(
            learners, rows
        )
    }


async def store(session: WriteSession, changed: Iterable[tuple[Named, ChangedRow]]) -> None:
    rows = [(*key, learner_id, *row) for (key, learner_id), row in changed]
    if rows:
        await (await driver(session)).execute(STORE, *zip(*rows, strict=True))


async def remove(session: WriteSession, gone: Collection[Named]) -> None:
    if gone:
        keys = keys_apart([key for key, _ in gone])
        await (await driver(session)).execute(REMOVE, *keys, [learner_id for _, learner_id in gone])
