"""Answers as files: the same rows as the list shows, all of them, as CSV or XLSX."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from app.api.deps import Resources
from app.core import clock
from app.core.errors import Text
from app.reports.tables import Column, Format, Table, chunks, write_file

FormatChoice = Annotated[
    Literal["json", "csv", "xlsx"],
    Query(
        title="格式 / Format",
        description="csv 与 xlsx 导出筛选出的全部条目，忽略 limit 与 cursor；csv 为 UTF-8（带 BOM）。"
        "csv and xlsx export everything that is filtered and ignore limit and cursor.",
    ),
]

FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            format_.media_type.partition(";")[0]: {"schema": {"type": "string"}} for format_ in Format
        }
    }
}


async def as_file(
    shared: Resources, tables: Sequence[Table], wanted: str, *, name: str, language: str
) -> StreamingResponse:
    chosen = Format(wanted)
    file = await write_file(tables, chosen, language, shared.settings.spool_dir)
    stamp = clock.now().astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
    headers = {"Content-Disposition": f'attachment; filename="{name}-{stamp}.{chosen}"'}
    return StreamingResponse(chunks(file), media_type=chosen.media_type, headers=headers)


def columns_of(model: type[BaseModel], names: Sequence[str]) -> list[Column]:
    """Columns with the titles of the model's fields, `中文 / English`."""
    return [Column(name, _title(model.model_fields[name].title or name)) for name in names]


def _title(title: str) -> Text:
    zh, _, en = title.partition(" / ")
    return Text(zh, en or zh)
