"""Doors for operators: is the process up, can it work, what has it counted."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field

from app.api.deps import Shared
from app.api.problems import documented
from app.core.exposition import exposition
from app.db import migrate
from app.db.archiver import archived
from app.db.session import Database, reading
from app.pipeline import backlog

GET_AND_HEAD = ["GET", "HEAD"]
"""Probes ask either way. The routes stand twice, since the document tells of GET alone."""

router = APIRouter(tags=["运行 / Operation"])


class Health(BaseModel):
    status: str = Field(title="状态 / State", examples=["ok"])


@router.get("/healthz", summary="进程存活 / The process is up")
@router.api_route("/healthz", methods=GET_AND_HEAD, include_in_schema=False)
async def healthz() -> Health:
    """进程存活即返回 200，不检查数据库。200 as long as the process is up; the database is not asked."""
    return Health(status="ok")


@router.get("/readyz", summary="可以服务 / Ready to serve", responses=documented(503))
@router.api_route("/readyz", methods=GET_AND_HEAD, include_in_schema=False)
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
@router.api_route("/metrics", methods=GET_AND_HEAD, include_in_schema=False)
async def metrics(shared: Shared) -> Response:
    """Prometheus 文本格式。In the text format of Prometheus."""
    return await told(shared.database)


async def told(database: Database) -> Response:
    """Also while the database is away: then without what only it knows."""
    waiting = await backlog(database)
    content = exposition(waiting, None if waiting is None else await archived(database))
    return Response(content, headers={"Content-Type": CONTENT_TYPE_LATEST})
