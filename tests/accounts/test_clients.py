"""Clients: what fits together is added, what does not is told why."""

import pytest
from sqlalchemy import select

from app.accounts import service
from app.accounts.errors import ClientUnknown, PlatformDiffers, UnusableRegistration
from app.accounts.schemas import Registration
from app.core import clock
from app.core.ids import ClientId
from app.core.vocabulary import PlatformKind, Role
from app.db.models import Platform
from app.db.session import WriteSession

USCC = "91440200MA4UQ0A31K"
LIVE = Registration(Role.platform, platform="P1", kind=PlatformKind.live, name="直播平台")


async def add(session: WriteSession, wanted: Registration) -> ClientId:
    return (await service.add_client(session, wanted, clock.now())).client_id


async def test_the_platform_of_a_new_client_is_made(session: WriteSession) -> None:
    await add(session, LIVE)
    platform = (await session.scalars(select(Platform))).one()
    assert (platform.code, platform.kind, platform.name) == ("P1", "live", "直播平台")


async def test_a_known_platform_needs_no_kind(session: WriteSession) -> None:
    first = await add(session, LIVE)
    second = await add(session, Registration(Role.platform, platform="P1"))
    assert first != second
    assert len((await session.scalars(select(Platform))).all()) == 1


async def test_a_platform_keeps_its_kind(session: WriteSession) -> None:
    await add(session, LIVE)
    with pytest.raises(PlatformDiffers):
        await add(session, Registration(Role.platform, platform="P1", kind=PlatformKind.vod))


async def test_secrets_are_long_and_never_alike(session: WriteSession) -> None:
    accounts = [
        await service.add_client(session, Registration(Role.regulator), clock.now()) for _ in range(3)
    ]
    assert len({account.client_secret for account in accounts}) == 3
    assert all(len(account.client_secret) == 43 for account in accounts)  # 256 bits in base64
    assert accounts[0].client_secret not in repr(accounts[0])


async def test_clients_are_listed_with_what_they_are_bound_to(session: WriteSession) -> None:
    await add(session, Registration(Role.enterprise, uscc=USCC))
    await add(session, Registration(Role.regulator, name="市人社局", districts=("440200", "440305")))
    bounds = {(c.role, c.platform, c.uscc, c.districts) for c in await service.list_clients(session)}
    assert bounds == {
        (Role.enterprise, None, USCC, None),
        (Role.regulator, None, None, ("4402", "440305")),
    }


async def test_a_revoked_client_stays_in_the_list(session: WriteSession) -> None:
    client_id = await add(session, LIVE)
    at = clock.now()
    await service.revoke_client(session, client_id, at)
    await service.revoke_client(session, client_id, clock.now())
    session.expire_all()
    (account,) = await service.list_clients(session)
    assert account.revoked_at == at


async def test_who_is_not_there_cannot_be_revoked(session: WriteSession) -> None:
    with pytest.raises(ClientUnknown):
        await service.revoke_client(session, ClientId("platform-0000000000000000"), clock.now())


@pytest.mark.parametrize(
    ("wanted", "pointers"),
    [
        (Registration(Role.clerk), ["/role"]),
        (Registration(Role.platform), ["/platform"]),
        (Registration(Role.platform, platform="P9"), ["/kind"]),
        (Registration(Role.platform, platform="P 1", kind=PlatformKind.live), ["/platform"]),
        (Registration(Role.platform, platform="..", kind=PlatformKind.live), ["/platform"]),
        (Registration(Role.regulator, platform="P1"), ["/platform"]),
        (Registration(Role.regulator, kind=PlatformKind.live), ["/kind"]),
        (Registration(Role.regulator, uscc=USCC), ["/uscc"]),
        (Registration(Role.regulator, districts=("44020",)), ["/districts"]),
        (Registration(Role.regulator, name=""), ["/name"]),
        (Registration(Role.regulator, name="a\nb"), ["/name"]),
        (Registration(Role.enterprise), ["/uscc"]),
        (Registration(Role.enterprise, uscc="91440200MA4UQ0A31J"), ["/uscc"]),
        (Registration(Role.enterprise, uscc=USCC.lower()), ["/uscc"]),
        (Registration(Role.enterprise, uscc=USCC, districts=("440204",)), ["/districts"]),
        (
            Registration(Role.enterprise, platform="P1", kind=PlatformKind.live),
            ["/platform", "/kind", "/uscc"],
        ),
    ],
)
async def test_what_does_not_fit_together_is_refused(
    session: WriteSession, wanted: Registration, pointers: list[str]
) -> None:
    with pytest.raises(UnusableRegistration) as refusal:
        await add(session, wanted)
    assert [error.pointer for error in refusal.value.errors] == pointers
