"""All SQL that reads decisions with their runs."""

from collections.abc import AsyncIterator

import asyncpg

from app.audit.schemas import Since
from app.db.session import ReadSession, driver

AT_ONCE = 1_000

DECISIONS = """
    SELECT decision.decision_id, decision.platform, decision.class_group_id, decision.learner_id,
           decision.decided_at, decision.eligibility, decision.document, run.assessed_at,
           decision.decided_at = run.assessed_at OR EXISTS (
               SELECT FROM decisions AS former
               WHERE former.platform = decision.platform
                 AND former.class_group_id = decision.class_group_id
                 AND former.learner_id = decision.learner_id
                 AND former.decided_at = decision.decided_at - interval '1 microsecond'
           ) AS is_of_its_run
    FROM decisions AS decision JOIN assessment_runs AS run USING (run_id)
    WHERE ($1::timestamptz IS NULL OR decided_at >= $1) AND ($2::text IS NULL OR decision.platform = $2)
"""


async def decisions(session: ReadSession, since: Since) -> AsyncIterator[asyncpg.Record]:
    """Each with whether it was made at the moment of its run; one whose run is gone is told by log.py.

    Where a clock was set back, a decision is a microsecond after the one before it.
    """
    async for row in (await driver(session)).cursor(DECISIONS, *since, prefetch=AT_ONCE):
        yield row
