"""A platform of which everything has come."""

import pytest
from sqlalchemy import insert

from app.core.vocabulary import Feed
from app.db.models import Platform, Project
from app.db.session import WriteSession
from tests.factories.feeds import (
    KEY,
    NINE_O_CLOCK,
    put,
    put_attendance,
    put_class_group,
    put_enrollment,
    put_lesson,
)
from tests.factories.intake import add_batch
from tests.factories.standings import put_enterprise
from tests.records.quality import HERE, IN_TIME


@pytest.fixture
async def live(session: WriteSession) -> WriteSession:
    """A live platform with a class group of one lesson and one learner, of which everything has come."""
    row = {"code": HERE, "kind": "live", "name": "直播平台", "created_at": NINE_O_CLOCK}
    await session.execute(insert(Platform).values(row))
    await put(session, Project, platform=HERE, project_id="P1", name="电工")
    await put_enterprise(session, HERE)
    await put_class_group(session)
    await put_lesson(session, "S1")
    await put_enrollment(session, "L1")
    await put_attendance(session, "L1", "S1")
    await add_batch(session, KEY, feed=Feed.attendance, received_at=IN_TIME)
    await add_batch(session, KEY, feed=Feed.learning_records, received_at=IN_TIME)
    return session
