"""Class groups, and learners of them, as a statement over many takes them: as arrays that become rows.

A statement goes from class group to class group (`LATERAL (… OFFSET 0)`, which no planner takes apart): each
is found by the index on its key whatever statistics say, and equal learner ids of two never meet.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession, driver

Learners = Mapping[ClassGroupKey, Sequence[LearnerId] | None]
"""Of each class group these learners; None: all of them."""

CHOSEN = "unnest($1::text[], $2::text[]) WITH ORDINALITY AS chosen (platform, class_group_id, number)"
"""A row for each class group, numbered from 1, out of `keys_apart`."""

CHOSEN_LEARNERS = """
    unnest($1::text[], $2::text[], $3::int[], $4::int[])
    WITH ORDINALITY AS chosen (platform, class_group_id, first, last, number)
"""
"""Likewise out of `learners_apart`: whose learners they are, of one array that holds those of all."""

OF_CHOSEN = "platform = chosen.platform AND class_group_id = chosen.class_group_id"
NAMED = f"{OF_CHOSEN} AND learner_id = ANY(($5::text[])[chosen.first:chosen.last])"
UNNAMED = f"{OF_CHOSEN} AND chosen.first IS NULL"
"""The whole class group, where no learner of it is named. No row is both this and `NAMED`."""

LOAD_BY_BITMAP = """
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_indexscan = off;
    SET LOCAL cpu_operator_cost = 0;
    SET LOCAL cpu_index_tuple_cost = 0;
    SET LOCAL plan_cache_mode = force_generic_plan;
"""


async def load_by_bitmap(session: ReadSession) -> None:
    """For the transaction; said before its first question.

    The rows of a class group lie in the order in which they came: read page after page, as a bitmap does,
    they cost a fifth less than learner after learner. As no plan depends on who is chosen, each statement is
    planned once for its connection, perhaps while its table is empty: then all indexes cost the same but for
    comparing, and where comparing costs nothing the one that fits best wins. No table is ever scanned. For
    statements of this kind alone: any other would be planned by the same measure.
    """
    await (await driver(session)).execute(LOAD_BY_BITMAP)


def keys_apart(keys: Collection[ClassGroupKey]) -> tuple[list[str], list[str]]:
    return [key.platform for key in keys], [key.class_group_id for key in keys]


def learners_apart(
    learners: Learners,
) -> tuple[list[str], list[str], list[int | None], list[int | None], list[LearnerId]]:
    named: list[LearnerId] = []
    first: list[int | None] = []
    last: list[int | None] = []
    for learner_ids in learners.values():
        first.append(None if learner_ids is None else len(named) + 1)
        named += learner_ids or ()
        last.append(None if learner_ids is None else len(named))
    return *keys_apart(learners), first, last, named


def of_each(
    keys: Iterable[ClassGroupKey], rows: Iterable[Sequence[Any]]
) -> Iterator[tuple[ClassGroupKey, Sequence[Any]]]:
    """The answers of a statement over these class groups: whose each row is, and what follows its number."""
    chosen = list(keys)
    for number, *row in rows:
        yield chosen[number - 1], row
