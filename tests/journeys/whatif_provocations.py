"""How what-ifs, dry runs and files to be verified are refused."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import replace

import httpx

from app.api.deps import Resources
from app.api.files import NotSentAsFile
from app.api.rehearsals import DryRunsBusy
from app.core.errors import AppError
from app.policies.simulation_errors import SimulationsBusy, SimulationTooLarge
from app.rules.changes import CountingNotSimulated, ParameterUnknown, ParameterValueInvalid
from app.verification.errors import FileTooSlow, VerificationsBusy
from tests.journeys.error_world import Provocation, World

SIMULATION = "/api/v1/policies/standard/simulation"


def simulated(**changes: str) -> Provocation:
    async def ask(world: World) -> httpx.Response:
        return await world.clients["regulator"].post(SIMULATION, json={"set": changes})

    return ask


async def over_more_than_may_be(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    none = resources.settings.model_copy(update={"simulation_enrollments": -1})
    world.app.state.resources = replace(resources, settings=none)
    try:
        return await simulated()(world)
    finally:
        world.app.state.resources = resources


async def while_another_is_made(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    with resources.simulations.taken():
        return await simulated()(world)


async def while_another_is_rehearsed(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    with resources.dry_runs.taken():
        return await world.platform.post("/api/v1/feeds/attendance?dry_run=true", json=[])


OCTETS = {"Content-Type": "application/octet-stream"}
FILES = "/api/v1/ledger/verifications/files"


async def while_others_are_verified(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    with ExitStack() as taken:
        for _ in range(4):
            taken.enter_context(resources.files_of_callers.turn.taken())
        return await world.platform.post(FILES, content=b"PK", headers=OCTETS)


async def a_file_in_a_form(world: World) -> httpx.Response:
    return await world.platform.post(FILES, data={"file": "x"})


async def a_file_that_drips(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    hasty = resources.settings.model_copy(update={"body_timeout_s": 0.05})
    world.app.state.resources = replace(resources, settings=hasty)

    async def drops() -> AsyncIterator[bytes]:
        yield b"PK"
        await asyncio.sleep(1)

    try:
        return await world.platform.post(FILES, content=drops(), headers=OCTETS)
    finally:
        world.app.state.resources = resources


WHATIF_REFUSED: Mapping[type[AppError], Provocation] = {
    ParameterUnknown: simulated(least_attendance="0.85"),
    ParameterValueInvalid: simulated(least_attendance_rate="most"),
    CountingNotSimulated: simulated(vod_attended_share="0.9"),
    SimulationTooLarge: over_more_than_may_be,
    SimulationsBusy: while_another_is_made,
    DryRunsBusy: while_another_is_rehearsed,
    VerificationsBusy: while_others_are_verified,
    FileTooSlow: a_file_that_drips,
    NotSentAsFile: a_file_in_a_form,
}
