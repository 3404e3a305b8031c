"""Final decisions by themselves: each column says what the document says, each has its run and its moment.

That a document follows from the rows standings.py finds out; that its run's root covers it, log.py.
"""

from collections.abc import Iterator

import asyncpg
import msgspec

from app.audit import decisions_repository as repository
from app.audit.log_repository import take_time
from app.audit.schemas import Difference, Fault, Found, Level, Since
from app.core.ids import first_uuid
from app.db.session import Database, reading

MILLISECOND = 80
"""Of an id, what is behind the bits that say when it was made."""
SAID = ("platform", "class_group_id", "learner_id", "eligibility")


async def compare(database: Database, since: Since) -> Found:
    found = Found()
    found.count("decisions", 0)
    async with reading(database, repeatable=True) as session:
        await take_time(session)
        async for row in repository.decisions(session, since):
            found.count("decisions")
            found.add(*_apart(row))
    return found


def _apart(row: asyncpg.Record) -> Iterator[Difference]:
    columns = tuple(_columns(row))
    if columns:
        key = {name: str(row[name]) for name in ("decision_id", "platform", "class_group_id", "learner_id")}
        yield Difference(
            Level.decisions, Fault.changed, "decisions", key, columns, recorded_at=row["decided_at"]
        )


def _columns(row: asyncpg.Record) -> Iterator[str]:
    try:
        said = msgspec.json.decode(row["document"], type=dict)
    except (msgspec.DecodeError, UnicodeDecodeError):
        yield "document"
        return
    yield from (name for name in SAID if said.get(name) != row[name])
    if not row["is_of_its_run"]:
        yield "decided_at"
    if row["decision_id"].int >> MILLISECOND != first_uuid(row["decided_at"]).int >> MILLISECOND:
        yield "decision_id"
