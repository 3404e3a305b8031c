"""Figures as tables: printed as they come, and kept in docs/performance.md between two marks."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.core import clock

DOCUMENT = Path(__file__).parents[2] / "docs/performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Report:
    parts: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.parts.append(text)
        print(f"{text}\n", flush=True)  # noqa: T201 (a command)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        lines = [columns, ["---"] * len(columns), *rows]
        body = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
        self.tell(f"### {title}\n\n{body}")

    def keep(self) -> None:
        """In the document, in place of the figures of the last run."""
        before, rest = DOCUMENT.read_text().split(BEGIN)
        after = rest.split(END)[1]
        figures = "\n\n".join(self.parts)
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}")


def machine(database_version: str) -> str:
    """Where and when the figures come from."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return (
        f"{clock.now():%Y-%m-%d %H:%M} UTC · {os.cpu_count()} processors ({platform.machine()}), "
        f"{gib:.0f} GiB, {platform.system()} · Python {platform.python_version()}, "
        f"PostgreSQL {database_version} · load when the run began: {load}"
    )


def thousands(figure: float) -> str:
    return f"{figure:,.0f}"
