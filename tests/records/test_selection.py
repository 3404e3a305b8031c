"""What a selection may see of class groups."""

from app.accounts.authorisation import Reach
from app.core.ids import PlatformCode
from app.records.selection import Selection


def test_who_reaches_one_person_reaches_no_class_group() -> None:
    selection = Selection(platform=PlatformCode("P1"))
    assert selection.within(Reach()).districts is None
    assert selection.within(Reach(person_key=bytes(32))).districts == ()
