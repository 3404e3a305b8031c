"""All SQL of standings: what an assessment opens, stores and removes."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.ids import ClassGroupKey, DecisionId, LearnerId, Uscc
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import WriteSession, driver

# The lock ends with the transaction. Should two class groups share a number, one of them waits for a round.
OPEN = """
    SELECT pg_try_advisory_xact_lock(hashtextextended('assess ' || $1::text || ' ' || $2::text, 0)),
           EXISTS (
               SELECT FROM batch_class_groups AS named JOIN ledger_pending ON subject_id = named.batch_id
               WHERE named.platform = $1 AND named.class_group_id = $2
           ),
           (SELECT size FROM ledger_head),
           EXISTS (
               SELECT FROM class_group_assessments
               WHERE platform = $1 AND class_group_id = $2 AND (next_due_at IS NULL OR next_due_at > $3)
           )
"""

STORE_STANDINGS = """
    INSERT INTO assessments (
        platform, class_group_id, learner_id, enterprise_uscc, programme, policy_version,
        eligibility, outlook, facts, rules, outcome_tags, assessed_at, ledger_size, decision_id
    )
    SELECT $1, $2, learner_id, $3, $4, $5, eligibility, outlook,
           facts::jsonb, rules::jsonb, string_to_array(outcome_tags, ' '), $6, $7, decision_id
    FROM unnest($8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::uuid[])
      AS standing (learner_id, eligibility, outlook, facts, rules, outcome_tags, decision_id)
    ON CONFLICT (platform, class_group_id, learner_id) DO UPDATE SET
        enterprise_uscc = excluded.enterprise_uscc,
        programme = excluded.programme,
        policy_version = excluded.policy_version,
        eligibility = excluded.eligibility,
        outlook = excluded.outlook,
        facts = excluded.facts,
        rules = excluded.rules,
        outcome_tags = excluded.outcome_tags,
        assessed_at = excluded.assessed_at,
        ledger_size = excluded.ledger_size,
        decision_id = excluded.decision_id
"""

REMOVE_DEPARTED = """
    DELETE FROM assessments AS standing
    WHERE standing.platform = $1 AND standing.class_group_id = $2
      AND ($3::text[] IS NULL OR standing.learner_id = ANY($3))
      AND NOT EXISTS (
          SELECT FROM enrollments AS enrolled
          WHERE enrolled.platform = standing.platform
            AND enrolled.class_group_id = standing.class_group_id
            AND enrolled.learner_id = standing.learner_id
            AND NOT enrolled.deleted
      )
    RETURNING standing.learner_id
"""

REMOVE_CLASS_GROUP = """
    WITH standings AS (DELETE FROM assessments WHERE platform = $1 AND class_group_id = $2)
    DELETE FROM class_group_assessments WHERE platform = $1 AND class_group_id = $2
"""

STORE_CLASS_GROUP = """
    WITH standings AS (
        SELECT eligibility, outcome_tags FROM assessments WHERE platform = $1 AND class_group_id = $2
    ), tallies AS (
        SELECT tag, count(*) AS enrollments
        FROM (
            SELECT eligibility AS tag FROM standings UNION ALL SELECT unnest(outcome_tags) FROM standings
        ) AS tags
        GROUP BY tag
    )
    INSERT INTO class_group_assessments (
        platform, class_group_id, assessed_at, next_due_at, ledger_size, is_final, headcount, counts
    )
    SELECT $1, $2, $3, $4, $5, $6, (SELECT count(*) FROM standings),
           coalesce(jsonb_object_agg(tag, enrollments), '{}')
    FROM tallies
    ON CONFLICT (platform, class_group_id) DO UPDATE SET
        assessed_at = excluded.assessed_at,
        next_due_at = excluded.next_due_at,
        ledger_size = excluded.ledger_size,
        is_final = excluded.is_final,
        headcount = excluded.headcount,
        counts = excluded.counts
"""


class Opening(NamedTuple):
    """What is known of a class group before anything is taken."""

    is_ours: bool
    """False: another worker is at it."""
    is_unsequenced: bool
    """A batch of it has no ledger index yet."""
    ledger_size: int
    is_timely: bool
    """It was assessed, and no lesson has fallen due since."""


class Standing(NamedTuple):
    """How one enrollment stands, as its row keeps it."""

    learner_id: LearnerId
    eligibility: Eligibility
    outlook: Outlook | None
    facts: str
    rules: str
    outcome_tags: str
    decision_id: DecisionId | None


async def open_class_group(session: WriteSession, key: ClassGroupKey, as_of: datetime) -> Opening:
    """Lock the class group for this transaction, unless another has it."""
    return Opening(*await (await driver(session)).fetchrow(OPEN, *key, as_of))


async def store_standings(
    session: WriteSession,
    key: ClassGroupKey,
    standings: Sequence[Standing],
    *,
    enterprise_uscc: Uscc,
    programme: str,
    policy_version: str,
    assessed_at: datetime,
    ledger_size: int,
) -> None:
    columns = zip(*standings, strict=True)
    shared = (enterprise_uscc, programme, policy_version, assessed_at, ledger_size)
    await (await driver(session)).execute(STORE_STANDINGS, *key, *shared, *columns)


async def remove_departed(
    session: WriteSession, key: ClassGroupKey, learner_ids: Sequence[LearnerId] | None
) -> list[LearnerId]:
    """Of these learners (None: all) take away who is no longer enrolled; who they were."""
    return [row[0] for row in await (await driver(session)).fetch(REMOVE_DEPARTED, *key, learner_ids)]


async def remove_class_group(session: WriteSession, key: ClassGroupKey) -> None:
    await (await driver(session)).execute(REMOVE_CLASS_GROUP, *key)


async def store_class_group(
    session: WriteSession,
    key: ClassGroupKey,
    *,
    assessed_at: datetime,
    next_due_at: datetime | None,
    ledger_size: int,
    is_final: bool,
) -> None:
    """Counts the standings as they are stored, so it comes after them."""
    row = (assessed_at, next_due_at, ledger_size, is_final)
    await (await driver(session)).execute(STORE_CLASS_GROUP, *key, *row)
