"""`/api/v1/trail`: auditors ask who read or changed what. Reading the trail is an entry of it too."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from app.accounts.authorisation import Action, Caller
from app.api.compliance import PersonSearch
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.exports import FILES, Delivered, columns_of
from app.api.pagination import Listing, Page
from app.api.parameters import ID, OnlyKnown, PeriodReversed
from app.api.problems import documented
from app.api.standings import Shown
from app.core.errors import Text
from app.db.session import ReadSession
from app.eligibility.answers import person_key
from app.reports.cells import Cell
from app.reports.tables import Row, Table
from app.trail.schemas import Entry, Kind, Wanted
from app.trail.search import search, search_all
from app.trail.service import record

router = APIRouter(prefix="/api/v1/trail", tags=["审计 / Audit trail"], dependencies=[OnlyKnown])

Auditor = Annotated[Caller, Allowed(Action.read_trail)]
TITLE = Text("审计记录", "Audit trail")
WORD = r"^[A-Za-z0-9_.:,-]{1,200}$"
ADDRESS = r"^[0-9A-Fa-f.:]{2,45}$"
YEARS = range(2000, 2200)


class TrailItem(Shown):
    """一条审计记录。Who did what to whom, when, from where and for what purpose."""

    entry_id: UUID = Field(title="编号 / Entry")
    occurred_at: datetime = Field(title="时间 / Occurred at")
    actor_id: str = Field(title="操作者 / Actor", examples=["user-0f1e2d3c4b5a6978"])
    role: str | None = Field(title="角色 / Role", examples=["clerk"])
    organisation: str | None = Field(
        title="所属 / Organisation",
        description="platform:、enterprise: 或 districts: 加编号；null 为不限。Null: bound to none.",
        examples=["districts:440200"],
    )
    action: str = Field(title="操作 / Action", examples=["eligibility:read"])
    kind: Kind = Field(title="种类 / Kind")
    subject: Mapping[str, str] = Field(
        title="对象 / Subject",
        description="编号；person_key 为加密散列，不含身份证号码。Ids; a person by keyed hash.",
        examples=[{"platform": "live-a", "class_group_id": "C2026-001"}],
    )
    number: int | None = Field(title="涉及数量 / Persons or records concerned", examples=[30])
    purpose_code: str | None = Field(title="用途代码 / Purpose code", examples=["complaint"])
    purpose: str | None = Field(title="用途 / Purpose")
    address: str | None = Field(title="来源地址 / Address", examples=["192.0.2.7"])
    request_id: str | None = Field(title="请求编号 / Request")
    session_id: UUID | None = Field(title="会话 / Session")
    hour: datetime | None = Field(
        title="所在小时 / Hour",
        description="数据库写入的小时；该小时结束后其摘要写入账本。Sealed in the ledger once it is over.",
    )


def _of_our_time(moment: datetime | None, name: str) -> datetime | None:
    if moment is not None and moment.year not in YEARS:
        raise PeriodReversed(name, name)
    return moment


def _instant(name: str, title: str) -> object:
    return Query(
        alias=name,
        title=title,
        description="带时区的 RFC 3339。With its offset.",
        examples=["2026-03-02T09:00:00+08:00"],
    )


def _id(title: str) -> object:
    return Query(pattern=ID, title=title)


async def subject_asked(
    *,
    platform: Annotated[str | None, _id("平台代码 / Platform")] = None,
    class_group_id: Annotated[str | None, _id("班级编号 / Class group")] = None,
    learner_id: Annotated[str | None, _id("学员编号 / Learner")] = None,
    uscc: Annotated[str | None, _id("企业 / Enterprise")] = None,
    batch_id: Annotated[str | None, _id("批次 / Batch")] = None,
    client_id: Annotated[str | None, _id("客户端 / Client")] = None,
    user_id: Annotated[str | None, _id("用户 / User")] = None,
) -> dict[str, str]:
    """What an entry is about."""
    asked = {
        "platform": platform,
        "class_group_id": class_group_id,
        "learner_id": learner_id,
        "uscc": uscc,
        "batch_id": batch_id,
        "client_id": client_id,
        "user_id": user_id,
    }
    return {name: value for name, value in asked.items() if value is not None}


async def wanted(
    *,
    caller: Auditor,
    subject: Annotated[dict[str, str], Depends(subject_asked)],
    actor: Annotated[str | None, Query(pattern=WORD, title="操作者 / Actor")] = None,
    action: Annotated[str | None, Query(pattern=WORD, title="操作 / Action")] = None,
    kind: Annotated[Kind | None, Query(title="种类 / Kind")] = None,
    address: Annotated[str | None, Query(pattern=ADDRESS, title="来源地址 / Address")] = None,
    organisation: Annotated[str | None, Query(pattern=WORD, title="所属 / Organisation")] = None,
    first: Annotated[AwareDatetime | None, _instant("from", "时间起 / From")] = None,
    last: Annotated[AwareDatetime | None, _instant("to", "时间止（不含）/ Before")] = None,
) -> Wanted:
    first, last = _of_our_time(first, "from"), _of_our_time(last, "to")
    if first is not None and last is not None and first > last:
        raise PeriodReversed("from", "to")
    return Wanted(
        actor_id=actor,
        action=action,
        kind=kind,
        address=address,
        organisation=organisation,
        subject=subject,
        first=first,
        last=last,
        districts=caller.reach.districts,
    )


Asked = Annotated[Wanted, Depends(wanted)]


@router.get(
    "",
    summary="审计记录 / Audit trail",
    response_model=Listing[TrailItem],
    responses={**FILES, **documented(400)},
)
async def trail(
    *, caller: Auditor, session: RepeatableUnit, asked: Asked, page: Page, delivery: Delivered
) -> Listing[TrailItem] | StreamingResponse:
    """Newest first. An auditor bound to districts sees acts of officials and enterprises within them.

    最新的在前。限定辖区的审计人员只见辖区内监管人员和企业的操作。查阅本身也会被记录。
    """
    if delivery.format is not None:
        return await delivery.file(_table(session, asked), name="trail")
    return await _listing(caller, session, asked, page, _told(asked))


@router.post("/search", summary="按人查审计记录 / Trail of a person", responses=documented(400, 415))
async def trail_of_person(
    *,
    caller: Auditor,
    sought: PersonSearch,
    session: RepeatableUnit,
    shared: Shared,
    asked: Asked,
    page: Page,
) -> Listing[TrailItem]:
    """Entries about one person: by name of nobody else, by enrollment, or by a class group read whole.

    查与某人有关的记录：按人、按花名册条目，或其所在班级被整体查阅。身份证号码不会被保存、记录或返回。
    """
    person = person_key(shared.key_ring, sought.id_number)
    about = replace(asked, person_key=person)
    return await _listing(caller, session, about, page, {"person_key": person.hex()})


async def _listing(
    caller: Caller, session: RepeatableUnit, asked: Wanted, page: Page, subject: Mapping[str, str]
) -> Listing[TrailItem]:
    """What is found stands as it was before this reading of it."""
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    found = await search(session, asked, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda entry: (entry.entry_id,))
    await record(session, caller, Action.read_trail, subject, number=len(rows))
    return Listing(items=[_item(row) for row in rows], next_cursor=next_cursor)


def _told(asked: Wanted) -> dict[str, str]:
    """What was asked for is what was read of."""
    names = {"actor_id": asked.actor_id, "action": asked.action, "organisation": asked.organisation}
    return {**asked.subject, **{name: value for name, value in names.items() if value is not None}}


def _item(entry: Entry) -> TrailItem:
    return TrailItem.model_validate(entry)


def _table(session: ReadSession, asked: Wanted) -> Table:
    async def pages() -> AsyncIterator[Sequence[Row]]:
        async for page in search_all(session, asked):
            yield [_cells(entry) for entry in page]

    return Table(TITLE, columns_of(TrailItem, list(TrailItem.model_fields)), pages())


def _cells(entry: Entry) -> list[Cell]:
    told = dict(_item(entry))
    subject = " ".join(f"{name}={value}" for name, value in sorted(entry.subject.items()))
    texts = {"entry_id": str(entry.entry_id), "subject": subject}
    texts["session_id"] = "" if entry.session_id is None else str(entry.session_id)
    return list({**told, **texts}.values())
