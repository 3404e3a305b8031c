"""What a policy says beside its rules, as it is published; and which requirements all of it answers to."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from app.core.errors import Text
from app.policies import schemas
from app.rules.parameters import Parameter
from app.rules.policy import PolicyVersion
from app.rules.provisions import ChecklistItem, RequiredDocument, Source, Term
from app.rules.requirements import requirements
from app.rules.words import value_in_words


def document_of(source: Source | None) -> schemas.PolicyDocument | None:
    return None if source is None else schemas.PolicyDocument.model_validate(source)


def authority_of(version: PolicyVersion) -> schemas.Bilingual | None:
    authority = version.provisions.authority
    return authority and schemas.Bilingual.of(authority)


def provisions_of(version: PolicyVersion) -> schemas.Provisions:
    said = version.provisions
    money = () if said.subsidy is None else (said.subsidy.per_hour, said.subsidy.yearly_cap)
    return schemas.Provisions(
        subsidy=[_setting(each.name, each.title, each) for each in money],
        clocks=[_term(each) for each in said.clocks],
        retention=[_term(each) for each in said.retention],
        checklist=[schemas.CheckedByPeople(**_alike(each), about=each.about) for each in said.checklist],
        documents=[schemas.Provision(**_alike(each)) for each in said.documents],
    )


def requirements_met(version: PolicyVersion) -> list[schemas.RequirementMet]:
    """In the order of the list; what is not in it comes last."""
    met: dict[str, dict[str, None]] = {}
    for code, numbers in _answering(version):
        for number in numbers:
            met.setdefault(number, {})[code] = None
    listed = _subjects()
    order = {number: at for at, number in enumerate(listed)}
    return [
        schemas.RequirementMet(number=number, subject=listed.get(number), met_by=list(codes))
        for number, codes in sorted(met.items(), key=lambda each: (order.get(each[0], len(order)), each[0]))
    ]


def _answering(version: PolicyVersion) -> Iterator[tuple[str, Sequence[str]]]:
    """Rules, terms and items; parameters only where nothing of these names them."""
    said = version.provisions
    yield from ((rule.code, rule.requirements) for rule in version.rules)
    yield from ((term.code, term.requirements) for term in (*said.clocks, *said.retention))
    yield from ((item.code, item.requirements) for item in said.checklist)
    yield from ((document.code, document.requirements) for document in said.documents)
    used = {rule.comparison.threshold.name for rule in version.rules}
    used |= {term.length.name for term in (*said.clocks, *said.retention)}
    for parameter in version.parameters:
        if parameter.name not in used:
            yield parameter.name, parameter.requirements


@cache
def _subjects() -> dict[str, str]:
    return {each.number: each.subject for section in requirements() for each in section.requirements}


def _term(term: Term) -> schemas.Setting:
    return _setting(term.code, term.title, term.length)


def _setting(code: str, title: Text, parameter: Parameter) -> schemas.Setting:
    return schemas.Setting(
        code=code,
        title=schemas.Bilingual.of(title),
        clause=parameter.clause,
        words=parameter.words,
        requirements=parameter.requirements,
        parameter=parameter.name,
        value=schemas.Bilingual.of(value_in_words(parameter)),
    )


def _alike(each: ChecklistItem | RequiredDocument) -> dict[str, Any]:
    return {
        "code": each.code,
        "title": schemas.Bilingual.of(each.title),
        "clause": each.clause,
        "words": each.words,
        "requirements": each.requirements,
    }
