"""At the start of a program each version of its files is recorded once and attested, and judges its own."""

import asyncio
import json
from datetime import date
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select

from app.core.ids import ClassGroupId
from app.db.models import LedgerEntry, PolicyRecord, PolicyText, RetentionTerm, Touch
from app.db.session import Database, reading, transaction
from app.ledger.sequence import sequence
from app.policies.errors import PolicyTextInvalid
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.policies.texts import hash_of
from tests.factories import feeds
from tests.policies.published import TWO_YEARS, another_program, numbers, pack, publish
from tests.unguarded import unguarded

SPRING, AUTUMN = date(2026, 3, 2), date(2026, 9, 1)


def release(directory: Path, *texts: str) -> PolicyLibrary:
    """A program with these packs beside the built-in ones."""
    directory.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        (directory / f"pack-{number}.yaml").write_text(text)
    return PolicyLibrary.load(directory)


async def records(database: Database, programme: str = "pilot") -> list[PolicyRecord]:
    async with reading(database) as session:
        statement = select(PolicyRecord).where(PolicyRecord.programme == programme)
        return list(await session.scalars(statement.order_by(PolicyRecord.number)))


async def put_class_groups(database: Database, **starts: tuple[str, date]) -> None:
    async with transaction(database) as session:
        for class_group_id, (programme, starts_on) in starts.items():
            key = feeds.KEY._replace(class_group_id=ClassGroupId(class_group_id))
            await feeds.put_class_group(session, key, programme=programme, starts_on=starts_on)


async def kept_terms(database: Database) -> set[tuple[bytes, str]]:
    async with reading(database) as session:
        rows = await session.execute(select(RetentionTerm.content_hash, RetentionTerm.code))
        return {(row[0], row[1]) for row in rows}


async def touched(database: Database) -> list[str]:
    async with reading(database) as session:
        return sorted(await session.scalars(select(Touch.class_group_id)))


class TestTheFirstStart:
    async def test_says_how_long_is_kept_also_of_what_was_recorded_before(
        self, database: Database, owner_url: str, tmp_path: Path
    ) -> None:
        library = release(tmp_path)
        await record_files(database, library)
        terms = await kept_terms(database)
        owner = await asyncpg.connect(owner_url)
        await owner.execute(unguarded("DELETE FROM retention_terms"))
        await owner.close()
        await record_files(database, library)
        assert await kept_terms(database) == terms != set()

    async def test_records_every_version_of_every_file(self, database: Database, tmp_path: Path) -> None:
        library = release(tmp_path, pack())
        await record_files(database, library)
        async with reading(database) as session:
            policies = await library.in_force(session)
        known = {
            (version.programme, version.effective_from, version.content_hash)
            for programme in ("pilot", "standard")
            for version in policies.versions(programme)
        }
        found = [*await records(database), *await records(database, "standard")]
        assert {(each.programme, each.effective_from, each.content_hash) for each in found} == known
        assert {each.source for each in await records(database)} == {"directory"}
        assert {each.source for each in await records(database, "standard")} == {"built_in"}

    async def test_keeps_the_words_and_attests_each_version(self, database: Database, tmp_path: Path) -> None:
        await record_files(database, release(tmp_path, pack()))
        await sequence(database)
        first, _ = await records(database)
        async with reading(database) as session:
            words = await session.scalar(
                select(PolicyText.text).where(PolicyText.text_hash == first.text_hash)
            )
            entry = (
                await session.scalars(select(LedgerEntry).where(LedgerEntry.subject_id == first.record_id))
            ).one()
        assert words == pack()
        assert entry.kind == "policy"
        told = json.loads(entry.envelope)
        assert told["policy"] == {
            "id": "pilot",
            "version": "2026-01-01",
            "hash": first.content_hash.hex(),
        }
        assert (told["text_hash"], told["source"], told["retroactive"], told["proposal_id"]) == (
            *(hash_of(pack()).hex(), "directory", False, None),
        )

    async def test_of_two_at_once_is_one(self, database: Database, database_url: str, tmp_path: Path) -> None:
        library = release(tmp_path, pack())
        other = Database.connect(database_url)
        try:
            await asyncio.gather(record_files(database, library), record_files(other, library))
        finally:
            await other.dispose()
        assert [each.version for each in library.files[-1].versions] == [
            each.effective_from.isoformat() for each in await records(database)
        ]

    async def test_a_later_one_changes_nothing(self, database: Database, tmp_path: Path) -> None:
        tables = ("policy_versions", "ledger_pending", "touches")
        library = release(tmp_path, pack())
        await put_class_groups(database, C1=("pilot", SPRING))
        await record_files(database, library)
        before = await numbers(database, *tables)
        await record_files(database, release(tmp_path, pack()))
        assert await numbers(database, *tables) == before


class TestANewRelease:
    async def test_records_what_says_something_else_and_has_those_judged_again(
        self, database: Database, tmp_path: Path
    ) -> None:
        await record_files(database, release(tmp_path, pack()))
        await put_class_groups(
            database,
            before=("pilot", date(2026, 6, 30)),
            on=("pilot", date(2026, 7, 1)),
            after=("pilot", AUTUMN),
            elsewhere=("standard", AUTUMN),
        )
        await record_files(database, release(tmp_path, pack(TWO_YEARS | {"2026-07-01": "0.95"})))
        assert await touched(database) == ["after", "on"]
        assert [each.effective_from.isoformat() for each in await records(database)] == [
            *("2026-01-01", "2026-07-01", "2026-07-01"),
        ]

    async def test_with_a_day_between_two_versions_judges_those_until_the_next(
        self, database: Database, tmp_path: Path
    ) -> None:
        await record_files(database, release(tmp_path, pack()))
        await put_class_groups(
            database,
            early=("pilot", date(2026, 3, 31)),
            between=("pilot", date(2026, 4, 1)),
            late=("pilot", date(2026, 7, 1)),
        )
        await record_files(database, release(tmp_path, pack(TWO_YEARS | {"2026-04-01": "0.85"})))
        assert await touched(database) == ["between"]

    async def test_leaves_what_was_published_as_it_is(self, database: Database, tmp_path: Path) -> None:
        published = pack(TWO_YEARS | {"2027-01-01": "0.95"})
        await record_files(database, release(tmp_path, pack()))
        await publish(database, published)
        library = release(tmp_path, pack(TWO_YEARS | {"2027-01-01": "0.60"}))
        await record_files(database, library)
        assert [each.source for each in await records(database)] == ["directory", "directory", "published"]
        async with reading(database) as session:
            version = (await library.in_force(session)).version_for("pilot", date(2027, 3, 1))
        assert version is not None
        assert version.rule("attendance-rate").comparison.threshold.document()["value"] == "0.95"

    async def test_that_reads_a_published_text_otherwise_records_it_anew(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await record_files(database, release(tmp_path / "one", pack()))
        await publish(database, pack(TWO_YEARS | {"2027-01-01": "0.95"}))
        (tmp_path / "one" / "pack-0.yaml").unlink()
        with another_program(monkeypatch, release="newer"):
            library = PolicyLibrary.load()
            await record_files(database, library)
            found = await records(database)
            async with reading(database) as session:
                policies = await library.in_force(session)
            version = policies.version_for("pilot", date(2027, 3, 1))
        assert version is not None
        assert [each.source for each in found] == [*(["directory"] * 2), "published"] * 2
        assert version.content_hash == found[-1].content_hash != found[2].content_hash
        assert (found[-1].text_hash, found[-1].proposal_id) == (found[2].text_hash, found[2].proposal_id)

    async def test_that_cannot_read_what_is_in_force_does_not_start(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await record_files(database, PolicyLibrary.load())
        await publish(database, pack())

        def refuse(*_: object) -> None:
            raise PolicyTextInvalid([])

        monkeypatch.setattr("app.policies.texts.read", refuse)
        with pytest.raises(PolicyTextInvalid):
            await record_files(database, PolicyLibrary.load())
