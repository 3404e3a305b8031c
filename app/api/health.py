"""Doors for operators: is the process up, can it work, what has it counted."""

import os
from collections.abc import Callable

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from pydantic import BaseModel, Field

from app.api.deps import Shared
from app.api.problems import documented
from app.db import migrate
from app.db.session import reading

router = APIRouter(tags=["运行 / Operation"])


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
async def metrics() -> Response:
    """Prometheus 文本格式。In the text format of Prometheus."""
    return Response(generate_latest(_registry()), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _registry() -> CollectorRegistry:
    """With several workers each writes files to one directory, and any of them can add them up."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    collect: Callable[[CollectorRegistry], object] = MultiProcessCollector
    collect(registry)
    return registry
