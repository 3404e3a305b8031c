"""Where each requirement is met, as a page for people: `make requirements` prints docs/requirements.md."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.rules.loader import load_packs
from app.rules.parameters import Requirements
from app.rules.policy import Packs, PolicyVersion
from app.rules.requirements import Requirement, Section, requirements

HEAD = """# Where each requirement is met

Printed by `make requirements` from the packs (`app/rules/packs/`) and the list of requirements
(`app/rules/requirements.yaml`). A test holds the page and them equal, and fails if a requirement that a text
makes is met nowhere in its pack. The packs quote the clause of each. What no data can decide a person answers
(“people answer”); what no text says is blank in its pack and judged by nobody. `standard` is the default
programme, without a text of its own.
"""
TITLES = {
    "parameter-sheet": "D0 Parameter sheet",
    "projects-courses-video": "D2 Projects, courses, video",
    "people": "D3 People",
    "feeds-and-process": "D5 Feeds and process",
    "eligibility-and-money": "D6 Eligibility and money",
}
COLUMNS = ("pack", "rules", "parameters", "people answer", "clocks, retention, documents")


class Mapped(NamedTuple):
    """What of one pack answers to one requirement: the names of its provisions."""

    programme: str
    rules: tuple[str, ...]
    parameters: tuple[str, ...]
    checklist: tuple[str, ...]
    terms_and_documents: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not any(self[1:])


def mapped(number: str, packs: Packs) -> list[Mapped]:
    """Of every pack that names the requirement, in any of its versions."""
    found = [_of_pack(number, programme, packs.versions(programme)) for programme in packs.programmes()]
    return [each for each in found if not each.is_empty]


def unmet(sections: Iterable[Section], packs: Packs) -> Iterator[tuple[str, str]]:
    """Requirement and programme: the text asks for it and the pack says nothing of it."""
    for section in sections:
        for requirement in section.requirements:
            named = {each.programme for each in mapped(requirement.number, packs)}
            for programme in requirement.programmes:
                if programme not in named:
                    yield requirement.number, programme


def page() -> str:
    packs = load_packs()
    parts = [HEAD]
    for section in requirements():
        parts.append(f"## {TITLES[section.name]}\n")
        parts += [_chapter(requirement, packs) for requirement in section.requirements]
    return "\n".join(parts)


def _of_pack(number: str, programme: str, versions: Iterable[PolicyVersion]) -> Mapped:
    rules: list[str] = []
    parameters: list[str] = []
    checklist: list[str] = []
    others: list[str] = []
    for version in versions:
        said = version.provisions
        rules += _naming(number, ((rule.code, rule.requirements) for rule in version.rules))
        parameters += _naming(number, ((each.name, each.requirements) for each in version.parameters))
        checklist += _naming(number, ((item.code, item.requirements) for item in said.checklist))
        others += _naming(number, ((term.code, term.requirements) for term in said.clocks + said.retention))
        others += _naming(number, ((each.code, each.requirements) for each in said.documents))
    return Mapped(programme, *(tuple(dict.fromkeys(each)) for each in (rules, parameters, checklist, others)))


def _naming(number: str, provisions: Iterable[tuple[str, Requirements]]) -> list[str]:
    return [name for name, numbers in provisions if number in numbers]


def _chapter(requirement: Requirement, packs: Packs) -> str:
    lines = [f"### {requirement.number} {requirement.subject}", ""]
    rows = mapped(requirement.number, packs)
    if rows:
        lines += [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}", *map(_row, rows), ""]
    lines += [f"- Elsewhere: {part} (`{place}`)" for part, place in requirement.elsewhere]
    lines += [f"- Not yet: {requirement.not_yet}"] if requirement.not_yet else []
    return "\n".join(lines).rstrip() + "\n"


def _row(mapping: Mapped) -> str:
    cells = [", ".join(f"`{name}`" for name in names) or "–" for names in mapping[1:]]
    return f"| {' | '.join((mapping.programme, *cells))} |"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 (what this is for)
