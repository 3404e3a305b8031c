"""Answers as files: the same rows as the list shows, all of them, as CSV or XLSX."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.accounts.authorisation import Action, Caller
from app.api.deps import RepeatableUnit, Resources, Shared, action_of, authenticated
from app.api.language import Language, LanguageTag
from app.api.printouts import PDF, printout
from app.core import clock
from app.core.errors import Text
from app.db.session import WriteSession
from app.reports.documents import Document
from app.reports.printing import PrintFormat
from app.reports.tables import Column, Format, Table, chunks, write_file
from app.reports.watermark import Watermark
from app.trail.service import organisation, record

FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {each.media_type.partition(";")[0]: {"schema": {"type": "string"}} for each in Format}}
}
"""For `responses=` of a route that can answer as a file."""
FILES_AND_PAPER: dict[int | str, dict[str, Any]] = {200: {"content": FILES[200]["content"] | PDF}}
"""Of one that can answer as PDF too."""

FILTERS = (
    *("platform", "class_group_id", "learner_id", "enterprise", "uscc", "district", "programme"),
    *(
        "eligibility",
        "rule",
        "outcome",
        "outlook",
        "closed",
        "severity",
        "state",
        "closed_from",
        "closed_to",
        "ends_from",
        "ends_to",
        "from",
        "to",
        "since",
    ),
)
"""Parameters that the trail keeps of an export."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """In which form the answer is wanted."""

    shared: Resources
    language: str
    format: Format | PrintFormat | None
    """None: as JSON."""
    session: WriteSession
    caller: Caller
    action: Action
    chosen: Mapping[str, str]
    """What the rows are filtered by."""

    async def file(self, *tables: Table, name: str) -> StreamingResponse:
        """An export is an access: it leaves an entry of the trail, whose id the file bears."""
        if not isinstance(self.format, Format):
            raise TypeError("This answer is not wanted as a table.")
        mark, settings = await self.mark(name), self.shared.settings
        with self.shared.exporting.turn():
            file = await write_file(
                tables,
                self.format,
                self.language,
                settings.spool_dir,
                mark,
                most_rows=settings.export_rows,
            )
        stamp = mark.at.astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
        headers = {"Content-Disposition": f'attachment; filename="{name}-{stamp}.{self.format}"'}
        return StreamingResponse(chunks(file), media_type=self.format.media_type, headers=headers)

    async def paper(self, make: Callable[[Watermark], Document], name: str) -> Response:
        """The same on paper, made once its mark is known."""
        if not isinstance(self.format, PrintFormat):
            raise TypeError("This answer is not wanted on paper.")
        return await printout(self.shared, make(await self.mark(name)), self.format, name)

    async def mark(self, name: str) -> Watermark:
        """Of the entry that this export leaves."""
        subject = {"export": f"{name}.{self.format}", **self.chosen}
        export_id = await record(self.session, self.caller, self.action, subject)
        return Watermark(export_id, self.caller.actor_id, organisation(self.caller), clock.now())


async def _delivery(
    *,
    request: Request,
    shared: Shared,
    session: RepeatableUnit,
    caller: Annotated[Caller, Depends(authenticated)],
    language: Language,
) -> Delivery:
    """As JSON, until a form is named."""
    return delivery_of(request, shared, session, caller, language)


def delivery_of(
    request: Request, shared: Resources, session: WriteSession, caller: Caller, language: LanguageTag
) -> Delivery:
    action = action_of(request.scope["route"].dependant)
    if action is None:
        raise TypeError("What everybody may read is not exported.")
    known = {**request.path_params, **request.query_params}
    chosen = {name: str(known[name]) for name in FILTERS if name in known}
    return Delivery(shared, language, None, session, caller, action, chosen)


WITHOUT_FORM = Annotated[Delivery, Depends(_delivery)]


async def delivery(
    *,
    plain: WITHOUT_FORM,
    format: Annotated[  # noqa: A002 (its name in the contract)
        Literal["json", "csv", "xlsx"],
        Query(
            title="格式 / Format",
            description="csv 与 xlsx 导出筛选出的全部条目，忽略 limit 与 cursor。"
            "csv and xlsx export everything that is filtered and ignore limit and cursor. "
            "导出文件逐行注明编号、导出人与时间（末列 exported）。Each row bears number, exporter and time.",
        ),
    ] = "json",
) -> Delivery:
    return replace(plain, format=None if format == "json" else Format(format))


class OnPaperToo(NamedTuple):
    """The delivery that was asked for, in whichever session the answer is put together."""

    request: Request
    shared: Resources
    caller: Caller
    language: LanguageTag
    form: str

    def within(self, session: WriteSession) -> Delivery:
        plain = delivery_of(self.request, self.shared, session, self.caller, self.language)
        if self.form == "pdf":
            return replace(plain, format=PrintFormat.pdf)
        return replace(plain, format=None if self.form == "json" else Format(self.form))


async def _on_paper_too(
    *,
    request: Request,
    shared: Shared,
    caller: Annotated[Caller, Depends(authenticated)],
    language: Language,
    format: Annotated[  # noqa: A002
        Literal["json", "csv", "xlsx", "pdf"],
        Query(
            title="格式 / Format",
            description="csv 与 xlsx 逐行、pdf 逐页注明编号、导出人与时间。"
            "Each row of csv and xlsx, and each page of pdf, bears number, exporter and time.",
        ),
    ] = "json",
) -> OnPaperToo:
    return OnPaperToo(request, shared, caller, language, format)


Delivered = Annotated[Delivery, Depends(delivery)]
DeliveredOnPaperToo = Annotated[OnPaperToo, Depends(_on_paper_too)]


def columns_of(model: type[BaseModel], names: Sequence[str]) -> list[Column]:
    """Columns with the titles of the model's fields, `中文 / English`."""
    return [Column(name, _title(model.model_fields[name].title or name)) for name in names]


def _title(title: str) -> Text:
    zh, _, en = title.partition(" / ")
    return Text(zh, en or zh)
