"""All SQL of the rotation: pages of rows with sealed values, what replaces them, and counts by key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from app.db.models import Resealing
from app.db.session import ReadSession, WriteSession, driver
from app.rotation.schemas import Anew, Passing, PrimaryKey, SealedRow, SealedTable

KEY_AT, KEY_LENGTH = 2, 4  # behind the version, counted as SQL does

# Rows in another's hands are left to the next pass: a batch that waited for them could be waited for in turn.
STORE = """
    WITH changed AS (
        SELECT * FROM unnest({arrays}, ${old}::bytea[], ${new}::bytea[]) AS changed ({key}, old, new)
    ), free AS MATERIALIZED (
        SELECT {key} FROM {table} JOIN changed USING ({key}) FOR NO KEY UPDATE OF {table} SKIP LOCKED
    )
    UPDATE {table} SET {column} = changed.new
    FROM changed JOIN free USING ({key})
    WHERE {same_row} AND {table}.{column} = changed.old
"""


async def is_begun(session: ReadSession, key_id: str, tables: Sequence[SealedTable]) -> bool:
    """Whether every table has a pass towards this key, under way or done."""
    names = [table.name for table in tables]
    count = select(func.count()).where(Resealing.key_id == key_id, Resealing.table_name.in_(names))
    return await session.scalar(count) == len(names)


async def begin(session: WriteSession, key_id: str, tables: Sequence[SealedTable], at: datetime) -> None:
    """Of those that begin at once, one does; what leads to another key is given up."""
    fresh = {"key_id": key_id, "rotated_at": at, "begun_at": at, "after": None, "found": 0, "due_at": at}
    statement = insert(Resealing).values([{"table_name": table.name, **fresh} for table in tables])
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["table_name"],
            set_={name: statement.excluded[name] for name in fresh},
            where=Resealing.key_id != key_id,
        )
    )


async def due(session: WriteSession, key_id: str, at: datetime) -> Passing | None:
    """The table that has waited longest and that no other worker has in hand, until the transaction ends."""
    statement = (
        select(
            Resealing.table_name,
            Resealing.rotated_at,
            Resealing.begun_at,
            Resealing.after,
            Resealing.found,
        )
        .where(Resealing.key_id == key_id, Resealing.due_at <= at)
        .order_by(Resealing.due_at, Resealing.table_name)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await session.execute(statement)).one_or_none()
    return (
        None if row is None else Passing(*row[:3], None if row.after is None else tuple(row.after), row.found)
    )


async def go_on(
    session: WriteSession, passing: Passing, *, after: PrimaryKey | None, found: int, due_at: datetime | None
) -> None:
    """`after` None: the pass is at its end, and the next one begins at `due_at`."""
    changes = {"after": after, "found": found, "due_at": due_at}
    if after is None and due_at is not None:
        changes["begun_at"] = due_at
    named = Resealing.table_name == passing.table_name
    await session.execute(update(Resealing).where(named).values(changes))


async def page(
    session: ReadSession, sealed: SealedTable, after: PrimaryKey | None, limit: int
) -> list[SealedRow]:
    """The rows behind `after` in the order of the primary key."""
    keys = list(sealed.table.primary_key)
    statement = select(*keys, *(sealed.table.c[name] for name in sealed.columns)).order_by(*keys).limit(limit)
    if after is not None:
        place = [
            literal(column.type.python_type(value), column.type)
            for column, value in zip(keys, after, strict=True)
        ]
        statement = statement.where(tuple_(*keys) > tuple_(*place))
    return [
        SealedRow(tuple(map(str, row[: len(keys)])), row[len(keys) :])
        for row in await session.execute(statement)
    ]


async def store(session: WriteSession, sealed: SealedTable, column: str, changes: Sequence[Anew]) -> None:
    """Where the old value still stands and nobody holds the row."""
    types = {key.name: str(key.type.compile()).lower() for key in sealed.table.primary_key}
    arrays = [f"${place}::text[]::{of}[]" for place, of in enumerate(types.values(), start=1)]
    statement = STORE.format(
        arrays=", ".join(arrays),
        old=len(types) + 1,
        new=len(types) + 2,
        key=", ".join(types),
        table=sealed.name,
        column=column,
        same_row=" AND ".join(f"{sealed.name}.{name} = changed.{name}" for name in types),
    )
    keys: Sequence[Any] = list(zip(*(change.key for change in changes), strict=True))
    olds, news = [change.old for change in changes], [change.new for change in changes]
    await (await driver(session)).execute(statement, *map(list, keys), olds, news)


async def waiting(session: ReadSession) -> tuple[int, datetime | None]:
    statement = select(func.count(), func.min(Resealing.rotated_at)).where(Resealing.due_at.is_not(None))
    number, since = (await session.execute(statement)).one()
    return number, since


async def passes(session: ReadSession, key_id: str) -> dict[str, datetime | None]:
    """By table: since when values are looked at; None: all are under the key."""
    statement = select(Resealing.table_name, Resealing.rotated_at, Resealing.due_at).where(
        Resealing.key_id == key_id
    )
    rows = await session.execute(statement)
    return {row.table_name: None if row.due_at is None else row.rotated_at for row in rows}


async def values_by_key(session: ReadSession, sealed: SealedTable) -> dict[str, int]:
    """Reads the whole table, however long that takes."""
    await session.execute(text("SET LOCAL statement_timeout = 0"))
    counts: dict[str, int] = {}
    for name in sealed.columns:
        column = sealed.table.c[name]
        key_id = func.encode(func.substr(column, KEY_AT, KEY_LENGTH), "hex")
        statement = select(key_id, func.count()).where(column.is_not(None)).group_by(key_id)
        for found, number in await session.execute(statement):
            counts[found] = counts.get(found, 0) + number
    return counts
