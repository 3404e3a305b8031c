"""`/api/v1/feeds`: what platforms push, and what every record must be."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.accounts.quotas import in_force
from app.api.admission import Place
from app.api.body import Body, expected_size, received
from app.api.deps import Allowed, Shared
from app.api.feed_reference import request_body
from app.api.language import Language, LanguageTag
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.receipts import Answer, BatchReceipt, RejectedRecord
from app.api.rehearsals import DryRunReceipt
from app.core import clock
from app.core.config import Settings
from app.core.errors import NotFound, Text
from app.core.ids import Credential, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import reading
from app.ingest.errors import BatchRejected
from app.ingest.feeds import DEFINITIONS
from app.ingest.json_schema import json_schema
from app.ingest.receipts import REJECTIONS_INLINE
from app.ingest.schemas import Delivery, ProgrammeExists, Receipt
from app.ingest.service import accept_batch
from app.rehearsal import rehearse

REPLAYED = "Idempotency-Replayed"
_REPLAYED = {
    REPLAYED: {
        "description": "同一幂等键的首次回执。The first receipt of the same key again.",
        "schema": {"type": "string", "const": "true"},
    }
}

router = APIRouter(prefix="/api/v1/feeds", tags=["数据集 / Feeds"])

Atomic = Annotated[
    bool,
    Query(
        title="全部或全不 / All or nothing",
        description="true：有一条不合规则整批不保存（422）。"
        "true: one bad record, and nothing is stored (422).",
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        title="幂等键 / Idempotency key",
        description="保留 7 天；同一键和内容返回首次回执，同一键不同内容返回 422。"
        "Kept 7 days: the same body gets the first receipt again, another body 422.",
        min_length=1,
        max_length=255,
    ),
]


DryRun = Annotated[
    bool,
    Query(
        title="试推 / Dry run",
        description="true：只返回将得到的回执及其对资格的影响，不保存任何内容。"
        "true: the receipt that the batch would get and whom it would change; nothing is stored.",
    ),
]


class FeedUnknown(NotFound):
    code = "feed_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个数据集。全部数据集见 /api/v1/feeds。",
                "There is no such feed. All are at /api/v1/feeds.",
            )
        )


async def _feed(
    feed: Annotated[
        str,
        Path(
            title="数据集 / Feed", json_schema_extra={"enum": [*Feed]}, examples=["attendance"], max_length=64
        ),
    ],
) -> Feed:
    """An address that is none is not found, rather than invalid."""
    try:
        return Feed(feed)
    except ValueError:
        raise FeedUnknown from None


FeedPath = Annotated[Feed, Depends(_feed)]


class FeedDescription(Answer):
    """A feed and what its records must be."""

    feed: Feed = Field(title="数据集 / Feed", examples=["attendance"])
    title: str = Field(title="名称 / Title", examples=["考勤"])
    key: list[str] = Field(
        title="键字段 / Key fields",
        description="与平台一起标识一条记录。With the platform they identify a record.",
        examples=[["class_group_id", "learner_id", "lesson_id"]],
    )
    record_schema: dict[str, Any] = Field(
        title="记录的 JSON Schema / JSON Schema of a record",
        serialization_alias="schema",
        description="2020-12 版。Of 2020-12.",
    )

    @classmethod
    def of(cls, feed: Feed, language: LanguageTag) -> "FeedDescription":
        schema = json_schema(feed, language)
        title = DEFINITIONS[feed].title.in_language(language)
        return cls(feed=feed, title=title, key=schema["x-key"], record_schema=schema)


@router.get("", summary="数据集及其字段 / The feeds and their fields", dependencies=[OnlyKnown])
async def feeds(
    _caller: Annotated[Caller, Allowed(Action.read_feeds)], language: Language, page: Page
) -> Listing[FeedDescription]:
    """全部数据集及记录的 JSON Schema。All feeds with the JSON Schemas of their records."""
    after = page.after(str)
    found = [feed for feed in sorted(DEFINITIONS) if after is None or (feed.value,) > after]
    rows, next_cursor = page.cut(found, key=lambda feed: (feed.value,))
    return Listing(items=[FeedDescription.of(feed, language) for feed in rows], next_cursor=next_cursor)


async def _place(request: Request, shared: Shared) -> AsyncIterator[Place]:
    """Asked for before anything else.

    The body of a batch that is turned away uvicorn takes and forgets, so that its client hears the answer.
    """
    authorization = request.headers.get("authorization", "")
    with shared.admission.expecting(authorization, expected_size(request)) as place:
        yield place


InLine = Depends(_place, scope="function")


@router.post(
    "/{feed}",
    summary="推送一批记录 / Push a batch of records",
    responses={**documented(400, 404, 408, 413, 415, 429, 503), 200: {"headers": _REPLAYED}},
    dependencies=[InLine, OnlyKnown],
    openapi_extra={"requestBody": request_body()},
)
async def push(
    *,
    place: Annotated[Place, InLine],
    caller: Annotated[Caller, Allowed(Action.push_feed)],
    feed: FeedPath,
    request: Request,
    response: Response,
    shared: Shared,
    language: Language,
    atomic: Atomic = False,
    dry_run: DryRun = False,
    idempotency_key: IdempotencyKey = None,
) -> BatchReceipt | DryRunReceipt:
    """逐条检查：合规的保存，不合规的连同原因退回。Judges each record alone: good ones are stored.

    每批最多 10,000 条、解压后 16 MiB；Content-Encoding 可用 gzip、zstd。回执发出时，其内容均已落盘。
    At most 10,000 records and 16 MiB when decompressed; Content-Encoding may be gzip or zstd. A receipt is
    sent once everything it says is durable.

    繁忙时立即返回 429 或 503，不保存任何内容：按 Retry-After 等待后，以相同的 Idempotency-Key 重试。
    A server that is busy answers 429 or 503 at once and stores nothing: wait as Retry-After says, and repeat
    the request with the same Idempotency-Key.
    """
    settings = shared.settings
    async with received(
        request,
        shared.uploads,
        caller.client_id,
        spool_dir=settings.spool_dir,
        timeout_s=settings.body_timeout_s,
    ) as body:
        sent = partial(
            _delivery, caller, settings, feed, body, atomic=atomic, idempotency_key=idempotency_key
        )
        if dry_run:
            place.leave()  # what is not stored says nothing of the pace of what is
            with shared.dry_runs.taken():
                return await _rehearsed(shared, sent(), language)
        async with place.slot(caller.client_id, body.size):
            receipt = await _accepted(shared, sent(), language)
    if receipt.is_replay:
        response.headers[REPLAYED] = "true"
    return BatchReceipt.of_receipt(receipt, language)


def _delivery(
    caller: Caller,
    settings: Settings,
    feed: Feed,
    body: Body,
    *,
    atomic: bool,
    idempotency_key: str | None,
) -> Delivery:
    """As of now: its turn has come."""
    return Delivery(
        platform=own_platform(caller),
        client_id=caller.client_id,
        credential=credential_of(caller),
        records_a_day=in_force(caller.quota, settings).records_a_day,
        feed=feed,
        media_type=body.media_type,
        body=body.file,
        received_at=clock.now(),
        atomic=atomic,
        idempotency_key=idempotency_key,
        query=f"atomic={atomic}",
    )


def own_platform(caller: Caller) -> PlatformCode:
    assert caller.platform is not None  # noqa: S101 (the action is for role platform, which has one)
    return caller.platform


def credential_of(caller: Caller) -> Credential:
    assert caller.credential is not None  # noqa: S101 (the token of a program names it)
    return caller.credential


async def _programmes(shared: Shared, feed: Feed) -> ProgrammeExists:
    """A version published a moment ago counts. Only class groups name a programme; others pay nothing."""
    if feed is not Feed.class_groups:
        return _not_asked
    async with reading(shared.database, single=True) as session:
        return (await shared.library.in_force(session)).programme_exists


def _not_asked(_programme: str, _starts_on: date) -> bool:
    raise AssertionError


async def _accepted(shared: Shared, delivery: Delivery, language: LanguageTag) -> Receipt:
    try:
        return await accept_batch(
            shared.database,
            shared.key_ring,
            delivery,
            programme_exists=await _programmes(shared, delivery.feed),
        )
    except BatchRejected as refusal:
        refusal.extension = _what_was_rejected(refusal, language)
        raise


async def _rehearsed(shared: Shared, delivery: Delivery, language: LanguageTag) -> DryRunReceipt:
    try:
        found = await rehearse(
            shared.database,
            shared.library,
            shared.key_ring,
            delivery,
            programme_exists=await _programmes(shared, delivery.feed),
            most=shared.settings.dry_run_enrollments,
        )
    except BatchRejected as refusal:
        refusal.extension = _what_was_rejected(refusal, language)
        raise
    return DryRunReceipt.of(delivery, found, language)


def _what_was_rejected(refusal: BatchRejected, language: LanguageTag) -> dict[str, Any]:
    """What a receipt would have said, where nothing is stored."""
    shown = refusal.rejections[:REJECTIONS_INLINE]
    rejections = [RejectedRecord.of(rejection, language).model_dump(mode="json") for rejection in shown]
    return {**refusal.counts._asdict(), "rejections": rejections}
