"""All SQL of standings: what an assessment opens, stores and removes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.ids import ClassGroupId, ClassGroupKey, DecisionId, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import WriteSession, driver
from app.eligibility.schemas import NotYet
from app.records.chosen import (
    CHOSEN,
    CHOSEN_LEARNERS,
    NAMED,
    OF_CHOSEN,
    UNNAMED,
    Learners,
    keys_apart,
    learners_apart,
    of_each,
)

# The lock ends with the transaction. Should two class groups share a number, one of them waits for a round.
OPEN = f"""
    SELECT pg_try_advisory_xact_lock(
               hashtextextended('assess ' || chosen.platform || ' ' || chosen.class_group_id, 0)
           ),
           EXISTS (
               SELECT FROM ledger_pending, LATERAL (
                   SELECT FROM batch_class_groups WHERE {OF_CHOSEN} AND batch_id = subject_id OFFSET 0
               ) AS named
               WHERE kind = 'batch'
           ),
           (SELECT size FROM ledger_head),
           coalesce((
               SELECT next_due_at IS NULL OR next_due_at > $3
               FROM class_group_assessments WHERE {OF_CHOSEN}
           ), false)
    FROM {CHOSEN}
"""  # noqa: S608 (put together from constants)

STORE_STANDINGS = """
    INSERT INTO assessments (
        platform, class_group_id, learner_id, enterprise_uscc, programme, policy_version,
        eligibility, outlook, facts, rules, outcome_tags, decision_id, subsidy_fen, subsidy, assessed_at,
        ledger_size
    )
    SELECT platform, class_group_id, learner_id, enterprise_uscc, programme, policy_version,
           eligibility, outlook, facts::jsonb, rules::jsonb, string_to_array(outcome_tags, ' '), decision_id,
           subsidy_fen, subsidy::jsonb, $1, $2
    FROM unnest(
        $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::uuid[],
        $15::bigint[], $16::text[]
    ) AS standing (
        platform, class_group_id, learner_id, enterprise_uscc, programme, policy_version,
        eligibility, outlook, facts, rules, outcome_tags, decision_id, subsidy_fen, subsidy
    )
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
        decision_id = excluded.decision_id,
        subsidy_fen = excluded.subsidy_fen,
        subsidy = excluded.subsidy
"""

REMOVE_DEPARTED = f"""
    WITH departed AS MATERIALIZED (
        SELECT chosen.number, chosen.platform, chosen.class_group_id, found.learner_id
        FROM {CHOSEN_LEARNERS}, LATERAL (
            SELECT learner_id FROM assessments WHERE {NAMED}
            UNION ALL
            SELECT learner_id FROM assessments WHERE {UNNAMED}
            EXCEPT
            SELECT learner_id FROM enrollments WHERE {OF_CHOSEN} AND NOT deleted
        ) AS found
    )
    DELETE FROM assessments AS standing USING departed
    WHERE standing.platform = departed.platform
      AND standing.class_group_id = departed.class_group_id
      AND standing.learner_id = departed.learner_id
    RETURNING departed.number, departed.learner_id
"""  # noqa: S608 (put together from constants)

REMOVE_CLASS_GROUPS = """
    WITH chosen AS (
        SELECT * FROM unnest($1::text[], $2::text[]) AS chosen (platform, class_group_id)
    ), standings AS (
        DELETE FROM assessments USING chosen
        WHERE assessments.platform = chosen.platform AND assessments.class_group_id = chosen.class_group_id
    )
    DELETE FROM class_group_assessments AS tally USING chosen
    WHERE tally.platform = chosen.platform AND tally.class_group_id = chosen.class_group_id
"""

STORE_CLASS_GROUPS = f"""
    INSERT INTO class_group_assessments (
        platform, class_group_id, assessed_at, next_due_at, ledger_size, is_final,
        policy_version, facts, rules, headcount, counts
    )
    SELECT chosen.platform, chosen.class_group_id, $8, ($3::timestamptz[])[chosen.number], $9,
           ($4::boolean[])[chosen.number], ($5::text[])[chosen.number], ($6::text[])[chosen.number]::jsonb,
           ($7::text[])[chosen.number]::jsonb, coalesce(tally.headcount, 0), coalesce(tally.counts, '{{}}')
    FROM {CHOSEN}, LATERAL (
        SELECT max(enrollments) FILTER (WHERE tag IS NULL) AS headcount,
               jsonb_object_agg(tag, enrollments) FILTER (WHERE tag IS NOT NULL) AS counts
        FROM (
            SELECT tag, count(*) AS enrollments
            FROM assessments, unnest(outcome_tags || ARRAY[eligibility, NULL]) AS tag
            WHERE {OF_CHOSEN}
            GROUP BY tag
        ) AS tags
    ) AS tally
    ON CONFLICT (platform, class_group_id) DO UPDATE SET
        assessed_at = excluded.assessed_at,
        next_due_at = excluded.next_due_at,
        ledger_size = excluded.ledger_size,
        is_final = excluded.is_final,
        policy_version = excluded.policy_version,
        facts = excluded.facts,
        rules = excluded.rules,
        headcount = excluded.headcount,
        counts = excluded.counts
"""  # noqa: S608 (put together from constants)


class Opening(NamedTuple):
    """What is known of a class group before anything is taken."""

    is_ours: bool
    """False: another worker is at it."""
    is_unsequenced: bool
    """A batch of it has no ledger index yet."""
    ledger_size: int
    is_timely: bool
    """It was assessed, and no lesson has fallen due since."""

    @property
    def not_yet(self) -> NotYet | None:
        """Why it is left for a later round."""
        if not self.is_ours:
            return NotYet.taken
        return NotYet.unsequenced if self.is_unsequenced else None


class Standing(NamedTuple):
    """How one enrollment stands, as its row keeps it."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId
    enterprise_uscc: Uscc
    programme: str
    policy_version: str
    eligibility: Eligibility
    outlook: Outlook | None
    facts: str
    rules: str
    outcome_tags: str
    decision_id: DecisionId | None
    subsidy_fen: int | None
    subsidy: str | None
    """JSON: how it was come by."""


class Tallied(NamedTuple):
    """What is stored of a class group beside the count of its standings."""

    key: ClassGroupKey
    next_due_at: datetime | None
    is_final: bool
    policy_version: str = ""
    facts: str = "{}"
    """JSON, like `rules`: of the class group itself, and what rules on it say."""
    rules: str = "[]"


async def open_class_groups(
    session: WriteSession, keys: Sequence[ClassGroupKey], as_of: datetime
) -> dict[ClassGroupKey, Opening]:
    """Lock the class groups for this transaction, except those that another has; nobody is waited for."""
    rows = await (await driver(session)).fetch(OPEN, *keys_apart(keys), as_of)
    return {key: Opening(*row) for key, row in zip(keys, rows, strict=True)}


async def store_standings(
    session: WriteSession, standings: Sequence[Standing], *, assessed_at: datetime, ledger_size: int
) -> None:
    columns = zip(*standings, strict=True)
    await (await driver(session)).execute(STORE_STANDINGS, assessed_at, ledger_size, *columns)


async def remove_departed(session: WriteSession, learners: Learners) -> dict[ClassGroupKey, list[LearnerId]]:
    """Of these learners take away who is no longer enrolled; who they were."""
    departed: dict[ClassGroupKey, list[LearnerId]] = {}
    rows = await (await driver(session)).fetch(REMOVE_DEPARTED, *learners_apart(learners))
    for key, (learner_id,) in of_each(learners, rows):
        departed.setdefault(key, []).append(learner_id)
    return departed


async def remove_class_groups(session: WriteSession, keys: Collection[ClassGroupKey]) -> None:
    await (await driver(session)).execute(REMOVE_CLASS_GROUPS, *keys_apart(keys))


async def store_class_groups(
    session: WriteSession, tallied: Sequence[Tallied], *, assessed_at: datetime, ledger_size: int
) -> None:
    """Counts the standings as they are stored, so it comes after them."""
    keys, *columns = zip(*tallied, strict=True)
    await (await driver(session)).execute(
        STORE_CLASS_GROUPS, *keys_apart(keys), *columns, assessed_at, ledger_size
    )
