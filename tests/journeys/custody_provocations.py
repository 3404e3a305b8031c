"""How to be refused a video."""

from collections.abc import Mapping

import httpx

from app.core import errors
from app.custody.errors import HostNotRegistrable, VideoUnknown
from tests.journeys.error_world import Provocation, World


async def of_no_video(world: World) -> httpx.Response:
    return await world.platform.get("/api/v1/videos/P1/nothing/nothing")


CUSTODY_REFUSED: Mapping[type[errors.AppError], Provocation] = {VideoUnknown: of_no_video}
NOT_OVER_HTTP: Mapping[type[errors.AppError], str] = {
    HostNotRegistrable: "hosts are registered by the operator, on the command line"
}
