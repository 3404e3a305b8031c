"""A deep check takes what is disposed of for disposed, and misses a guard that was taken away."""

from collections.abc import Sequence

import asyncpg
import pytest
from fastapi import FastAPI

from app.api.deps import Resources
from app.audit.schemas import Difference
from app.audit.service import Checking, deep_check
from app.db.models import Base
from app.db.session import Database, reading
from app.ledger.sequence import sequence
from app.retention.guards_repository import GOES_BY_DISPOSAL, KEPT_FOR_GOOD, MissingGuard, missing
from tests.retention.past import C1, C2, Officials, assess, disposed, push_class_group
from tests.unguarded import unguarded


async def checked(app: FastAPI) -> Sequence[Difference]:
    resources: Resources = app.state.resources
    await sequence(resources.database)
    checking = Checking(resources.database, resources.key_ring, resources.library)
    _, differences = await deep_check(checking)
    return differences


class TestADeepCheck:
    async def test_finds_nothing_missing_after_a_disposal(self, past: FastAPI, officials: Officials) -> None:
        await push_class_group(past, "C2")
        await assess(past, C1, C2)
        await disposed(officials)
        assert [str(each) for each in await checked(past)] == []

    async def test_finds_what_was_deleted_without_one(
        self, past: FastAPI, officials: Officials, owner_url: str
    ) -> None:
        await push_class_group(past, "C2")
        await assess(past, C1, C2)
        await disposed(officials)
        owner = await asyncpg.connect(owner_url)
        await owner.execute(unguarded("DELETE FROM attendance"))
        await owner.close()
        assert {each.table for each in await checked(past)} >= {"attendance"}


class TestGuards:
    async def test_are_all_there(self, database: Database) -> None:
        async with reading(database) as session:
            assert await missing(session) == []

    def test_name_tables_that_there_are(self) -> None:
        assert Base.metadata.tables.keys() >= {*GOES_BY_DISPOSAL, *KEPT_FOR_GOOD}

    @pytest.mark.parametrize(
        "act",
        [
            "ALTER TABLE decisions DISABLE TRIGGER kept",
            "DROP TRIGGER kept ON decisions",
            "ALTER TABLE decisions ENABLE REPLICA TRIGGER kept",
        ],
    )
    async def test_are_missed_when_an_owner_puts_them_aside(
        self, database: Database, owner_url: str, act: str
    ) -> None:
        owner = await asyncpg.connect(owner_url)
        await owner.execute(act)
        await owner.close()
        async with reading(database) as session:
            assert await missing(session) == [MissingGuard("decisions", "kept")]
