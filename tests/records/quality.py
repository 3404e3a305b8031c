"""What data quality is asked about, and the question."""

from datetime import datetime, timedelta

from app.accounts.authorisation import Reach
from app.db.session import WriteSession
from app.records.quality import PlatformQuality, platforms, quality_of
from tests.factories.feeds import (
    KEY,
    NINE_O_CLOCK,
)

HERE = KEY.platform
EVERYWHERE = Reach()
IN_TIME = NINE_O_CLOCK + timedelta(days=3)


async def asked(
    session: WriteSession, reach: Reach = EVERYWHERE, as_of: datetime = IN_TIME
) -> PlatformQuality:
    found = await platforms(session, reach, only=None, after=None, limit=10)
    (answer,) = await quality_of(session, found, reach, as_of)
    return answer
