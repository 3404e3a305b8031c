"""All SQL that reads what assessments have left, to be compared with a fresh judgement."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from app.audit.schemas import Since
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import CustodyRule
from app.db.session import ReadSession, driver
from app.records.chosen import (
    CHOSEN,
    CHOSEN_LEARNERS,
    NAMED,
    OF_CHOSEN,
    Learners,
    keys_apart,
    learners_apart,
    of_each,
)

KEYS_AT_ONCE = 2_000
OF_NOBODY = ""

# Not those that were judged with hours of a class group that is disposed of: nobody can judge them again.
ASSESSED = """
    SELECT tally.platform, tally.class_group_id, tally.assessed_at
    FROM class_group_assessments AS tally JOIN class_groups AS stored USING (platform, class_group_id)
    WHERE NOT stored.deleted AND ($1::timestamptz IS NULL OR tally.assessed_at >= $1)
      AND ($2::text IS NULL OR tally.platform = $2)
      AND NOT EXISTS (
          SELECT FROM disposal_neighbours AS beside
          WHERE beside.platform = tally.platform AND beside.class_group_id = tally.class_group_id
      )
    ORDER BY tally.assessed_at, tally.platform, tally.class_group_id
"""

# What waits for an assessment; a class group whose batch has no index yet waits with its touch. A neighbour
# of one that was disposed of was judged with hours that are gone.
WAITING = f"""
    SELECT chosen.number, tally.assessed_at,
           EXISTS (SELECT FROM touches WHERE {OF_CHOSEN})
               OR EXISTS (SELECT FROM disposal_neighbours WHERE {OF_CHOSEN})
               OR coalesce(tally.next_due_at <= clock_timestamp(), false) AS waits
    FROM {CHOSEN}, LATERAL (
        SELECT assessed_at, next_due_at FROM class_group_assessments WHERE {OF_CHOSEN} OFFSET 0
    ) AS tally
"""  # noqa: S608 (put together from constants)

STANDINGS = f"""
    SELECT chosen.number, found.*
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, enterprise_uscc, programme, policy_version, eligibility, outlook, facts, rules,
               outcome_tags, decision_id, subsidy_fen, subsidy, assessed_at, ledger_size
        FROM assessments WHERE {NAMED} OFFSET 0
    ) AS found
"""  # noqa: S608 (likewise)

TALLIES = f"""
    SELECT chosen.number, found.*
    FROM {CHOSEN}, LATERAL (
        SELECT next_due_at, is_final, policy_version, facts, rules, headcount, counts, ledger_size
        FROM class_group_assessments WHERE {OF_CHOSEN} OFFSET 0
    ) AS found
"""  # noqa: S608 (likewise)

TIMES = f"""
    SELECT chosen.number, found.*
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, person_key, closed_at, starts_on, ends_on, own_spans, taken_spans, capped_fen,
               before_spans, at_once_spans, granted_before_fen
        FROM person_times WHERE {NAMED} OFFSET 0
    ) AS found
"""  # noqa: S608 (likewise)

OPEN_FINDINGS = f"""
    SELECT chosen.number, found.*
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, rule, subject, outcome, severity, evidence
        FROM findings WHERE {NAMED} AND state = 'open' AND rule <> ALL ($6::text[]) OFFSET 0
    ) AS found
"""  # noqa: S608 (likewise)

UNTOUCHED = """
    NOT EXISTS (
        SELECT FROM touches
        WHERE touches.platform = kept.platform AND touches.class_group_id = kept.class_group_id
    )
"""
LIVE = """
    EXISTS (
        SELECT FROM class_groups AS stored
        WHERE stored.platform = kept.platform AND stored.class_group_id = kept.class_group_id
          AND NOT stored.deleted
    )
"""
ENROLLED = """
    EXISTS (
        SELECT FROM enrollments AS stored
        WHERE stored.platform = kept.platform AND stored.class_group_id = kept.class_group_id
          AND stored.learner_id = kept.learner_id AND NOT stored.deleted
    )
"""

STRAY = f"""
    SELECT 'class_group_assessments' AS place, 'added' AS fault, platform, class_group_id,
           NULL AS learner_id, NULL::uuid AS finding_id
    FROM class_group_assessments AS kept WHERE NOT {LIVE} AND {UNTOUCHED}
    UNION ALL
    SELECT 'class_group_assessments', 'missing', platform, class_group_id, NULL, NULL
    FROM class_groups AS kept
    WHERE NOT deleted AND {UNTOUCHED} AND NOT EXISTS (
        SELECT FROM class_group_assessments AS tally
        WHERE tally.platform = kept.platform AND tally.class_group_id = kept.class_group_id
    )
    UNION ALL
    SELECT 'assessments', 'added', platform, class_group_id, learner_id, NULL
    FROM assessments AS kept WHERE NOT ({LIVE} AND {ENROLLED}) AND {UNTOUCHED}
    UNION ALL
    SELECT 'person_times', 'added', platform, class_group_id, learner_id, NULL
    FROM person_times AS kept WHERE NOT ({LIVE} AND {ENROLLED}) AND {UNTOUCHED}
    UNION ALL
    SELECT 'findings', 'added', platform, class_group_id, learner_id, finding_id
    FROM findings AS kept
    WHERE state = 'open' AND {UNTOUCHED} AND NOT ({LIVE} AND (learner_id = '' OR {ENROLLED}))
"""  # noqa: S608 (put together from constants)

# As `eligibility.exported` keeps it: of who has a new decision, by the newest report before that.
CHANGED = """
    WITH reported AS (
        SELECT DISTINCT unnest(class_groups) AS place FROM eligibility_reports
    ), decided AS (
        SELECT decisions.*, place,
               row_number() OVER latest AS number,
               count(*) OVER (PARTITION BY platform, class_group_id, learner_id) AS decisions
        FROM decisions JOIN reported ON place = platform || ' ' || class_group_id
        WINDOW latest AS (PARTITION BY platform, class_group_id, learner_id ORDER BY decided_at DESC)
    ), expected AS (
        SELECT decided.platform, decided.class_group_id, decided.learner_id, decided.decision_id,
               said.report_id, said.created_at, told ->> decided.learner_id AS eligibility,
               (said.entry -> 'subsidies' ->> decided.learner_id)::bigint AS subsidy_fen
        FROM decided
        JOIN assessments AS standing USING (platform, class_group_id, learner_id)
        CROSS JOIN LATERAL (
            SELECT report_id, created_at, entry, entry -> 'learners' AS told
            FROM eligibility_reports, LATERAL jsonb_array_elements(entries) AS entry
            WHERE class_groups @> ARRAY[decided.place] AND created_at <= decided.decided_at
              AND entry ->> 'platform' = decided.platform
              AND entry ->> 'class_group_id' = decided.class_group_id
            ORDER BY created_at DESC
            LIMIT 1
        ) AS said
        WHERE decided.number = 1 AND decided.decisions > 1 AND told ? decided.learner_id
          AND (told ->> decided.learner_id <> decided.eligibility
               OR entry ? 'subsidies' AND (entry -> 'subsidies' ->> decided.learner_id)::bigint
                  IS DISTINCT FROM standing.subsidy_fen)
    )
    SELECT platform, class_group_id, learner_id,
           CASE WHEN kept.report_id IS NULL THEN 'missing' WHEN expected.report_id IS NULL THEN 'added'
                ELSE 'changed' END AS fault
    FROM expected FULL JOIN changed_decisions AS kept USING (platform, class_group_id, learner_id)
    WHERE (expected.decision_id, expected.report_id, expected.created_at, expected.eligibility,
           expected.subsidy_fen)
       IS DISTINCT FROM (kept.decision_id, kept.report_id, kept.reported_at, kept.reported_eligibility,
                         kept.reported_subsidy_fen)
      AND NOT EXISTS (
          SELECT FROM touches
          WHERE (touches.platform, touches.class_group_id)
              = (coalesce(expected.platform, kept.platform),
                 coalesce(expected.class_group_id, kept.class_group_id))
      )
"""


class Assessed(NamedTuple):
    key: ClassGroupKey
    assessed_at: datetime


class Stray(NamedTuple):
    """Something that belongs to nothing, or a class group of which nothing is said."""

    table: str
    fault: str
    key: dict[str, str]


async def assessed(session: ReadSession, since: Since) -> AsyncIterator[Assessed]:
    """Class groups in the order in which they were last assessed: those of one visit are together."""
    async for row in (await driver(session)).cursor(ASSESSED, *since, prefetch=KEYS_AT_ONCE):
        yield Assessed(ClassGroupKey(PlatformCode(row[0]), ClassGroupId(row[1])), row[2])


async def settled(
    session: ReadSession, keys: Sequence[ClassGroupKey], assessed_at: datetime
) -> list[ClassGroupKey]:
    """Those that wait for nothing and were not assessed again since."""
    rows = await (await driver(session)).fetch(WAITING, *keys_apart(keys))
    return [key for key, (at, waits) in of_each(keys, rows) if at == assessed_at and not waits]


Rows = dict[tuple[ClassGroupKey, LearnerId], asyncpg.Record]


async def standings(session: ReadSession, learners: Learners) -> Rows:
    return await _of_learners(session, STANDINGS, learners)


async def times(session: ReadSession, learners: Learners) -> Rows:
    return await _of_learners(session, TIMES, learners)


async def _of_learners(session: ReadSession, statement: str, learners: Learners) -> Rows:
    rows = await (await driver(session)).fetch(statement, *learners_apart(learners))
    keys = list(learners)
    return {(keys[row["number"] - 1], row["learner_id"]): row for row in rows}


async def open_findings(session: ReadSession, learners: Learners) -> list[tuple[ClassGroupKey, Any]]:
    """But those of custody: they follow from looks at videos, not from rows alone."""
    rules = [rule.value for rule in CustodyRule]
    rows = await (await driver(session)).fetch(OPEN_FINDINGS, *learners_apart(learners), rules)
    keys = list(learners)
    return [(keys[row["number"] - 1], row) for row in rows]


async def tallies(
    session: ReadSession, keys: Sequence[ClassGroupKey]
) -> Mapping[ClassGroupKey, asyncpg.Record]:
    rows = await (await driver(session)).fetch(TALLIES, *keys_apart(keys))
    return {keys[row["number"] - 1]: row for row in rows}


async def stray(session: ReadSession) -> list[Stray]:
    found = []
    for place, fault, *names in map(tuple, await (await driver(session)).fetch(STRAY)):
        known = zip(("platform", "class_group_id", "learner_id", "finding_id"), names, strict=True)
        key = {name: str(value) for name, value in known if value is not None}
        found.append(Stray(place, fault, key))
    return found


async def changed_decisions_apart(session: ReadSession) -> list[Stray]:
    """Decisions that changed after a report and are not told so, or are and did not."""
    rows = await (await driver(session)).fetch(CHANGED)
    names = ("platform", "class_group_id", "learner_id")
    return [Stray("changed_decisions", row["fault"], {name: row[name] for name in names}) for row in rows]
