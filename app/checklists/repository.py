"""All SQL of checklists. Answers are append-only; the newest one counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from app.checklists.schemas import Answer, Answered
from app.core.ids import ActorId
from app.db.models import ChecklistAnswer, ClassGroup
from app.db.session import ReadSession, WriteSession, driver
from app.records.selection import Selection

NEWEST = """
    SELECT DISTINCT ON (code, about, platform, subject_id)
           code, about, platform, subject_id, answer, note, answered_by, answered_at
    FROM checklist_answers
    JOIN unnest($2::text[], $3::text[], $4::text[]) AS place (about, platform, subject_id)
        USING (about, platform, subject_id)
    WHERE programme = $1
    ORDER BY code, about, platform, subject_id, answer_id DESC
"""


class Registered(NamedTuple):
    """What items of a class group's policy can be about."""

    platform: str
    class_group_id: str
    programme: str
    starts_on: date
    project_id: str
    enterprise_uscc: str


Place = tuple[str, str, str]
"""Kind, platform and id of what an item is answered for; an enterprise is no platform's."""


async def registered(session: ReadSession, selection: Selection) -> Registered | None:
    columns = (
        ClassGroup.platform,
        ClassGroup.class_group_id,
        ClassGroup.programme,
        ClassGroup.starts_on,
        ClassGroup.project_id,
        ClassGroup.enterprise_uscc,
    )
    statement = select(*columns).where(~ClassGroup.deleted, *selection.conditions())
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Registered._make(row)


async def newest(
    session: ReadSession, programme: str, places: Sequence[Place]
) -> dict[tuple[str, Place], Answered]:
    """By the item's code and what it was answered for."""
    rows = await (await driver(session)).fetch(NEWEST, programme, *map(list, zip(*places, strict=True)))
    return {
        (code, (about, platform, subject_id)): Answered(Answer(said), note, ActorId(by), at)
        for code, about, platform, subject_id, said, note, by, at in rows
    }


async def add(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(insert(ChecklistAnswer).values(row))
