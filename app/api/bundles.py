"""`POST /api/v1/evidence-bundles`: all that decisions rest on, in one file that can be checked anywhere."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.bundle_report import Reader
from app.api.deps import Allowed, Resources, Shared, Within
from app.api.parameters import LocalId, OnlyKnown
from app.api.personal_data import Purposeful
from app.api.problems import documented
from app.core import clock
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.evidence.schemas import Item, Order, Scope
from app.evidence.service import House, make_bundle
from app.ledger import publication
from app.ledger.publication import Publishing
from app.reports.tables import chunks
from app.trail.service import organisation

router = APIRouter(prefix="/api/v1", tags=["证据 / Evidence"], dependencies=[OnlyKnown])

MEDIA_TYPE = "application/zip"
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "证据包 / The bundle",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
MOST_ITEMS = 200


class BundleItem(BaseModel):
    """一名学员或整个班级。An enrollment, or a whole class group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: LocalId = Field(title="平台 / Platform", examples=["live-a"])
    class_group_id: LocalId = Field(title="班级 / Class group", examples=["C2026-001"])
    learner_id: LocalId | None = Field(
        default=None,
        title="学员 / Learner",
        description="未给出时为整个班级。Without it: the whole class group.",
        examples=["L0001"],
    )


class BundleRequest(Purposeful):
    """取得证据包。Asks for a bundle."""

    items: Sequence[BundleItem] = Field(min_length=1, max_length=MOST_ITEMS, title="范围 / What it is of")


@router.post(
    "/evidence-bundles",
    summary="证据包 / An evidence bundle",
    response_class=StreamingResponse,
    responses={**FILE, **documented(400, 404, 409, 413, 415, 429, 503)},
)
async def evidence_bundle(
    *,
    caller: Annotated[Caller, Allowed(Action.make_bundle)],
    wanted: BundleRequest,
    shared: Shared,
    within: Within,
) -> StreamingResponse:
    """Records, decisions, policy, proofs and report in a ZIP that its own script checks offline.

    资格确定的学员或班级所依据的全部材料及其证明，离线可核验；含个人信息，须注明用途。
    企业所得不含原始记录，平台所得不含载明金额的判定文书。详见 docs/bundles.md。
    """
    at, scope = clock.now(), scope_of(caller)
    order = Order(
        items=list(items_of(wanted.items)),
        actor=caller,
        action=Action.make_bundle,
        reach=caller.reach,
        scope=scope,
        why=wanted.why(),
        most_records=shared.settings.bundle_records,
        most_learners=shared.settings.bundle_learners,
        most_a_day=shared.settings.reveals_per_day if is_official(caller) else None,
    )
    reader = Reader(
        library=shared.library,
        reach=caller.reach,
        fields=caller.fields,
        actor_id=caller.actor_id,
        organisation=organisation(caller),
        with_subsidy=scope.money,
    )
    # What an official was shown before is counted in the trail, which no confined session reads.
    with shared.exporting.turn():
        file = await make_bundle(house_of(shared), order, reader.present, at, within=within)
    name = f"evidence-{at.astimezone(clock.SHANGHAI):%Y%m%d-%H%M%S}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(chunks(file), media_type=MEDIA_TYPE, headers=headers)


def is_official(caller: Caller) -> bool:
    return caller.reach.platform is None and caller.reach.enterprise is None


def scope_of(caller: Caller) -> Scope:
    """Enterprises read no originals, and platforms nothing of money (docs/bundles.md)."""
    return Scope(originals=caller.reach.enterprise is None, money=caller.reach.platform is None)


def house_of(shared: Resources) -> House:
    settings = shared.settings
    publish = partial(publication.publish, shared.database, shared.key_ring, Publishing.of(settings))
    return House(shared.database, shared.key_ring, settings.spool_dir, publish)


def items_of(wanted: Sequence[BundleItem]) -> Iterator[Item]:
    """Each once, by its key; an enrollment is left out where its whole class group is named."""
    named = {(_key(each), each.learner_id) for each in wanted}
    whole = {key for key, learner_id in named if learner_id is None}
    for key, learner_id in sorted(named, key=lambda each: (each[0], each[1] or "")):
        if learner_id is None:
            yield Item(key)
        elif key not in whole:
            yield Item(key, LearnerId(learner_id))


def _key(each: BundleItem) -> ClassGroupKey:
    return ClassGroupKey(PlatformCode(each.platform), ClassGroupId(each.class_group_id))
