"""Quotas of clients, counted in the database, so that all processes agree.

Records count once they are durable: what is accepted, and what is rejected, whose reasons are kept. A
repeated Idempotency-Key, and records that are unchanged or stale, cost nothing. Who has no quota is not
counted.
"""

from dataclasses import asdict
from datetime import datetime, timedelta

from app.accounts import credentials_repository
from app.accounts.errors import QuotaExceeded
from app.accounts.schemas import Quota
from app.core.clock import SHANGHAI
from app.core.config import Settings
from app.core.ids import ClientId
from app.db.session import WriteSession

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
KEPT = 2 * DAY


def in_force(quota: Quota, settings: Settings) -> Quota:
    """What the client's row leaves open the settings say."""
    return Quota(
        settings.records_a_day if quota.records_a_day is None else quota.records_a_day,
        settings.requests_a_minute if quota.requests_a_minute is None else quota.requests_a_minute,
    )


def change_of(former: Quota, quota: Quota) -> dict[str, str]:
    """What the trail says of it; `default`: as the settings say."""
    return {
        **{f"former_{name}": _told(value) for name, value in asdict(former).items()},
        **{name: _told(value) for name, value in asdict(quota).items()},
    }


def _told(value: int | None) -> str:
    return "default" if value is None else str(value)


async def count_records(
    session: WriteSession, client_id: ClientId, most: int | None, number: int, at: datetime
) -> None:
    """In the batch's transaction, as late as can be: other batches of the client wait for its end.

    Raises `QuotaExceeded` where these are more than are left of the day (of Asia/Shanghai).
    """
    if most is None or not number:
        return
    begins = begin_of_day(at)
    used = await credentials_repository.use_quota(
        session, client_id, "records_a_day", starts_at=begins, number=number
    )
    if used > most:
        left = max(most - (used - number), 0)
        raise QuotaExceeded.of_records(most, left=left, retry_after_s=_seconds(begins + DAY - at))


def begin_of_day(at: datetime) -> datetime:
    """In Asia/Shanghai."""
    return at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


async def count_request(session: WriteSession, client_id: ClientId, most: int, at: datetime) -> None:
    """In a transaction of its own. Raises `QuotaExceeded` where the minute's are used up."""
    begins = at.replace(second=0, microsecond=0)
    used = await credentials_repository.use_quota(
        session, client_id, "requests_a_minute", starts_at=begins, number=1, is_hasty=True
    )
    if used > most:
        raise QuotaExceeded.of_requests(most, retry_after_s=_seconds(begins + MINUTE - at))


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds()) + 1
