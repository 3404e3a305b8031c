"""Answers as files: the same rows as the list shows, all of them, as CSV or XLSX."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.accounts.authorisation import Action, Caller
from app.api.deps import RepeatableUnit, Resources, Shared, action_of, authenticated
from app.api.language import Language
from app.core import clock
from app.core.errors import Text
from app.db.session import WriteSession
from app.reports.tables import Column, Format, Table, chunks, write_file
from app.reports.watermark import Watermark
from app.trail.service import organisation, record

FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {each.media_type.partition(";")[0]: {"schema": {"type": "string"}} for each in Format}}
}
"""For `responses=` of a route that can answer as a file."""

FILTERS = (
    *("platform", "class_group_id", "learner_id", "enterprise", "uscc", "district", "programme"),
    *(
        "eligibility",
        "rule",
        "outcome",
        "severity",
        "state",
        "closed_from",
        "closed_to",
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
    format: Format | None
    """None: as JSON."""
    session: WriteSession
    caller: Caller
    action: Action
    chosen: Mapping[str, str]
    """What the rows are filtered by."""

    async def file(self, *tables: Table, name: str) -> StreamingResponse:
        """An export is an access: it leaves an entry of the trail, whose id the file bears."""
        if self.format is None:
            raise TypeError("This answer is wanted as JSON.")
        subject = {"export": f"{name}.{self.format}", **self.chosen}
        export_id, at = await record(self.session, self.caller, self.action, subject), clock.now()
        mark = Watermark(export_id, self.caller.actor_id, organisation(self.caller), at)
        settings = self.shared.settings
        with self.shared.exporting.turn():
            file = await write_file(
                tables,
                self.format,
                self.language,
                settings.spool_dir,
                mark,
                most_rows=settings.export_rows,
            )
        stamp = at.astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
        headers = {"Content-Disposition": f'attachment; filename="{name}-{stamp}.{self.format}"'}
        return StreamingResponse(chunks(file), media_type=self.format.media_type, headers=headers)


async def delivery(
    *,
    request: Request,
    shared: Shared,
    session: RepeatableUnit,
    caller: Annotated[Caller, Depends(authenticated)],
    language: Language,
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
    action = action_of(request.scope["route"].dependant)
    if action is None:
        raise TypeError("What everybody may read is not exported.")
    known = {**request.path_params, **request.query_params}
    chosen = {name: str(known[name]) for name in FILTERS if name in known}
    return Delivery(
        shared, language, None if format == "json" else Format(format), session, caller, action, chosen
    )


Delivered = Annotated[Delivery, Depends(delivery)]


def columns_of(model: type[BaseModel], names: Sequence[str]) -> list[Column]:
    """Columns with the titles of the model's fields, `中文 / English`."""
    return [Column(name, _title(model.model_fields[name].title or name)) for name in names]


def _title(title: str) -> Text:
    zh, _, en = title.partition(" / ")
    return Text(zh, en or zh)
