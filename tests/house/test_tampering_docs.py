"""docs/tampering.md names every alteration that is tried; of each table it says whether one is found."""

import re
from pathlib import Path

from app.db.models import Base
from tests.audit.test_alterations import ALTERATIONS

TEXT = (Path(__file__).parents[2] / "docs/tampering.md").read_text()
TRIED, _, UNFOUND = TEXT.partition("## What the deep check cannot find")
ROW = re.compile(r"^\| `([\w-]+)` \| [^|]+ \| `(\w+)`(?: \((\w+)\))? \|$", re.MULTILINE)
COMPARED = TRIED[TRIED.rindex("Compared in the same way") :]


def test_the_table_is_that_of_the_tests() -> None:
    told = [(name, table, column or None) for name, table, column in ROW.findall(TRIED)]
    assert told == [(each.name, each.table, each.column) for each in ALTERATIONS]


def test_a_test_has_one_name() -> None:
    names = [each.name for each in ALTERATIONS]
    assert len(names) == len(set(names))


def test_a_table_is_tried_or_it_is_said_that_it_is_not_found() -> None:
    tried = {each.table for each in ALTERATIONS}
    told = set(re.findall(r"`(\w+)", COMPARED + UNFOUND))
    assert set(Base.metadata.tables) - tried - told == set()
