"""How to be refused where an act needs two persons."""

from collections.abc import Mapping
from uuid import uuid4

import httpx
from sqlalchemy import text

from app.approvals import errors as approvals
from app.core import errors
from app.core.vocabulary import Role
from app.db.session import transaction
from app.findings import errors as findings
from tests.api.conftest import VOD
from tests.journeys.error_world import Provocation, World
from tests.journeys.rights_provocations import person

APPROVALS = "/api/v1/approvals"


async def proposal(world: World, proposer: httpx.AsyncClient) -> str:
    """To revoke a client that was there a moment ago; the address to decide at."""
    client_id = (await world.doors.register(VOD)).client_id
    wanted = {"act": "client:revoke", "arguments": {"client_id": client_id}, "reason": "测试"}
    made = (await proposer.post(APPROVALS, json=wanted)).json()
    return f"{APPROVALS}/{made['proposal_id']}"


async def of_no_act(world: World) -> httpx.Response:
    administrator = await person(world, Role.administrator)
    wanted = {"act": "client:praise", "arguments": {}, "reason": "测试"}
    return await administrator.post(APPROVALS, json=wanted)


async def with_no_arguments(world: World) -> httpx.Response:
    administrator = await person(world, Role.administrator)
    wanted = {"act": "client:revoke", "arguments": {}, "reason": "测试"}
    return await administrator.post(APPROVALS, json=wanted)


async def of_no_proposal(world: World) -> httpx.Response:
    return await (await person(world, Role.administrator)).get(f"{APPROVALS}/{uuid4()}")


async def by_who_proposed(world: World) -> httpx.Response:
    administrator = await person(world, Role.administrator)
    return await administrator.post(f"{await proposal(world, administrator)}/approve")


async def what_waits_already(world: World) -> httpx.Response:
    administrator = await person(world, Role.administrator)
    waits = (await administrator.get(await proposal(world, administrator))).json()
    wanted = {"act": waits["act"], "arguments": waits["arguments"], "reason": "测试"}
    return await administrator.post(APPROVALS, json=wanted)


async def twice(world: World) -> httpx.Response:
    first, second = await person(world, Role.administrator), await person(world, Role.administrator)
    address = await proposal(world, first)
    await second.post(f"{address}/reject")
    return await second.post(f"{address}/reject")


async def too_late(world: World) -> httpx.Response:
    first, second = await person(world, Role.administrator), await person(world, Role.administrator)
    address = await proposal(world, first)
    await world.as_owner("UPDATE proposals SET expires_at = now() WHERE state = 'proposed'")
    return await second.post(f"{address}/approve")


async def of_who_was_disabled(world: World) -> httpx.Response:
    first, second = await person(world, Role.administrator), await person(world, Role.administrator)
    address = await proposal(world, first)
    proposer = (await first.get(address)).json()["proposer_id"]
    async with transaction(world.doors.database) as session:
        disable = text("UPDATE users SET disabled_at = now() WHERE user_id = :user_id")
        await session.execute(disable, {"user_id": proposer})
    return await second.post(f"{address}/approve")


async def to_waive_what_is_not_open(world: World) -> httpx.Response:
    reviewer = await person(world, Role.reviewer)
    return await reviewer.post(APPROVALS, json=of_an_id("finding:waive", "finding_id"))


async def to_end_what_does_not_hold(world: World) -> httpx.Response:
    reviewer = await person(world, Role.reviewer)
    return await reviewer.post(APPROVALS, json=of_an_id("waiver:end", "waiver_id"))


def of_an_id(act: str, name: str) -> dict[str, object]:
    return {"act": act, "arguments": {name: str(uuid4())}, "reason": "测试"}


APPROVALS_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    approvals.ActUnknown: of_no_act,
    approvals.UnusableArguments: with_no_arguments,
    approvals.ProposalUnknown: of_no_proposal,
    approvals.SecondPersonNeeded: by_who_proposed,
    approvals.AlreadyProposed: what_waits_already,
    approvals.ProposalDecided: twice,
    approvals.ProposalExpired: too_late,
    approvals.ProposerWithoutRight: of_who_was_disabled,
    findings.FindingNotOpen: to_waive_what_is_not_open,
    findings.WaiverUnknown: to_end_what_does_not_hold,
}
