"""What a printed document is made of; HTML and PDF are made from the same one (printing.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.core.errors import Text
from app.reports.watermark import Watermark

MOST_ROWS = 500
"""Of a table on paper; what is more is told in a sentence."""


class Tone(StrEnum):
    """How a judgement looks; it is always said in words as well."""

    good = "good"
    bad = "bad"
    open = "open"
    plain = "plain"


@dataclass(frozen=True, slots=True)
class Pair:
    label: Text
    value: str
    more: str = ""
    """The same in English, or what belongs to it."""
    is_code: bool = False
    """A hash or an id: may break anywhere."""


@dataclass(frozen=True, slots=True)
class Card:
    """One rule with its clause quoted."""

    code: str
    title: Text
    tag: Text
    tone: Tone
    pairs: Sequence[Pair]
    clause: str
    words: str
    advice: Text | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths`: of the columns, as shares."""

    columns: Sequence[Text]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]
    omitted: int = 0
    """Rows that are not printed."""

    @classmethod
    def cut(
        cls,
        columns: Sequence[Text],
        widths: Sequence[int],
        rows: Sequence[Sequence[str]],
        most: int = MOST_ROWS,
    ) -> "Grid":
        return cls(columns, widths, rows[:most], max(0, len(rows) - most))


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    note: Text | None = None
    pairs: Sequence[Pair] = ()
    cards: Sequence[Card] = ()
    grid: Grid | None = None


def numbered(sections: Sequence[Section]) -> list[Section]:
    """With the numbers that Chinese documents bear."""
    return [
        replace(section, title=Text(f"{_NUMERALS[place]}、{section.title.zh}", section.title.en))
        for place, section in enumerate(sections)
    ]


_NUMERALS = "一二三四五六七八九十"
"""A document has no more sections than these."""


@dataclass(frozen=True, slots=True)
class Document:
    title: Text
    number: str
    verdict: Text
    tone: Tone
    remark: Text | None
    """Beneath the verdict."""
    pairs: Sequence[Pair]
    sections: Sequence[Section]
    mark: Watermark = field(repr=False)

    @property
    def mark_text(self) -> Text:
        return Text(self.mark.sentence("zh"), self.mark.sentence("en"))
