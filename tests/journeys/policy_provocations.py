"""How to be refused where policies are read, checked and published."""

from collections.abc import Mapping
from functools import partial

import httpx

from app.core import errors
from app.core.vocabulary import Role
from app.policies import errors as policies
from tests.journeys.error_world import Provocation, World
from tests.journeys.rights_provocations import person
from tests.journeys.whatif_provocations import WHATIF_REFUSED
from tests.policies.published import TWO_YEARS, pack
from tests.unguarded import unguarded

POLICIES = "/api/v1/policies"
NOVEL = pack({"2099-01-01": "0.8"}, programme="novel")
UNREADABLE = """
    INSERT INTO policy_versions
    SELECT 1000000, gen_random_uuid(), programme, effective_from, '\\x00', text_hash, 'built_in', now(), NULL,
           false
    FROM policy_versions LIMIT 1
"""


async def read(path: str, world: World) -> httpx.Response:
    return await world.clients["enterprise"].get(f"{POLICIES}/{path}")


async def checked(text: str, world: World) -> httpx.Response:
    return await world.clients["regulator"].post(f"{POLICIES}/check", json={"text": text})


async def proposed(
    text: str, world: World, role: Role = Role.reviewer, districts: tuple[str, ...] | None = None
) -> httpx.Response:
    official = await world.doors.person(role, districts=districts)
    official.headers["Accept-Language"] = world.stranger.headers.get("Accept-Language", "")
    return await official.post(f"{POLICIES}/proposals", json={"text": text, "reason": "测试"})


async def in_force(world: World) -> str:
    """The standard policy, word for word."""
    return (await read("standard/text", world)).text


async def of_what_is_in_force(world: World) -> httpx.Response:
    return await checked(await in_force(world), world)


async def of_a_version_that_changed(world: World) -> httpx.Response:
    return await checked((await in_force(world)).replace("2020-01-01", "2020-01-02"), world)


async def for_one_district(world: World) -> httpx.Response:
    return await proposed(NOVEL, world, districts=("4402",))


async def of_a_text_that_nobody_proposed(world: World) -> httpx.Response:
    return await (await person(world, Role.approver)).get(f"{POLICIES}/texts/{'0' * 64}")


async def of_a_newer_program(world: World) -> httpx.Response:
    await world.as_owner(UNREADABLE)
    try:
        return await world.clients["enterprise"].get(POLICIES)
    finally:
        await world.as_owner(unguarded("DELETE FROM policy_versions WHERE number = 1000000"))


POLICIES_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    **WHATIF_REFUSED,
    policies.PolicyNotFound: partial(read, "nothing"),
    policies.PolicyVersionNotFound: partial(read, "standard/versions/1900-01-01"),
    policies.PolicyTextInvalid: partial(checked, NOVEL.replace("credited_hours", "shoe_size")),
    policies.PolicyWithoutNews: of_what_is_in_force,
    policies.PolicyVersionImmutable: of_a_version_that_changed,
    policies.PolicyRetroactive: partial(proposed, pack(TWO_YEARS, programme="novel")),
    policies.PolicyConcernsAllDistricts: for_one_district,
    policies.PolicyTextUnknown: of_a_text_that_nobody_proposed,
    policies.PolicyNotReadable: of_a_newer_program,
}
