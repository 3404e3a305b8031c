"""A country's worth of records, seeded so that lists have something to find: see world.sql and judged.sql."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import asyncpg

from app.core import clock
from app.db.session import Database, transaction
from app.eligibility.service import reassess
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.contexts import column_context
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.simulator.organisations import credit_code
from app.simulator.people import person
from tests.load.bodies import SEED
from tests.load.site import Site

CLASS_GROUPS_OF_AN_ENTERPRISE = 5
LEARNERS_OF_A_CLASS_GROUP, RECORDS_OF_A_LEARNER = 40, 100
MODELS = 4
SEARCHED = 50
"""Persons whose ID number is known."""
SMALL_DISTRICT, PROVINCE = "440204", "440000"
"""Two enterprises, however many there are elsewhere; every third lies in the province."""
ENTERPRISES_OF_SMALL_DISTRICT = (7, 31)
DISTRICTS = ("440203", "110105", "330106")

PLAIN = Path(__file__).with_name("world.sql")
JUDGED = Path(__file__).with_name("judged.sql")


def class_groups_for(learning_records: int) -> int:
    return learning_records // (LEARNERS_OF_A_CLASS_GROUP * RECORDS_OF_A_LEARNER)


def district_of(enterprise: int) -> str:
    return (
        SMALL_DISTRICT
        if enterprise in ENTERPRISES_OF_SMALL_DISTRICT
        else DISTRICTS[enterprise % len(DISTRICTS)]
    )


def uscc_of(enterprise: int) -> str:
    return credit_code(district_of(enterprise), enterprise)


def id_number_of(number: int) -> str:
    return person(SEED, number).id_number


class World(NamedTuple):
    """How much there is of it."""

    class_groups: int
    platforms: int = 5
    lessons: int = 20
    """Each learner has five learning records in each."""
    running_every: int = 4
    """Of so many class groups one runs."""


def seed(site: Site, wanted: World) -> None:
    key_ring = KeyRing.load_or_create(site.place / "keyring.json")
    asyncio.run(_seed(site, wanted, key_ring))


async def _seed(site: Site, wanted: World, key_ring: KeyRing) -> None:
    connection = await asyncpg.connect(site.server.owner_url)
    database = Database.connect(site.server.program_url, pool_size=4)
    try:
        for name, value in wanted._asdict().items():
            await connection.execute("SELECT set_config($1, $2, false)", f"load.{name}", str(value))
        await connection.execute("SET work_mem = '256MB'")
        await record_files(database, PolicyLibrary.load())  # or the server would have everybody judged again
        await _name(connection, wanted.class_groups, key_ring)
        await connection.execute(PLAIN.read_text())
        await connection.execute("ANALYZE")
        await _assess_models(connection, database, key_ring)
        await connection.execute(JUDGED.read_text())
        await connection.execute("VACUUM ANALYZE")
    finally:
        await database.dispose()
        await connection.close()


async def _name(connection: asyncpg.Connection, class_groups: int, key_ring: KeyRing) -> None:
    """Whose numbers have check digits, and who is sealed and hashed under the platform's own keys."""
    await connection.execute(
        "CREATE TEMPORARY TABLE enterprise (number int, uscc text, district text);"
        "CREATE TEMPORARY TABLE person (number int, person_key bytea, id_number_sealed bytea)"
    )
    enterprises = range(-(-class_groups // CLASS_GROUPS_OF_AN_ENTERPRISE))
    await connection.copy_records_to_table(
        "enterprise", records=[(number, uscc_of(number), district_of(number)) for number in enterprises]
    )
    context = column_context("enrollments", "id_number_sealed")
    await connection.copy_records_to_table(
        "person",
        records=[
            (number, key_ring.person_key(known), key_ring.seal(known.encode(), context))
            for number in range(SEARCHED)
            if (known := id_number_of(number))
        ],
    )


async def _assess_models(connection: asyncpg.Connection, database: Database, key_ring: KeyRing) -> None:
    """By the pipeline itself, so that what is copied is what it would have stored."""
    pipeline = Pipeline(database, PolicyLibrary.load(), key_ring)
    models = await connection.fetch("SELECT platform, class_group_id FROM class_group WHERE n < $1", MODELS)
    async with transaction(database) as session:
        for model in models:
            await reassess(session, Selection(*model), clock.now())
    while (await pipeline.run_round(asyncio.Event())).assessed:
        pass
