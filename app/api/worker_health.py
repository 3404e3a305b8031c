"""What a `supervise worker` tells an operator on a port of its own, as a server does on its own."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.api import health
from app.core.errors import Unavailable
from app.db import migrate
from app.db.session import reading
from app.pipeline import Pipeline

HANGS_AFTER_S = 300
"""Without a step. No statement of an assessment may take longer than a minute."""


def application(pipeline: Pipeline) -> Starlette:
    async def healthz(_request: Request) -> Response:
        """Whether the work goes on, if only to find that the database is away."""
        if pipeline.pulse.age_s > HANGS_AFTER_S:
            return JSONResponse({"status": "hangs"}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        try:
            async with reading(pipeline.database) as session:
                await migrate.assert_current(session)
        except Unavailable as failure:
            return JSONResponse({"status": failure.code}, failure.status)
        return JSONResponse({"status": "ok"})

    async def metrics(_request: Request) -> Response:
        return await health.told(pipeline.database)

    doors = (healthz, readyz, metrics)
    return Starlette(routes=[Route(f"/{door.__name__}", door) for door in doors])
