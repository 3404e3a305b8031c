"""All SQL that holds decisions against their own documents and runs."""

import asyncpg

from app.audit.schemas import Since
from app.db.session import ReadSession, driver

ASKED = "($1::timestamptz IS NULL OR decided_at >= $1) AND ($2::text IS NULL OR decision.platform = $2)"

COUNT = f"SELECT count(*) FROM decisions AS decision WHERE {ASKED}"  # noqa: S608 (put together from constants)

# An id begins with the millisecond of its decision, which is that of its run or, where a clock was set back,
# a microsecond after the decision before it.
APART = f"""
    SELECT * FROM (
        SELECT decision.decision_id, decision.platform, decision.class_group_id, decision.learner_id,
               decision.decided_at, array_remove(ARRAY[
            CASE WHEN said ->> 'platform' IS DISTINCT FROM decision.platform THEN 'platform' END,
            CASE WHEN said ->> 'class_group_id' IS DISTINCT FROM decision.class_group_id
                 THEN 'class_group_id' END,
            CASE WHEN said ->> 'learner_id' IS DISTINCT FROM decision.learner_id THEN 'learner_id' END,
            CASE WHEN said ->> 'eligibility' IS DISTINCT FROM decision.eligibility THEN 'eligibility' END,
            CASE WHEN decision.decided_at <> run.assessed_at AND NOT EXISTS (
                SELECT FROM decisions AS former
                WHERE former.platform = decision.platform
                  AND former.class_group_id = decision.class_group_id
                  AND former.learner_id = decision.learner_id
                  AND former.decided_at = decision.decided_at - interval '1 microsecond'
            ) THEN 'decided_at' END,
            CASE WHEN ('x' || left(translate(decision.decision_id::text, '-', ''), 12))::bit(48)::bigint
                      <> floor(extract(epoch FROM decision.decided_at) * 1000)::bigint
                 THEN 'decision_id' END
        ], NULL) AS columns
        FROM decisions AS decision
        JOIN assessment_runs AS run USING (run_id)
        CROSS JOIN LATERAL (SELECT convert_from(document, 'UTF8')::jsonb AS said OFFSET 0) AS read
        WHERE {ASKED}
    ) AS compared
    WHERE cardinality(columns) > 0
"""  # noqa: S608 (put together from constants)


async def count(session: ReadSession, since: Since) -> int:
    number: int = await (await driver(session)).fetchval(COUNT, *since)
    return number


async def apart(session: ReadSession, since: Since) -> list[asyncpg.Record]:
    """Each with the columns in which it is not what its document or its run says."""
    return list(await (await driver(session)).fetch(APART, *since))
