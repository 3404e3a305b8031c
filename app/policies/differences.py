"""How two versions of a policy differ: by item and by what is said of it, never by where it stands. Pure."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence

import yaml

from app.core.errors import Text
from app.policies.difference_schemas import (
    Aspect,
    ChangedAspect,
    ChangedItem,
    ChangeKind,
    Difference,
    Part,
)
from app.policies.schemas import Bilingual
from app.rules.fact_titles import named_fact
from app.rules.parameters import Parameter
from app.rules.policy import Comparison, PolicyVersion, Rule
from app.rules.provisions import ChecklistItem, RequiredDocument, Source, Term
from app.rules.words import asked_in_words, value_in_words

CONTEXT_LINES = 3
Said = Mapping[Aspect, Text]
"""The title first."""
Item = tuple[Part, str]


def difference(before: PolicyVersion | None, after: PolicyVersion) -> Difference:
    """Of a first version everything is new."""
    old = {} if before is None else dict(_items(before))
    new = dict(_items(after))
    items = [each for item in dict.fromkeys([*new, *old]) if (each := _changed(item, old, new)) is not None]
    return Difference(
        policy_id=after.programme,
        since=None if before is None else before.version,
        version=after.version,
        items=items,
        lines=differing_lines("" if before is None else _written(before), _written(after)),
        unchanged=len(new.keys() | old.keys()) - len(items),
    )


def differing_lines(before: str, after: str) -> list[str]:
    """A unified diff of two texts; empty where they are the same."""
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT_LINES))[
        2:
    ]


def _changed(item: Item, old: Mapping[Item, Said], new: Mapping[Item, Said]) -> ChangedItem | None:
    before, after = old.get(item, {}), new.get(item, {})
    if before == after:
        return None
    part, code = item
    kind = ChangeKind.changed if before and after else ChangeKind.added if after else ChangeKind.removed
    return ChangedItem(
        part=part,
        code=code,
        title=Bilingual.of((after or before)[Aspect.called]),
        change=kind,
        aspects=[
            ChangedAspect(aspect=each, before=_told(before.get(each)), after=_told(after.get(each)))
            for each in Aspect
            if before.get(each) != after.get(each)
        ],
    )


def _written(version: PolicyVersion) -> str:
    """All that it says, which its content hash is of, one thing a line."""
    plain = json.loads(json.dumps(version.document(), ensure_ascii=False))
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=float("inf"))


def _told(text: Text | None) -> Bilingual | None:
    return text and Bilingual.of(text)


def _items(version: PolicyVersion) -> Iterator[tuple[Item, Said]]:
    said = version.provisions
    yield (Part.policy, version.programme), _policy(version)
    for rule in version.rules:
        yield (Part.rule, rule.code), _rule(rule)
    if said.subsidy is not None:
        for each in (said.subsidy.per_hour, said.subsidy.yearly_cap):
            yield (Part.subsidy, each.name), _setting(each.title, each)
    for part, terms in ((Part.clock, said.clocks), (Part.retention, said.retention)):
        for term in terms:
            yield (part, term.code), _setting(term.title, term.length)
    for item in said.checklist:
        yield (Part.checklist, item.code), _sourced(item) | {Aspect.about: _same(item.about)}
    for document in said.documents:
        yield (Part.document, document.code), _sourced(document)
    shown = _shown_elsewhere(version)
    for parameter in version.parameters:
        if parameter.name not in shown:
            yield (Part.parameter, parameter.name), _setting(parameter.title, parameter)


def _shown_elsewhere(version: PolicyVersion) -> set[str]:
    """Parameters that a rule, a term or the subsidy is told by."""
    said = version.provisions
    terms: Sequence[Term] = (*said.clocks, *said.retention)
    money = () if said.subsidy is None else (said.subsidy.per_hour, said.subsidy.yearly_cap)
    return {
        *(rule.comparison.threshold.name for rule in version.rules),
        *(term.length.name for term in terms),
        *(each.name for each in money),
    }


def _policy(version: PolicyVersion) -> Said:
    said: dict[Aspect, Text] = {Aspect.called: version.title}
    if version.provisions.authority is not None:
        said[Aspect.authority] = version.provisions.authority
    if version.provisions.source is not None:
        said[Aspect.source] = _named(version.provisions.source)
    return said


def _named(source: Source) -> Text:
    issued_on = source.issued_on and source.issued_on.isoformat()
    return _same(" ".join(each for each in (source.number, source.title, issued_on) if each))


def _rule(rule: Rule) -> Said:
    said = {
        Aspect.called: rule.title,
        Aspect.severity: _same(rule.severity),
        Aspect.subject: _same(rule.subject),
        Aspect.fact: named_fact(rule.comparison.fact),
        Aspect.asked: asked_in_words(rule.comparison),
        Aspect.clause: _same(rule.comparison.threshold.clause),
        Aspect.words: _same(rule.comparison.threshold.words),
        Aspect.remedy: rule.remedy,
    }
    if rule.conditions:
        conditions = [_condition(each) for each in rule.conditions]
        said[Aspect.conditions] = Text(
            "；".join(each.zh for each in conditions), "; ".join(each.en for each in conditions)
        )
    return said


def _condition(comparison: Comparison) -> Text:
    title, asked = comparison.threshold.title, asked_in_words(comparison)
    return Text(f"{title.zh}：{asked.zh}", f"{title.en}: {asked.en}")


def _setting(title: Text, parameter: Parameter) -> Said:
    return {
        Aspect.called: title,
        Aspect.value: value_in_words(parameter),
        Aspect.clause: _same(parameter.clause),
        Aspect.words: _same(parameter.words),
    }


def _sourced(each: ChecklistItem | RequiredDocument) -> dict[Aspect, Text]:
    return {Aspect.called: each.title, Aspect.clause: _same(each.clause), Aspect.words: _same(each.words)}


def _same(words: str) -> Text:
    return Text(str(words), str(words))
