"""Temporary tables stand before real ones, also for statements that the connection knew before."""

from app.db.session import Database, WriteSession, driver, rehearsing, transaction
from app.db.shadows import cast_shadows, clear_shadows

COUNT = "SELECT count(*) FROM projects"
INSERT = """
    INSERT INTO projects (platform, project_id, revision, deleted, content_hash, batch_id, line)
    VALUES ('live-a', $1, 0, false, '', gen_random_uuid(), 1)
"""


async def count(session: WriteSession) -> int:
    return int(await (await driver(session)).fetchval(COUNT))


async def put(session: WriteSession, project_id: str) -> None:
    await (await driver(session)).execute(INSERT, project_id)


async def test_what_was_prepared_for_the_real_table_reads_and_writes_the_shadow(database_url: str) -> None:
    database = Database.connect(database_url, pool_size=1)
    async with transaction(database) as session:  # from now on it looks for temporary ones first
        await (await driver(session)).execute("CREATE TEMPORARY TABLE other (number int) ON COMMIT DROP")
    async with transaction(database) as session:
        await put(session, "P1")
        await put(session, "P2")
        assert await count(session) == 2
    async with rehearsing(database) as session:
        await cast_shadows(session, ["projects"])
        assert await count(session) == 0
        await put(session, "P3")
        real = await (await driver(session)).fetchval("SELECT count(*) FROM public.projects")
        assert (await count(session), real) == (1, 2)
        await clear_shadows(session, ["projects"])
        assert await count(session) == 0
    async with transaction(database) as session:
        assert await count(session) == 2
    await database.dispose()
