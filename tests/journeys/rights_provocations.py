"""How to be refused where personal data and rights are at stake."""

from collections.abc import Mapping
from dataclasses import replace

import httpx

from app.api.deps import Resources
from app.core import errors
from app.core.vocabulary import Feed, Role
from app.rights import errors as rights
from tests.ingest.examples import FULL
from tests.journeys.error_world import Provocation, World

ENROLLMENT = {
    "platform": "P1",
    "class_group_id": FULL[Feed.enrollments]["class_group_id"],
    "learner_id": FULL[Feed.enrollments]["learner_id"],
}
NOBODYS = "00000000-0000-7000-8000-000000000000"
REVEAL = {"fields": ["name"], "purpose": "complaint", "reason": "核对投诉所指的学员"}


async def person(world: World, role: Role) -> httpx.AsyncClient:
    """Speaks the language of the moment. A learner is the one who is enrolled."""
    resources = world.app.state.resources
    assert isinstance(resources, Resources)
    own = resources.key_ring.person_key(str(FULL[Feed.enrollments]["id_number"]))
    client = world.learners.get(own) if role is Role.learner else None
    if client is None:
        client = await world.doors.person(role, person_key=own, uscc=FULL[Feed.enterprises]["uscc"])
    if role is Role.learner:
        world.learners[own] = client
    client.headers["Accept-Language"] = world.stranger.headers["Accept-Language"]
    return client


async def of_a_learner_who_is_not_there(world: World) -> httpx.Response:
    reviewer = await person(world, Role.reviewer)
    wanted = {**ENROLLMENT, **REVEAL, "learner_id": "nobody"}
    return await reviewer.post("/api/v1/personal-data/reveal", json=wanted)


async def more_often_than_allowed(world: World) -> httpx.Response:
    resources: Resources = world.app.state.resources
    never = resources.settings.model_copy(update={"reveals_per_day": 0})
    reviewer = await person(world, Role.reviewer)
    world.app.state.resources = replace(resources, settings=never)
    try:
        return await reviewer.post("/api/v1/personal-data/reveal", json={**ENROLLMENT, **REVEAL})
    finally:
        world.app.state.resources = resources


async def about_nothing(world: World) -> httpx.Response:
    learner = await person(world, Role.learner)
    wanted = {**ENROLLMENT, "decision_id": NOBODYS, "reason": "不同意该决定"}
    return await learner.post("/api/v1/me/objections", json=wanted)


async def of_a_request_that_is_not_there(world: World) -> httpx.Response:
    return await (await person(world, Role.reviewer)).get(f"/api/v1/rights-requests/{NOBODYS}")


async def withdrawn_twice(world: World) -> httpx.Response:
    learner = await person(world, Role.learner)
    wanted = {**ENROLLMENT, "feed": "attendance", "reason": "缺少签到记录"}
    request = (await learner.post("/api/v1/me/corrections", json=wanted)).json()
    path = f"/api/v1/me/requests/{request['request_id']}/withdraw"
    await learner.post(path)
    return await learner.post(path)


RIGHTS: Mapping[type[errors.AppError], Provocation] = {
    rights.EnrollmentUnknown: of_a_learner_who_is_not_there,
    rights.RevealLimitReached: more_often_than_allowed,
    rights.SubjectUnknown: about_nothing,
    rights.RequestUnknown: of_a_request_that_is_not_there,
    rights.RequestClosed: withdrawn_twice,
}
