"""No requirement is lost: docs/requirements.md says of each where it is met, and is what the packs say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rules import mapped
from app.rules.loader import PolicyPacksInvalid, load_packs
from app.rules.policy import Packs
from app.rules.requirements import Requirement, requirements

ROOT = Path(__file__).parents[2]
SHEET = [f"D0.{row}" for row in range(1, 11)]
NUMBERS = [str(number) for number in [*range(19, 37), *range(40, 60)]]
"""D2 and D3, D5 and D6. What comes before, between and after is for later work; packs may name it."""
LAST_NUMBER = 84


@pytest.fixture(scope="module")
def packs() -> Packs:
    return load_packs()


def listed() -> Iterator[Requirement]:
    for section in requirements():
        yield from section.requirements


def test_the_page_is_what_the_packs_say() -> None:
    assert (ROOT / "docs/requirements.md").read_text("utf-8") == mapped.page(), "run `make requirements`"


def test_every_number_of_the_sections_is_listed() -> None:
    assert [requirement.number for requirement in listed()] == SHEET + NUMBERS


def test_each_is_met_in_every_pack_whose_text_asks_for_it(packs: Packs) -> None:
    assert all(requirement.programmes for requirement in listed())
    assert list(mapped.unmet(requirements(), packs)) == []


def test_what_a_pack_leaves_out_is_noticed(packs: Packs) -> None:
    without = Packs(
        {name: packs.versions(name) for name in packs.programmes() if name != "bj-internet-plus-2020"}
    )
    assert ("26", "bj-internet-plus-2020") in list(mapped.unmet(requirements(), without))


def test_the_packs_named_exist(packs: Packs) -> None:
    named = {programme for requirement in listed() for programme in requirement.programmes}
    assert named <= {*packs.programmes()}


def test_packs_name_no_number_that_is_not_in_the_list(packs: Packs) -> None:
    named = {number for programme in packs.programmes() for number in _named_by(packs, programme)}
    assert named <= {*SHEET, *map(str, range(1, LAST_NUMBER + 1))}


def _named_by(packs: Packs, programme: str) -> Iterator[str]:
    for version in packs.versions(programme):
        said = version.provisions
        for numbers in (
            *(rule.requirements for rule in version.rules),
            *(parameter.requirements for parameter in version.parameters),
            *(item.requirements for item in said.checklist),
            *(document.requirements for document in said.documents),
            *(term.requirements for term in said.clocks + said.retention),
        ):
            yield from numbers


def test_the_places_named_exist() -> None:
    places = {place for requirement in listed() for _, place in requirement.elsewhere}
    assert {place for place in places if not (ROOT / place).is_file()} == set()


def test_a_mistake_in_the_list_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "requirements.yaml"
    path.write_text('people:\n  "30":\n    subject: roster\n    pack: [a]\n')
    with pytest.raises(PolicyPacksInvalid, match="line 4: “pack” is not known here"):
        requirements(path)
