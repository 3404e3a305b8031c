"""The clients of a demo: one for each platform, a regulator, an enterprise."""

from app.accounts.schemas import Registration
from app.accounts.service import add_client, list_clients
from app.cli.demo_site import Credentials, DemoState
from app.cli.place import Place
from app.cli.session import signed_in
from app.cli.words import Access
from app.client import Client
from app.core import clock
from app.core.vocabulary import Role
from app.simulator.organisations import enterprise
from app.simulator.term import LIVE, VOD, Platform


def add_clients(place: Place, state: DemoState) -> None:
    """Those that the state lacks, or that the database does not know any more."""
    known = {account.client_id for account in place.read(list_clients) if account.revoked_at is None}
    for name, registration in _wanted(state).items():
        if name in state.clients and state.clients[name].client_id in known:
            continue
        state.clients[name] = _added(place, registration)


def signed_in_as(name: str, state: DemoState, url: str) -> Client:
    credentials = state.clients[name]
    return signed_in(url, credentials.client_id, credentials.client_secret)


def accesses(state: DemoState, url: str) -> list[Access]:
    found: list[Access] = []
    for name, credentials in state.clients.items():
        with signed_in_as(name, state, url) as client:
            found.append(Access(name, credentials.client_id, credentials.client_secret, client.token()))
    return found


def _added(place: Place, registration: Registration) -> Credentials:
    new = place.write(lambda session: add_client(session, registration, clock.now()))
    return Credentials(new.client_id, new.client_secret)


def _wanted(state: DemoState) -> dict[str, Registration]:
    company = enterprise(state.seed, 0)
    return {
        "live-platform": _platform(LIVE),
        "vod-platform": _platform(VOD),
        "regulator": Registration(Role.regulator, name="监管部门（演示）"),
        "enterprise": Registration(Role.enterprise, name=company.name, uscc=company.uscc),
    }


def _platform(platform: Platform) -> Registration:
    return Registration(Role.platform, platform.name, platform.code, platform.kind)
