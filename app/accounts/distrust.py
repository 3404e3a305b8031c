"""A stolen credential: from a moment on nothing that came with it is believed.

The record of it is append-only and attested; that its batches are taken back is for ingest (withdrawal.py).
"""

from collections.abc import Sequence
from datetime import datetime

from app.accounts import credentials, credentials_repository, repository
from app.accounts.errors import ClientUnknown, UnusableDistrust
from app.core.ids import ClientId, Credential, new_uuid
from app.db.session import WriteSession
from app.ledger.envelope import EntryKind, distrust_envelope
from app.ledger.sequence import enqueue


async def distrust(
    session: WriteSession,
    client_id: ClientId,
    credential: Credential,
    *,
    since: datetime,
    reason: str,
    at: datetime,
) -> Sequence[tuple[Credential, datetime]]:
    """What is distrusted now, and since when: the credential, and every key registered with it since.

    Neither gets a token any more, and tokens of before are not believed from the next request on.
    """
    client = await repository.lock_client(session, client_id)
    if client is None:
        raise ClientUnknown(client_id)
    secrets = {credentials.of_secret(number) for number in range(1, client.secret_number + 1)}
    keys = {credentials.of_key(key.kid) for key in await credentials_repository.keys_of(session, client_id)}
    if credential not in secrets | keys or since > at:
        raise UnusableDistrust
    found = await credentials_repository.descendants(session, client_id, credential, since)
    for each, moment in found:
        await _record(session, client_id, each, since=moment, reason=reason, at=at)
    return found


async def _record(
    session: WriteSession,
    client_id: ClientId,
    credential: Credential,
    *,
    since: datetime,
    reason: str,
    at: datetime,
) -> None:
    distrust_id = new_uuid(at)
    await credentials_repository.add_distrust(
        session,
        distrust_id=distrust_id,
        client_id=client_id,
        credential=credential,
        since=since,
        recorded_at=at,
        reason=reason,
    )
    envelope = distrust_envelope(
        distrust_id=distrust_id, client_id=client_id, credential=credential, since=since, recorded_at=at
    )
    await enqueue(session, kind=EntryKind.distrust, subject_id=distrust_id, recorded_at=at, envelope=envelope)
