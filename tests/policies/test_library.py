"""What is in force is asked of the database: at once after a publication, and as of one's own snapshot."""

from datetime import date
from pathlib import Path

import pytest

from app.db.confinement import Confinement, Premises
from app.db.session import Database, driver, reading, transaction
from app.policies import texts
from app.policies.errors import PolicyNotReadable
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.rules.policy import PolicyVersion
from tests.policies.published import TWO_YEARS, another_program, pack, publish

NEXT_SPRING = date(2027, 3, 1)
WITH_A_NEW_DAY = pack(TWO_YEARS | {"2027-01-01": "0.95"})


@pytest.fixture
async def library(database: Database, tmp_path: Path) -> PolicyLibrary:
    (tmp_path / "pilot.yaml").write_text(pack())
    library = PolicyLibrary.load(tmp_path)
    await record_files(database, library)
    return library


async def version_of(database: Database, library: PolicyLibrary, programme: str = "pilot") -> str | None:
    async with reading(database) as session:
        version = (await library.in_force(session)).version_for(programme, NEXT_SPRING)
    return None if version is None else version.version


async def test_a_publication_is_in_force_without_a_restart(
    database: Database, library: PolicyLibrary
) -> None:
    assert await version_of(database, library) == "2026-07-01"
    assert await publish(database, WITH_A_NEW_DAY) == ["2027-01-01"]
    assert await version_of(database, library) == "2027-01-01"


async def test_so_is_a_new_programme(database: Database, library: PolicyLibrary) -> None:
    assert await version_of(database, library, "novel") is None
    await publish(database, pack(programme="novel"))
    assert await version_of(database, library, "novel") == "2026-07-01"


async def test_a_snapshot_keeps_what_was_in_force_when_it_began(
    database: Database, library: PolicyLibrary
) -> None:
    async with transaction(database, repeatable=True) as session:
        before = await library.in_force(session)
        await publish(database, WITH_A_NEW_DAY)
        assert await version_of(database, library) == "2027-01-01"
        again = await library.in_force(session)
    assert [each.number for each in (before, again)] == [before.number] * 2
    assert (found := again.version_for("pilot", NEXT_SPRING)) is not None
    assert found.version == "2026-07-01"
    assert await version_of(database, library) == "2027-01-01"


async def test_a_text_is_read_once(
    database: Database, library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(database, WITH_A_NEW_DAY)
    read: list[str] = []
    parse = texts.read

    def counted(text: str, name: str = texts.SENT) -> tuple[PolicyVersion, ...]:
        read.append(text)
        return parse(text, name)

    monkeypatch.setattr(texts, "read", counted)
    for _ in range(3):
        assert await version_of(database, library) == "2027-01-01"
    await publish(database, pack(programme="novel"))
    assert await version_of(database, library, "novel") == "2026-07-01"
    assert read.count(WITH_A_NEW_DAY) == 1


async def test_what_is_read_otherwise_than_recorded_judges_nobody(
    database: Database, library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another_program(monkeypatch, release="newer"):
        await publish(database, pack(programme="novel"))
    with pytest.raises(PolicyNotReadable, match="novel 2026-01-01"):
        await version_of(database, library)


async def test_owners_who_see_only_their_own_rows_see_policies(
    database: Database, library: PolicyLibrary
) -> None:
    await publish(database, WITH_A_NEW_DAY)
    for premises in Premises:
        async with reading(database, within=Confinement(premises, "P1")) as session:
            version = (await PolicyLibrary(library.files).in_force(session)).version_for("pilot", NEXT_SPRING)
        assert version is not None
        assert version.version == "2027-01-01"


async def test_to_look_is_one_statement_while_nothing_moves(
    database: Database, library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    await version_of(database, library)
    async with reading(database) as session:
        await (await driver(session)).fetchval("SELECT 1")

        def refuse(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr("app.policies.repository.in_force", refuse)
        assert (await library.in_force(session)).number > 0
