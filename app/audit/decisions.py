"""Final decisions by themselves: each column says what the document says, each has its run and moment.

That a document follows from the rows standings.py finds out; that its run's root covers it, log.py.
"""

from collections.abc import AsyncIterator

from app.audit import decisions_repository as repository
from app.audit.log_repository import take_time
from app.audit.schemas import Difference, Fault, Found, Level, Since
from app.db.session import Database, ReadSession, reading


async def compare(database: Database, since: Since) -> Found:
    found = Found()
    async with reading(database, repeatable=True) as session:
        await take_time(session)
        found.count("decisions", await repository.count(session, since))
        found.add(*[each async for each in _apart(session, since)])
    return found


async def _apart(session: ReadSession, since: Since) -> AsyncIterator[Difference]:
    for row in await repository.apart(session, since):
        key = {name: str(row[name]) for name in ("decision_id", "platform", "class_group_id", "learner_id")}
        yield Difference(
            Level.decisions,
            Fault.changed,
            "decisions",
            key,
            tuple(row["columns"]),
            recorded_at=row["decided_at"],
        )
