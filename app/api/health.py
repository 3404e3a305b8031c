"""Doors for operators: is the process up, can it work, what has it counted."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.api.deps import Shared
from app.api.problems import documented
from app.core.exposition import exposition
from app.db import migrate
from app.db.archiver import archived
from app.db.session import Database, reading
from app.pipeline import backlog

GET_OR_HEAD = ("GET", "HEAD")


class Probe(APIRoute):
    """Probes ask either way, and HEAD is answered as GET is; the document tells of GET alone."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in GET_OR_HEAD:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(GET_OR_HEAD)})
        await super().handle({**scope, "method": "GET"}, receive, send)


router = APIRouter(tags=["运行 / Operation"], route_class=Probe)


class Health(BaseModel):
    status: str = Field(title="状态 / State", examples=["ok"])


@router.get("/healthz", summary="进程存活 / The process is up")
async def healthz() -> Health:
    """进程存活即返回 200，不检查数据库。200 as long as the process is up; the database is not asked."""
    return Health(status="ok")


@router.get("/readyz", summary="可以服务 / Ready to serve", responses=documented(503))
async def readyz(shared: Shared) -> Health:
    """数据库可达且结构为当前版本。The database can be reached and its schema is of this version."""
    async with reading(shared.database) as session:
        await migrate.assert_current(session)
    return Health(status="ok")


@router.get(
    "/metrics",
    summary="指标 / Metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(shared: Shared) -> Response:
    """Prometheus 文本格式。In the text format of Prometheus."""
    return await told(shared.database)


async def told(database: Database) -> Response:
    """Also while the database is away: then without what only it knows."""
    waiting = await backlog(database)
    content = exposition(waiting, None if waiting is None else await archived(database))
    return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})
