"""What is altered behind the program's back is found, and named by table and key (docs/tampering.md)."""

import json

import pytest
from _pytest.mark import ParameterSet

from tests.audit.alterations import Alteration, of_feeds
from tests.audit.alterations_of_acts import OF_ACTS
from tests.audit.alterations_of_batches import OF_BATCHES
from tests.audit.alterations_of_results import OF_DECISIONS, OF_STANDINGS
from tests.audit.alterations_of_the_log import OF_THE_LOG
from tests.audit.conftest import Copy

ALTERATIONS = (*of_feeds(), *OF_THE_LOG, *OF_BATCHES, *OF_ACTS, *OF_DECISIONS, *OF_STANDINGS)
FIRST_OF_TABLE = {each.table: each for each in reversed(ALTERATIONS)}
"""One of each table is tried before every change; `make test-long` tries them all."""
WITHOUT_TRIGGERS = "SET session_replication_role = replica"


async def test_a_world_that_nobody_touched_is_right(copy: Copy) -> None:
    check = await copy.check()
    assert check.differences == []
    looked_at = {"records", "enrollments", "class_groups", "decisions", "entries", "tiles", "checkpoints"}
    assert {name for name, number in check.counts.items() if number > 0} >= looked_at


def _tried(alteration: Alteration) -> ParameterSet:
    is_first = FIRST_OF_TABLE[alteration.table] is alteration
    return pytest.param(alteration, id=alteration.name, marks=() if is_first else pytest.mark.long)


@pytest.mark.parametrize("alteration", [_tried(each) for each in ALTERATIONS])
async def test_an_alteration_is_found(copy: Copy, alteration: Alteration) -> None:
    told = json.loads(await copy.owner.fetchval(alteration.key))
    key = {name: str(value) for name, value in told.items()}
    await copy.owner.execute(WITHOUT_TRIGGERS)
    await copy.owner.execute(alteration.act)
    found = await copy.differences()
    named = [
        each
        for each in found
        if each.table == alteration.table
        and key.items() <= each.key.items()
        and (alteration.column is None or alteration.column in each.columns)
    ]
    assert named, [str(each) for each in found]
