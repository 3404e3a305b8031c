"""What a policy says beside its rules: what people check, what is paid, until when, what is kept."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.core.errors import Text
from app.rules.parameters import Parameter, Requirements


@dataclass(frozen=True, slots=True)
class Source:
    """The text that the policy is: its number and title as its authority gave them."""

    number: str | None
    """None where the text bears none."""
    title: str
    issued_on: date | None

    def document(self) -> dict[str, object]:
        issued_on = self.issued_on.isoformat() if self.issued_on else None
        return {"number": self.number, "title": self.title, "issued_on": issued_on}


class About(StrEnum):
    """Whom or what a checklist item is answered for."""

    platform = "platform"
    project = "project"
    class_group = "class_group"
    enterprise = "enterprise"
    claim = "claim"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """What no data can decide: a person answers it."""

    code: str
    about: About
    title: Text
    clause: str
    words: str
    requirements: Requirements

    def document(self) -> dict[str, object]:
        return {
            "code": self.code,
            "about": self.about,
            "title": self.title._asdict(),
            "clause": self.clause,
            "words": self.words,
            "requirements": self.requirements,
        }


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """What an enterprise files or keeps."""

    code: str
    title: Text
    clause: str
    words: str
    requirements: Requirements

    def document(self) -> dict[str, object]:
        return {
            "code": self.code,
            "title": self.title._asdict(),
            "clause": self.clause,
            "words": self.words,
            "requirements": self.requirements,
        }


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time that the policy sets: within which something is done, or for which it is kept."""

    code: str
    title: Text
    length: Parameter
    """In working days, days, months or years, as its unit says."""
    requirements: Requirements

    def document(self) -> dict[str, object]:
        return {
            "code": self.code,
            "title": self.title._asdict(),
            "length": self.length.name,
            "requirements": self.requirements,
        }


@dataclass(frozen=True, slots=True)
class Subsidy:
    """What is paid for an eligible enrollment: so much an hour, at most so much a person and year."""

    per_hour: Parameter
    """Yuan for a whole credited hour."""
    yearly_cap: Parameter
    """Yuan; blank: no cap."""

    @property
    def fen_per_hour(self) -> Fraction | None:
        """None: no amount is set."""
        return None if self.per_hour.value is None else self.per_hour.number * 100

    @property
    def cap_fen(self) -> Fraction | None:
        return None if self.yearly_cap.value is None else self.yearly_cap.number * 100

    def document(self) -> dict[str, object]:
        return {"per_hour": self.per_hour.name, "yearly_cap": self.yearly_cap.name}


@dataclass(frozen=True, slots=True)
class Provisions:
    """What a policy says beside its rules, and who says it."""

    authority: Text | None = None
    source: Source | None = None
    checklist: tuple[ChecklistItem, ...] = ()
    subsidy: Subsidy | None = None
    """None: the policy sets no amount that could be computed."""
    clocks: tuple[Term, ...] = ()
    retention: tuple[Term, ...] = ()
    documents: tuple[RequiredDocument, ...] = ()

    def document(self) -> dict[str, object]:
        return {
            "authority": self.authority._asdict() if self.authority else None,
            "source": self.source.document() if self.source else None,
            "checklist": [item.document() for item in self.checklist],
            "subsidy": self.subsidy.document() if self.subsidy else None,
            "clocks": [term.document() for term in self.clocks],
            "retention": [term.document() for term in self.retention],
            "documents": [each.document() for each in self.documents],
        }
