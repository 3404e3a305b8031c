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
REVEAL = {"fields": ["name"], "purpose": "complaint", "reason": "核对投诉所指的学员"}


async def person(world: World, role: Role) -> httpx.AsyncClient:
    """Speaks the language of the moment. A learner is the one who is enrolled."""
    resources = world.app.state.resources
    assert isinstance(resources, Resources)
    own = resources.key_ring.person_key(str(FULL[Feed.enrollments]["id_number"]))
    client = await world.doors.person(role, person_key=own, uscc=FULL[Feed.enterprises]["uscc"])
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


RIGHTS: Mapping[type[errors.AppError], Provocation] = {
    rights.EnrollmentUnknown: of_a_learner_who_is_not_there,
    rights.RevealLimitReached: more_often_than_allowed,
}
