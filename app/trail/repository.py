"""All SQL of the trail."""

from sqlalchemy import insert

from app.db.models import TrailEntry
from app.db.session import WriteSession
from app.trail.schemas import Entry


async def add(session: WriteSession, entry: Entry) -> None:
    values = entry._asdict()
    del values["hour"]  # the database's own
    await session.execute(insert(TrailEntry).values(values))
