"""All SQL of what is shown of custody."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, select, tuple_
from sqlalchemy.dialects.postgresql import array

from app.core.vocabulary import CustodyState
from app.custody.schemas import CheckView, VideoView
from app.db.models import ClassGroup, CustodyRound, Video, VideoCheck, VideoCustody
from app.db.session import ReadSession
from app.records.names import platform_name
from app.records.selection import Selection

SHOWN_CHECKS = 100

KEY = (VideoCustody.platform, VideoCustody.class_group_id, VideoCustody.video_id)
COLUMNS = (
    *(getattr(VideoCustody, name) for name in VideoView._fields if hasattr(VideoCustody, name)),
    platform_name(VideoCustody.platform),
    ClassGroup.name,
)
ITS_CLASS_GROUP = and_(
    ClassGroup.platform == VideoCustody.platform, ClassGroup.class_group_id == VideoCustody.class_group_id
)
ITS_RECORD = and_(
    Video.platform == VideoCustody.platform,
    Video.class_group_id == VideoCustody.class_group_id,
    Video.video_id == VideoCustody.video_id,
)


async def videos(
    session: ReadSession,
    selection: Selection,
    *,
    state: CustodyState | None,
    hashes: Collection[str] | None,
    after: tuple[str, str, str] | None,
    limit: int,
) -> list[VideoView]:
    conditions: list[ColumnElement[bool]] = [*selection.conditions()]
    if state is not None:
        conditions.append(VideoCustody.state == state)
    if hashes is not None:
        conditions.append(VideoCustody.hash.in_(hashes))
    if after is not None:
        conditions.append(tuple_(*KEY) > after)
    statement = (
        select(*COLUMNS).join(ClassGroup, ITS_CLASS_GROUP).where(*conditions).order_by(*KEY).limit(limit)
    )
    return [VideoView._make(row) for row in await session.execute(statement)]


async def video(session: ReadSession, selection: Selection, video_id: str) -> tuple[VideoView, str] | None:
    statement = (
        select(*COLUMNS, Video.url)
        .join(ClassGroup, ITS_CLASS_GROUP)
        .join(Video, ITS_RECORD)
        .where(VideoCustody.video_id == video_id, *selection.conditions())
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (VideoView(*row[:-1]), row[-1])


async def checks(session: ReadSession, view: VideoView) -> list[CheckView]:
    """The newest first, each with the round that took it into the ledger."""
    round_id = (
        select(CustodyRound.round_id)
        .where(CustodyRound.check_ids.contains(array([VideoCheck.check_id])))
        .limit(1)
        .scalar_subquery()
    )
    columns = [getattr(VideoCheck, name) for name in CheckView._fields if name != "round_id"]
    statement = (
        select(*columns, round_id)
        .where(
            VideoCheck.platform == view.platform,
            VideoCheck.class_group_id == view.class_group_id,
            VideoCheck.video_id == view.video_id,
        )
        .order_by(VideoCheck.check_id.desc())
        .limit(SHOWN_CHECKS)
    )
    return [CheckView._make(row) for row in await session.execute(statement)]
