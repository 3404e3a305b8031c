"""What a check says: each difference with its place, and what a whole check found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import Text


class Level(StrEnum):
    """What was derived from what."""

    log = "log"
    """The ledger's entries, and what they attest."""
    rows = "rows"
    """Rows of the feeds from the archived batches."""
    facts = "facts"
    """How enrollments stand, from the rows."""
    decisions = "decisions"
    """Final decisions from how enrollments stand."""


class Fault(StrEnum):
    """How what is stored departs from what it should be."""

    changed = "changed"
    missing = "missing"
    """It should be there."""
    added = "added"
    """Nothing it could come from is there, or nothing attests it."""
    unreadable = "unreadable"
    """It cannot be opened or read, so nothing can be compared with it."""
    unknown_kind = "unknown_kind"
    """An entry of a kind that this program cannot hold against anything."""


class Difference(NamedTuple):
    """One thing that is not as it should be. Never holds a stored value but ids."""

    level: Level
    fault: Fault
    table: str
    key: Mapping[str, str]
    columns: tuple[str, ...] = ()
    """Those that differ, where single ones can be told."""
    batch_id: UUID | None = None
    """The batch that says what should be there, and the line in it."""
    line: int | None = None
    ledger_index: int | None = None
    recorded_at: datetime | None = None
    """When what should be there came: the time of its entry."""
    last_right_at: datetime | None = None
    """The last deep check that found it right; None: none ever did."""

    def __str__(self) -> str:
        place = " ".join(f"{name}={value}" for name, value in self.key.items())
        named = f" ({', '.join(self.columns)})" if self.columns else ""
        return f"{self.table} {place}: {self.fault}{named}"

    @property
    def remedy(self) -> Text:
        return REMEDIES[self.level] if self.fault is not Fault.unknown_kind else UNKNOWN


REMEDIES: Mapping[Level, Text] = {
    Level.log: Text(
        "账本或其所证明的内容已被改动。请保留数据库现场，与已外发的检查点核对，"
        "查明后从备份恢复（supervise restore）。",
        "The ledger, or what it attests, was altered. Keep the database as evidence, compare it with the "
        "checkpoints that left the house, then restore from a backup (supervise restore).",
    ),
    Level.rows: Text(
        "数据行与归档原始批次不符。请保留现场并查审计记录；原始批次未变，可从备份恢复，"
        "或请平台以更高版本号重推该记录。",
        "The row does not say what the archived batch says. Keep it as evidence and look into the trail; "
        "restore from a backup, or have the platform send the record again under a higher revision.",
    ),
    Level.facts: Text(
        "结果与数据行不符。请保留现场并查明原因，然后重新评定该班级（supervise reassess）。",
        "The result does not follow from the rows. Keep it as evidence, find the cause, then have the class "
        "group assessed again (supervise reassess).",
    ),
    Level.decisions: Text(
        "决定与结果不符。请保留现场，以账本中该决定的叶子为准，查明后重新评定该班级。",
        "The decision does not say what follows from the facts. Keep it as evidence; what its leaf in the "
        "ledger covers is what was decided. Then have the class group assessed again.",
    ),
}
UNKNOWN = Text(
    "本程序不认识此类账本条目，未能核对。请用写入它的程序版本核对。",
    "This program does not know entries of this kind and could not hold them against anything. "
    "Use the version that wrote them.",
)


class Since(NamedTuple):
    """How much is looked at; by default everything."""

    moment: datetime | None = None
    """What was recorded or assessed then or later."""
    platform: str | None = None

    def covers(self, difference: Difference) -> bool:
        """Whether it is of the platform that is looked at, as far as it is of any."""
        return self.platform is None or difference.key.get("platform", self.platform) == self.platform

    @property
    def is_everything(self) -> bool:
        return self == EVERYTHING


EVERYTHING = Since()


@dataclass(slots=True)
class Found:
    """What a level comes to."""

    counts: dict[str, int] = field(default_factory=dict)
    """How much was looked at, and what was passed over, by name."""
    differences: list[Difference] = field(default_factory=list)
    most: int = 1_000
    """So many differences are told; the others are counted."""

    def add(self, *differences: Difference) -> None:
        self.count("differences", len(differences))
        self.differences += differences[: self.most - len(self.differences)]

    def join(self, other: "Found") -> None:
        for what, number in other.counts.items():
            self.count(what, number)
        self.differences += other.differences[: self.most - len(self.differences)]

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number


class DeepCheck(NamedTuple):
    """One that was run, as it is kept."""

    check_id: UUID
    started_at: datetime
    finished_at: datetime
    size: int
    root: bytes
    since: datetime | None
    platform: str | None
    counts: Mapping[str, int]
    differences: Sequence[Mapping[str, Any]]
    program_version: str
