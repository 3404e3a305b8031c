"""What a file says of its own export, so that one that strays names who let it out."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.errors import Text
from app.reports.cells import written

COLUMN = "exported"
TITLE = Text("导出水印：编号、导出人、时间", "Watermark of the export: number, who, when")


class Watermark(NamedTuple):
    """`export_id` is that of the trail's entry about the export."""

    export_id: UUID
    actor_id: str
    organisation: str | None
    at: datetime

    @property
    def cell(self) -> str:
        """In each row, so that a part of the file tells it too."""
        return f"{self.export_id} {self.actor_id} {written(self.at)}"

    def sentence(self, language: str) -> str:
        who = self.actor_id if self.organisation is None else f"{self.actor_id} ({self.organisation})"
        when = written(self.at)
        return Text(
            f"由 {who} 于 {when} 导出，编号 {self.export_id}",
            f"Exported by {who} at {when}, number {self.export_id}",
        ).in_language(language)
