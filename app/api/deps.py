"""What a route may ask for: the caller it lets in, a session, the resources of the process."""

from asyncio import Lock
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from math import inf
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends as Dependency

from app.accounts import quotas
from app.accounts.audited import AUDIT, Audited
from app.accounts.authorisation import Action, Caller, Reach, permit
from app.accounts.errors import TokenMissing
from app.accounts.service import caller_of
from app.api.admission import Admission
from app.api.limits import Limits
from app.api.rehearsals import DryRunsBusy
from app.api.turns import OneEach, Turn
from app.api.uploads import Uploads
from app.api.visitors import comes_with_a_cookie, visitor
from app.core import clock
from app.core.config import Settings
from app.db.confinement import Confinement, Premises
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.policies.library import PolicyLibrary
from app.policies.simulation_errors import SimulationsBusy
from app.privacy.keyring import KeyRing
from app.reports.exporting import Exporting
from app.verification.errors import VerificationsBusy


class Desk(NamedTuple):
    """Where files are taken to be verified: those on their way in keep nobody from a turn."""

    turn: Turn
    """A few at once."""
    working: Lock
    """One at a time."""
    arriving: Uploads
    one_each: OneEach | None = None
    """By the site that an address belongs to."""
    patience_s: float = inf
    """For a whole body; `body_timeout_s` where that is less."""


def _desk_of_strangers() -> Desk:
    busy = VerificationsBusy
    return Desk(Turn(busy, 2), Lock(), Uploads(most=MOST_ARRIVING), OneEach(busy), STRANGERS_PATIENCE_S)


def _desk_of_callers() -> Desk:
    return Desk(Turn(VerificationsBusy, 4), Lock(), Uploads(most=MOST_ARRIVING))


MOST_ARRIVING = 32
"""Beyond it the oldest is given up: so many files of 64 MiB the disk must hold."""
STRANGERS_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Resources:
    """What the process opened at its start and every request shares."""

    settings: Settings
    database: Database
    key_ring: KeyRing
    library: PolicyLibrary
    admission: Admission
    uploads: Uploads
    limits: Limits
    exporting: Exporting = field(default_factory=Exporting)
    dry_runs: Turn = field(default_factory=lambda: Turn(DryRunsBusy))
    simulations: Turn = field(default_factory=lambda: Turn(SimulationsBusy))
    files_of_strangers: Desk = field(default_factory=_desk_of_strangers)
    files_of_callers: Desk = field(default_factory=_desk_of_callers)
    """Files to be verified; strangers keep nobody waiting who has signed in."""


async def resources_of(request: Request) -> Resources:
    resources = request.app.state.resources
    assert isinstance(resources, Resources)  # noqa: S101 (put there by the lifespan)
    return resources


Shared = Annotated[Resources, Depends(resources_of)]


async def authenticated(request: Request, shared: Shared) -> Caller:
    """Reads keys and client row in a session of its own, so that no connection waits for a slow body."""
    if comes_with_a_cookie(request):
        person = await visitor(request, shared.database, shared.settings)
        request.state.client_id = person.user_id
        return person.caller
    authorization = request.headers.get("authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenMissing
    async with reading(shared.database, single=True) as session:
        caller = await caller_of(session, token.strip(), issuer=shared.settings.issuer)
    request.state.client_id = caller.actor_id
    shared.admission.note_client(authorization, caller.client_id)
    await _count(shared, caller)
    return caller


async def _count(shared: Resources, caller: Caller) -> None:
    """A client's request: against the bound of the process, and against its quota where it has one."""
    shared.limits.count_client(caller.client_id)
    most = quotas.in_force(caller.quota, shared.settings).requests_a_minute
    if most is not None:
        async with transaction(shared.database) as session:
            await quotas.count_request(session, caller.client_id, most, clock.now())


class _Allowance:
    """Lets in who the authorisation table lets in for one action; found on every route by the house test."""

    def __init__(self, action: Action, audited: Audited) -> None:
        self.action = action
        self.audited = audited

    async def __call__(self, request: Request, caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        request.state.caller, request.state.action = caller, self.action
        permitted = permit(caller, self.action)
        owed = getattr(request.state, "audited", Audited.nothing)
        request.state.audited = max(owed, self.audited, key=list(Audited).index)  # a page may be several acts
        return permitted


def Allowed(action: Action, audited: Audited | None = None) -> Dependency:  # noqa: N802 (reads like Depends)
    """Annotates the caller of a route with the action that the route is.

    `audited`: where the route leaves more in the trail than its action does elsewhere.
    """
    return Dependency(_Allowance(action, audited or AUDIT[action]))


def action_of(dependant: Dependant) -> Action | None:
    """The action that a route has named; None: it lets everybody in."""
    allowance = _allowance_of(dependant)
    return None if allowance is None else allowance.action


def audited_of(dependant: Dependant) -> Audited:
    """What a good answer of the route leaves in the trail."""
    allowance = _allowance_of(dependant)
    return Audited.nothing if allowance is None else allowance.audited


def _allowance_of(dependant: Dependant) -> _Allowance | None:
    if isinstance(dependant.call, _Allowance):
        return dependant.call
    return next(filter(None, map(_allowance_of, dependant.dependencies)), None)


async def _confinement(
    request: Request, caller: Annotated[Caller, Depends(authenticated)]
) -> Confinement | None:
    """Whose rows alone the route's sessions see; None: those of many owners (a regulator's)."""
    action = action_of(request.scope["route"].dependant)
    return None if action is None else confinement_of(permit(caller, action).reach)


def confinement_of(reach: Reach) -> Confinement | None:
    if reach.platform is not None:
        return Confinement(Premises.own_platform, reach.platform)
    if reach.enterprise is not None:
        return Confinement(Premises.own_enterprise, reach.enterprise)
    return None


Within = Annotated[Confinement | None, Depends(_confinement)]


async def _repeatable_unit(shared: Shared, within: Within) -> AsyncIterator[WriteSession]:
    async with transaction(shared.database, repeatable=True, within=within) as session:
        yield session


async def _read_session(shared: Shared, within: Within) -> AsyncIterator[ReadSession]:
    async with reading(shared.database, within=within) as session:
        yield session


async def _snapshot(shared: Shared, within: Within) -> AsyncIterator[ReadSession]:
    async with reading(shared.database, repeatable=True, within=within) as session:
        yield session


# Without scope="function" FastAPI sends the answer first and commits afterwards.
RepeatableUnit = Annotated[WriteSession, Depends(_repeatable_unit, scope="function")]
"""Queries that must agree with one another, and what is written about them, on one connection.

A request that held two would wait for its second while others wait for theirs.
"""
Reading = Annotated[ReadSession, Depends(_read_session, scope="function")]
Snapshot = Annotated[ReadSession, Depends(_snapshot, scope="function")]
"""Several queries that must agree with one another."""
