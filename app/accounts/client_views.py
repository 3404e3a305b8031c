"""Clients as people see them: each with what it may show of itself, and how much of its day is used."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app.accounts import client_keys, credentials, credentials_repository, quotas, repository
from app.accounts.authorisation import Reach
from app.accounts.errors import ClientUnknown
from app.accounts.schemas import ClientFilter, ClientKeyAccount, ClientView, DistrustedSecret
from app.accounts.service import account_of
from app.core.ids import ClientId
from app.db.models import Client
from app.db.session import ReadSession


async def views(
    session: ReadSession,
    reach: Reach,
    wanted: ClientFilter,
    at: datetime,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int,
) -> Sequence[ClientView]:
    """Those within reach, in the order in which they were added; revoked ones too."""
    narrowed = _within(wanted, reach)
    if narrowed is None:
        return ()
    rows = await repository.page_of_clients(session, narrowed, after=after, limit=limit)
    return await _views(session, rows, at)


async def view(session: ReadSession, reach: Reach, client_id: ClientId, at: datetime) -> ClientView:
    """Raises `ClientUnknown` where it is not within reach."""
    row = await repository.client(session, client_id)
    if row is None or not _is_within(row, reach):
        raise ClientUnknown(client_id)
    (found,) = await _views(session, [row], at)
    return found


def _is_within(row: Client, reach: Reach) -> bool:
    return reach.platform in {None, row.platform} and reach.enterprise in {None, row.uscc}


def _within(wanted: ClientFilter, reach: Reach) -> ClientFilter | None:
    """None: nothing can be both wanted and within reach."""
    if reach.platform is not None:
        if wanted.platform not in {None, reach.platform}:
            return None
        wanted = wanted._replace(platform=reach.platform)
    if reach.enterprise is not None:
        if wanted.uscc not in {None, reach.enterprise}:
            return None
        wanted = wanted._replace(uscc=reach.enterprise)
    return wanted


async def _views(session: ReadSession, rows: Sequence[Client], at: datetime) -> list[ClientView]:
    ids = [row.client_id for row in rows]
    distrusted = await credentials_repository.distrusted_of_all(session, ids)
    used = await credentials_repository.used(session, ids, "records_a_day", quotas.begin_of_day(at))
    keys: dict[str, list[ClientKeyAccount]] = defaultdict(list)
    for key in await credentials_repository.keys_of_all(session, ids):
        since = distrusted.get((key.client_id, credentials.of_key(key.kid)))
        keys[key.client_id].append(client_keys.account_of(key, since))
    secrets: dict[str, list[DistrustedSecret]] = defaultdict(list)
    for row in rows:
        for number in range(1, row.secret_number + 1):
            if since := distrusted.get((row.client_id, credentials.of_secret(number))):
                secrets[row.client_id].append(DistrustedSecret(number, since))
    return [
        ClientView(
            account=account_of(row),
            secret_number=row.secret_number,
            former_secret_until=_if_ahead(row.former_secret_until, at),
            keys=keys[row.client_id],
            distrusted_secrets=secrets[row.client_id],
            records_used_today=used.get(row.client_id, 0),
        )
        for row in rows
    ]


def _if_ahead(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment is not None and moment > at else None
