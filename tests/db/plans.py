"""Which index a statement would use: `assert await index_used(session, statement) == {"ix_…"}`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from app.db.session import ReadSession, driver

Plan = Mapping[str, Any]

INDEXES_OF_TABLES = """
    SELECT coalesce(whole.relname, part.relname)
    FROM pg_class AS part
    LEFT JOIN pg_inherits ON inhrelid = part.oid
    LEFT JOIN pg_class AS whole ON whole.oid = inhparent
    WHERE part.relname = ANY($1) AND part.relkind = 'i'
"""


async def index_used(session: ReadSession, statement: str | Executable, *arguments: object) -> set[str]:
    """The indexes of the plan, those of partitions under the name that the table's index has.

    `arguments` are those of a statement written for the driver ($1, $2 …). Reading a whole table fails:
    beside it the name of an index says nothing. Sequential scans are made dear, since the tables of a test
    are small: the question is whether the statement *can* use the index.
    """
    connection = await driver(session)
    nodes = list(_nodes(await _plan(connection, *_as_driven(session, statement, arguments))))
    read_whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    assert not read_whole, f"reads all of {', '.join(sorted(read_whole))}"
    names = [node["Index Name"] for node in nodes if "Index Name" in node]
    return {row[0] for row in await connection.fetch(INDEXES_OF_TABLES, names)}


async def _plan(connection: asyncpg.Connection, statement: str, arguments: Sequence[object]) -> Plan:
    await connection.execute("SET LOCAL enable_seqscan = off")
    answer: list[Mapping[str, Plan]] = await connection.fetchval(
        f"EXPLAIN (FORMAT JSON) {statement}", *arguments
    )
    await connection.execute("SET LOCAL enable_seqscan = on")
    return answer[0]["Plan"]


def _as_driven(
    session: ReadSession, statement: str | Executable, arguments: Sequence[object]
) -> tuple[str, Sequence[object]]:
    if isinstance(statement, str):
        return statement, arguments
    assert isinstance(statement, ClauseElement)
    dialect = session.get_bind().dialect
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    assert isinstance(compiled, SQLCompiler)
    return str(compiled), [compiled.params[name] for name in compiled.positiontup or ()]


def _nodes(node: Plan) -> Iterator[Plan]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
