"""`/api/v1/records`: a platform reads back what stands of a record that it pushed."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.feed_reference import key_parameters
from app.api.feeds import FeedPath, own_platform
from app.api.parameters import EachOnce
from app.api.problems import documented
from app.api.receipts import Answer
from app.ingest.read_back import stored_record
from app.ingest.schemas import StoredRecord
from app.trail import service as trail

router = APIRouter(prefix="/api/v1/records", tags=["数据集 / Feeds"], dependencies=[EachOnce])

_ENCODER = msgspec.json.Encoder(decimal_format="number")
"""Decimals leave as they were written."""


class RecordAnswer(Answer):
    """A record as it stands: its fields, and where it came from."""

    model_config = ConfigDict(extra="allow")

    revision: int = Field(title="版本号 / Revision", examples=[0])
    deleted: bool = Field(title="已删除 / Deleted", examples=[False])
    batch_id: UUID = Field(title="来自批次 / Batch that it came with")
    line: int = Field(title="行号 / Line in that batch", examples=[1])


@router.get(
    "/{feed}",
    summary="读回记录 / Read a record back",
    response_model=RecordAnswer,
    responses=documented(404),
    openapi_extra={"parameters": key_parameters()},
)
async def record(
    *,
    caller: Annotated[Caller, Allowed(Action.read_records)],
    feed: FeedPath,
    request: Request,
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    """以全部键字段为查询参数。Name the record by all its key fields as query parameters.

    身份证号、电话与账号以掩码返回；已删除的记录只返回键字段。
    ID number, phone and account come back masked; of a deleted record only the key is left.
    """
    found = await stored_record(
        session,
        shared.key_ring,
        own_platform(caller),
        feed,
        dict(request.query_params),
        shown=caller.fields,
    )
    subject = {"platform": own_platform(caller), "feed": feed, **request.query_params}
    await trail.record(session, caller, Action.read_records, subject, number=1)
    return Response(_ENCODER.encode(_told(found)), media_type="application/json")


def _told(found: StoredRecord) -> dict[str, object]:
    return {
        **found.fields,
        "revision": found.revision,
        "deleted": found.deleted,
        "batch_id": found.batch_id,
        "line": found.line,
    }
