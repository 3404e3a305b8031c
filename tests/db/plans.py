"""Which index a statement would use: `assert await index_used(session, statement) == {"ix_…"}`."""

import re
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
    return await _indexes(connection, await _plan(connection, *_as_driven(session, statement, arguments)))


async def index_kept(session: ReadSession, statement: str) -> set[str]:
    """The indexes of the plan that a connection keeps for any arguments, as this transaction makes it."""
    connection = await driver(session)
    arguments = ", ".join(["NULL"] * max(map(int, re.findall(r"\$(\d+)", statement))))
    await connection.execute(f"PREPARE asked AS {statement}")
    answer = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked ({arguments})")
    await connection.execute("DEALLOCATE asked")
    return await _indexes(connection, answer[0]["Plan"])


async def _indexes(connection: asyncpg.Connection, plan: Plan) -> set[str]:
    nodes = list(_nodes(plan))
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
