"""What the packs quote stands in the regulations, character by character but for white space.

The regulations are not part of the project: where they do not lie beside it, these tests are skipped.
The quotes themselves are held by the content hash of each version.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.rules.loader import load_packs
from app.rules.policy import PolicyVersion

REGULATIONS = Path(__file__).parents[3] / "shared" / "regulations"
TEXTS = {
    "bj-internet-plus-2020": ("000",),
    "bj-advanced-2020": ("001",),
    "qhd-online-2020": ("002",),
    "assessment-body-2022": ("003",),
    "sg-onjob-2020": ("004",),
    "standard": ("001", "002"),
}
OURS = ("监督平台统计口径", "文件未规定")
"""How a clause begins behind which no words of a text stand: what we count by, and what no text says."""
SHORTEST_QUOTE = 2

pytestmark = pytest.mark.skipif(
    not REGULATIONS.is_dir(), reason="The regulations do not lie beside the project."
)


def bare(text: str) -> str:
    """Without white space and what PDF extraction put between."""
    return re.sub(r"\[bookmark:[^\]]*\]|\s|\ufeff", "", text)


def text_of(programme: str) -> str:
    numbers = TEXTS[programme]
    return "\n".join(
        bare(path.read_text("utf-8"))
        for path in sorted(REGULATIONS.glob("*.txt"))
        if path.name.startswith(numbers)
    )


def quotes(version: PolicyVersion) -> Iterator[tuple[str, str, str]]:
    """Name, clause and words of everything that quotes."""
    for parameter in version.parameters:
        yield parameter.name, parameter.clause, parameter.words
    for item in version.provisions.checklist:
        yield item.code, item.clause, item.words
    for document in version.provisions.documents:
        yield document.code, document.clause, document.words


def test_every_built_in_pack_has_its_text() -> None:
    assert set(load_packs().programmes()) == set(TEXTS)


@pytest.mark.parametrize("programme", TEXTS)
def test_words_are_those_of_the_regulation(programme: str) -> None:
    text = text_of(programme)
    assert text
    wrong = {
        name: words
        for version in load_packs().versions(programme)
        for name, clause, words in quotes(version)
        if not clause.startswith(OURS) and (len(words) < SHORTEST_QUOTE or bare(words) not in text)
    }
    assert wrong == {}


@pytest.mark.parametrize("programme", TEXTS)
def test_a_blank_says_that_no_text_sets_it(programme: str) -> None:
    """Its clause tells why it is blank; its words are ours or the text's own."""
    silent = [
        parameter.name
        for version in load_packs().versions(programme)
        for parameter in version.parameters
        if parameter.value is None and "未规定" not in parameter.clause + parameter.words
    ]
    assert silent == []
