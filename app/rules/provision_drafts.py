"""The sections of a pack beside its rules, before its dates are applied."""

from datetime import date
from typing import NamedTuple

from app.core.errors import Text
from app.rules.drafts import DatedParameter, read_text
from app.rules.nodes import Fields
from app.rules.parameters import Requirements
from app.rules.provisions import About, ChecklistItem, Provisions, RequiredDocument, Source, Subsidy, Term
from app.rules.values import choice_of, read_code, read_day, read_name, read_requirement, read_words

Parameters = dict[str, DatedParameter]
SECTIONS = ("authority", "document", "checklist", "subsidy", "clocks", "retention", "documents")


class TermDraft(NamedTuple):
    code: str
    title: Text
    length: DatedParameter | None
    requirements: Requirements

    def on(self, day: date) -> Term | None:
        """None before its length has its first value."""
        length = self.length and self.length.on(day)
        return Term(self.code, self.title, length, self.requirements) if length else None


class SubsidyDraft(NamedTuple):
    per_hour: DatedParameter | None
    yearly_cap: DatedParameter | None

    def on(self, day: date) -> Subsidy | None:
        per_hour = self.per_hour and self.per_hour.on(day)
        yearly_cap = self.yearly_cap and self.yearly_cap.on(day)
        return Subsidy(per_hour, yearly_cap) if per_hour and yearly_cap else None


class ProvisionsDraft(NamedTuple):
    authority: Text | None
    source: Source | None
    checklist: tuple[ChecklistItem, ...]
    subsidy: SubsidyDraft | None
    clocks: tuple[TermDraft, ...]
    retention: tuple[TermDraft, ...]
    documents: tuple[RequiredDocument, ...]

    def on(self, day: date) -> Provisions:
        return Provisions(
            authority=self.authority,
            source=self.source,
            checklist=self.checklist,
            subsidy=self.subsidy and self.subsidy.on(day),
            clocks=tuple([term for draft in self.clocks if (term := draft.on(day))]),
            retention=tuple([term for draft in self.retention if (term := draft.on(day))]),
            documents=self.documents,
        )


def read_provisions(fields: Fields, parameters: Parameters) -> ProvisionsDraft:
    return ProvisionsDraft(
        authority=read_text(fields.fields("authority")) if fields.has("authority") else None,
        source=_read_source(fields.fields("document")) if fields.has("document") else None,
        checklist=tuple([_read_item(code, each) for code, each in _coded(fields, "checklist")]),
        subsidy=_read_subsidy(fields.fields("subsidy"), parameters) if fields.has("subsidy") else None,
        clocks=tuple([_read_term(code, each, parameters) for code, each in _coded(fields, "clocks")]),
        retention=tuple([_read_term(code, each, parameters) for code, each in _coded(fields, "retention")]),
        documents=tuple([_read_document(code, each) for code, each in _coded(fields, "documents")]),
    )


def _coded(fields: Fields, section: str) -> list[tuple[str, Fields]]:
    """The entries of an optional section, each under its code."""
    entries = fields.fields(section, optional=True)
    return [(entries.read_name(code, read_code, ""), entries.fields(code)) for code in entries.names()]


def _read_source(fields: Fields) -> Source:
    fields.allow({"number", "title", "issued_on"})
    return Source(
        number=fields.read("number", lambda text: text.strip() or None, None),
        title=fields.read("title", read_words, ""),
        issued_on=fields.read("issued_on", _read_day_or_blank, None),
    )


def _read_day_or_blank(text: str) -> date | None:
    return read_day(text) if text.strip() else None


def _read_item(code: str, fields: Fields) -> ChecklistItem:
    fields.allow({"requirements", "about", "title", "clause", "words"})
    return ChecklistItem(
        code=code,
        about=fields.read("about", choice_of(About), About.class_group),
        title=read_text(fields.fields("title")),
        clause=fields.read("clause", read_words, ""),
        words=fields.read("words", read_words, ""),
        requirements=fields.texts("requirements", read_requirement),
    )


def _read_document(code: str, fields: Fields) -> RequiredDocument:
    fields.allow({"requirements", "title", "clause", "words"})
    return RequiredDocument(
        code=code,
        title=read_text(fields.fields("title")),
        clause=fields.read("clause", read_words, ""),
        words=fields.read("words", read_words, ""),
        requirements=fields.texts("requirements", read_requirement),
    )


def _read_term(code: str, fields: Fields, parameters: Parameters) -> TermDraft:
    fields.allow({"requirements", "title", "length"})
    return TermDraft(
        code=code,
        title=read_text(fields.fields("title")),
        length=_parameter(fields, "length", parameters),
        requirements=fields.texts("requirements", read_requirement),
    )


def _read_subsidy(fields: Fields, parameters: Parameters) -> SubsidyDraft:
    fields.allow({"per_hour", "yearly_cap"})
    return SubsidyDraft(
        per_hour=_parameter(fields, "per_hour", parameters),
        yearly_cap=_parameter(fields, "yearly_cap", parameters),
    )


def _parameter(fields: Fields, name: str, parameters: Parameters) -> DatedParameter | None:
    written = fields.read(name, read_name, None)
    if written is None:
        return None
    if written not in parameters:
        fields.note(name, f"没有名为“{written}”的参数。", f"There is no parameter “{written}”.")
    return parameters.get(written)
