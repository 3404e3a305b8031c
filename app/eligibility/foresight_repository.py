"""The SQL of foresight: who is enrolled in class groups that a batch touches whole."""

from collections.abc import Sequence

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession, driver
from app.records.chosen import CHOSEN, OF_CHOSEN, keys_apart, of_each

ENROLLED = f"""
    SELECT chosen.number, enrolled.learner_id
    FROM {CHOSEN}, LATERAL (
        SELECT learner_id FROM enrollments WHERE {OF_CHOSEN} ORDER BY learner_id LIMIT $3
    ) AS enrolled
    LIMIT $3
"""  # noqa: S608 (put together from constants)

COUNT = f"""
    SELECT coalesce(sum(enrolled.number), 0)::bigint
    FROM {CHOSEN}, LATERAL (SELECT count(*) AS number FROM enrollments WHERE {OF_CHOSEN}) AS enrolled
"""  # noqa: S608 (as above)


async def learners_of(
    session: ReadSession, keys: Sequence[ClassGroupKey], most: int
) -> dict[ClassGroupKey, list[LearnerId]]:
    """The first of all enrollments of these class groups, of deleted ones too: they may come back."""
    found: dict[ClassGroupKey, list[LearnerId]] = {}
    if keys:
        rows = await (await driver(session)).fetch(ENROLLED, *keys_apart(keys), most)
        for key, (learner_id,) in of_each(keys, rows):
            found.setdefault(key, []).append(learner_id)
    return found


async def count_of(session: ReadSession, keys: Sequence[ClassGroupKey]) -> int:
    number: int = await (await driver(session)).fetchval(COUNT, *keys_apart(keys))
    return number
