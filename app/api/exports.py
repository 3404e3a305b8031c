"""Answers as files: the same rows as the list shows, all of them, as CSV or XLSX."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.api.deps import Resources, Shared
from app.api.language import Language
from app.core import clock
from app.core.errors import Text
from app.reports.tables import Column, Format, Table, chunks, write_file

FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {each.media_type.partition(";")[0]: {"schema": {"type": "string"}} for each in Format}}
}
"""For `responses=` of a route that can answer as a file."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """In which form the answer is wanted."""

    shared: Resources
    language: str
    format: Format | None
    """None: as JSON."""

    async def file(self, *tables: Table, name: str) -> StreamingResponse:
        if self.format is None:
            raise TypeError("This answer is wanted as JSON.")
        file = await write_file(tables, self.format, self.language, self.shared.settings.spool_dir)
        stamp = clock.now().astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
        headers = {"Content-Disposition": f'attachment; filename="{name}-{stamp}.{self.format}"'}
        return StreamingResponse(chunks(file), media_type=self.format.media_type, headers=headers)


async def delivery(
    shared: Shared,
    language: Language,
    format: Annotated[  # noqa: A002 (its name in the contract)
        Literal["json", "csv", "xlsx"],
        Query(
            title="格式 / Format",
            description="csv 与 xlsx 导出筛选出的全部条目，忽略 limit 与 cursor。"
            "csv and xlsx export everything that is filtered and ignore limit and cursor.",
        ),
    ] = "json",
) -> Delivery:
    return Delivery(shared, language, None if format == "json" else Format(format))


Delivered = Annotated[Delivery, Depends(delivery)]


def columns_of(model: type[BaseModel], names: Sequence[str]) -> list[Column]:
    """Columns with the titles of the model's fields, `中文 / English`."""
    return [Column(name, _title(model.model_fields[name].title or name)) for name in names]


def _title(title: str) -> Text:
    zh, _, en = title.partition(" / ")
    return Text(zh, en or zh)
