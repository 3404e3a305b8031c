"""Which requirements the packs answer to, and what of them is met elsewhere: read from requirements.yaml."""

from pathlib import Path
from typing import NamedTuple

from app.rules.loader import PolicyPacksInvalid
from app.rules.nodes import Fields, Page
from app.rules.values import read_name, read_requirement, read_words

LISTED = Path(__file__).with_suffix(".yaml")


class Elsewhere(NamedTuple):
    part: str
    place: str
    """A file of the project."""


class Requirement(NamedTuple):
    number: str
    subject: str
    programmes: tuple[str, ...]
    """Those whose text asks for it."""
    elsewhere: tuple[Elsewhere, ...]
    not_yet: str | None
    """What of it nothing meets as yet."""


class Section(NamedTuple):
    name: str
    requirements: tuple[Requirement, ...]


def requirements(path: Path = LISTED) -> tuple[Section, ...]:
    """In the order of the list; `PolicyPacksInvalid` names every mistake in it."""
    page = Page(path)
    fields = page.fields()
    sections = tuple([_read_section(name, fields.fields(name)) for name in fields.names()])
    if page.mistakes:
        raise PolicyPacksInvalid(page.mistakes)
    return sections


def _read_section(name: str, fields: Fields) -> Section:
    return Section(name, tuple([_read(fields, number) for number in fields.names()]))


def _read(fields: Fields, number: str) -> Requirement:
    entry = fields.fields(number)
    entry.allow({"subject", "packs", "elsewhere", "not-yet"})
    return Requirement(
        number=fields.read_name(number, read_requirement, ""),
        subject=entry.read("subject", read_words, ""),
        programmes=entry.texts("packs", read_name),
        elsewhere=tuple([_read_elsewhere(each) for each in entry.one_or_more("elsewhere")]),
        not_yet=entry.read("not-yet", read_words, None) if entry.has("not-yet") else None,
    )


def _read_elsewhere(fields: Fields) -> Elsewhere:
    fields.allow({"part", "place"})
    return Elsewhere(fields.read("part", read_words, ""), fields.read("place", read_words, ""))
