"""The 84 worked cases, feeds in, figures out. Every way into the platform must answer them alike."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from app.rules.loader import BUILT_IN

CASES = Path(__file__).parent / "worked"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class GoldenCase:
    """`feeds` stand in delivery order, `counting` says what its policy counts otherwise than `standard`."""

    number: str
    name: str
    why: str
    counting: Mapping[str, Any]
    feeds: Mapping[str, list[Record]]
    expected: list[Record]

    def __str__(self) -> str:
        return f"{self.number}-{self.name}"

    @property
    def programme(self) -> str:
        """A pack of its own for a case that counts otherwise; `pack` writes it."""
        return f"golden-{self.number}" if self.counting else "standard"

    def records(self, feed: str) -> list[Record]:
        """The records of a feed, with class groups under the programme of the case."""
        records = self.feeds.get(feed, [])
        if feed != "class-groups":
            return records
        return [{**record, "programme": self.programme} for record in records]


def golden_cases() -> list[GoldenCase]:
    return [_read(path) for path in sorted(CASES.glob("*.json"))]


def write_packs(directory: Path) -> None:
    """The packs that golden cases need beside the built-in ones, for `SUPERVISE_PACKS_DIR`."""
    for case in golden_cases():
        if case.counting:
            (directory / f"{case.programme}.yaml").write_text(pack(case.programme, case.counting), "utf-8")


def pack(programme: str, counting: Mapping[str, Any]) -> str:
    """The standard pack under another name with other counting."""
    document = yaml.load((BUILT_IN / "standard.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    document["programme"] = programme
    for name, value in counting.items():
        for dated in document["counting"][name]["values"].values():
            dated["value"] = json.dumps(value) if isinstance(value, bool) else str(value)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def _read(path: Path) -> GoldenCase:
    text = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return GoldenCase(
        number=path.stem.split("-")[0],
        **{name: text[name] for name in ("name", "why", "counting", "feeds", "expected")},
    )
