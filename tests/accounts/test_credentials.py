"""Keys and secrets of a client: which are good, which are distrusted, and what is refused about them."""

from datetime import timedelta

import pytest

from app.accounts import client_keys, client_secrets, credentials, distrust, service
from app.accounts.client_keys import PublicKey
from app.accounts.errors import ClientKeyUnknown, ClientUnknown, OnlySecret, UnusableDistrust
from app.accounts.schemas import Quota, Registration
from app.core import clock
from app.core.ids import ClientId, Credential
from app.core.vocabulary import Role
from app.db.session import WriteSession
from tests.factories.client_keys import Pair

NOBODY = ClientId("platform-0000000000000000")
SECRET = credentials.of_secret(1)


@pytest.fixture
async def client_id(session: WriteSession) -> ClientId:
    return (await service.add_client(session, Registration(Role.regulator), clock.now())).client_id


async def add(session: WriteSession, client_id: ClientId, kid: str, created_with: Credential | None) -> None:
    key = PublicKey.of_pem(Pair().pem)
    await client_keys.add_key(session, client_id, key, clock.now(), kid=kid, created_with=created_with)


async def test_a_secret_stays_on_while_there_is_nothing_else(
    session: WriteSession, client_id: ClientId
) -> None:
    with pytest.raises(OnlySecret):
        await client_secrets.switch_off_secret(session, client_id, clock.now())
    await add(session, client_id, "k", None)
    await client_keys.retire_key(session, client_id, "k", clock.now())
    with pytest.raises(OnlySecret):
        await client_secrets.switch_off_secret(session, client_id, clock.now())
    await add(session, client_id, "k2", None)
    await client_secrets.switch_off_secret(session, client_id, clock.now())
    assert not (await service.list_clients(session))[0].is_secret_on


async def test_a_new_secret_is_on_again_and_the_one_that_was_off_stays_off(
    session: WriteSession, client_id: ClientId
) -> None:
    await add(session, client_id, "k", None)
    at = clock.now()
    await client_secrets.switch_off_secret(session, client_id, at)
    new = await client_secrets.rotate_secret(session, client_id, at, overlap=timedelta(days=1))
    assert (new.number, new.former_until) == (2, at)


async def test_what_a_thief_registered_is_distrusted_with_what_was_stolen(
    session: WriteSession, client_id: ClientId
) -> None:
    """The key that a stolen secret registered, and the one that this key registered; not the operator's."""
    await add(session, client_id, "earlier", SECRET)
    since = clock.now()
    await add(session, client_id, "operators", None)
    await add(session, client_id, "thiefs", SECRET)
    await add(session, client_id, "thiefs-second", credentials.of_key("thiefs"))
    await add(session, client_id, "honest", credentials.of_key("operators"))
    await distrust.distrust(session, client_id, SECRET, since=since, reason="stolen", at=clock.now())
    keys = await client_keys.list_keys(session, client_id)
    distrusted = {key.kid for key in keys if key.distrusted_from is not None}
    assert distrusted == {"thiefs", "thiefs-second"}


@pytest.mark.parametrize("credential", ["secret:2", "key:unheard-of", "secret:x", "nothing"])
async def test_what_the_client_never_had_cannot_be_distrusted(
    session: WriteSession, client_id: ClientId, credential: str
) -> None:
    at = clock.now()
    with pytest.raises(UnusableDistrust):
        await distrust.distrust(session, client_id, Credential(credential), since=at, reason="x", at=at)


async def test_nothing_is_distrusted_from_a_moment_to_come(
    session: WriteSession, client_id: ClientId
) -> None:
    at = clock.now()
    with pytest.raises(UnusableDistrust):
        await distrust.distrust(session, client_id, SECRET, since=at + timedelta(1), reason="x", at=at)


async def test_nobody_has_no_credentials(session: WriteSession) -> None:
    at = clock.now()
    with pytest.raises(ClientUnknown):
        await distrust.distrust(session, NOBODY, SECRET, since=at, reason="x", at=at)
    with pytest.raises(ClientUnknown):
        await client_secrets.rotate_secret(session, NOBODY, at, overlap=timedelta(0))
    with pytest.raises(ClientUnknown):
        await service.set_quota(session, NOBODY, Quota())
    with pytest.raises(ClientUnknown):
        await add(session, NOBODY, "k", None)
    with pytest.raises(ClientKeyUnknown):
        await client_keys.retire_key(session, NOBODY, "k", at)
