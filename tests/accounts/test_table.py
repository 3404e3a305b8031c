"""What the authorisation table promises as a whole, and that people read the same table as the program."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.accounts import printed
from app.accounts.authorisation import TABLE, Action, Bound, Grant
from app.core.vocabulary import Role
from app.privacy.fields import NO_FIELDS, Fields, Personal, PersonalKind, Shown

ROOT = Path(__file__).parents[2]
GRANTS = [(action, role, grant) for action, row in TABLE.items() for role, grant in row.items()]
ABOUT_ONESELF = {Action.end_session}
MASKS = {"mask_name", "mask_id_number", "mask_phone", "mask_account", "last_four", "mask_middle"}


def grants_of(role: Role) -> dict[Action, Grant]:
    return {action: row[role] for action, row in TABLE.items() if role in row}


def test_every_action_has_its_row_and_every_role_something_to_do() -> None:
    assert set(TABLE) == set(Action)
    assert {role for _, role, _ in GRANTS} == set(Role)


def test_an_auditor_reads_and_changes_nothing() -> None:
    changes = {action for action in grants_of(Role.auditor) if not action.value.endswith(":read")}
    assert changes == ABOUT_ONESELF


def test_an_auditor_is_told_no_more_than_masks() -> None:
    for action, grant in grants_of(Role.auditor).items():
        assert not any(map(grant.fields.tells, PersonalKind)), action


def test_an_administrator_sees_no_personal_data_not_even_masked() -> None:
    for action, grant in grants_of(Role.administrator).items():
        assert grant.fields == NO_FIELDS, action
    of_persons = {action for action, _, grant in GRANTS if grant.fields != NO_FIELDS}
    assert not of_persons & grants_of(Role.administrator).keys()


def test_a_learner_reads_only_its_own_record() -> None:
    for action, grant in grants_of(Role.learner).items():
        assert grant.bound is Bound.own_person or grant.fields == NO_FIELDS, action


def test_a_person_may_do_no_more_than_the_program_of_the_same_organisation() -> None:
    for person, program in ((Role.operator, Role.platform), (Role.agent, Role.enterprise)):
        for action, grant in grants_of(person).items():
            of_program = TABLE[action].get(program)
            assert of_program in {None, grant}, action
    assert Action.push_feed not in grants_of(Role.operator)
    assert Action.read_originals not in grants_of(Role.operator)


def test_nobody_is_unbounded_where_personal_data_is_told() -> None:
    for action, role, grant in GRANTS:
        if any(map(grant.fields.tells, PersonalKind)):
            assert grant.bound is not Bound.everything, (action, role)


def test_the_page_for_people_is_fresh() -> None:
    assert (ROOT / "docs/authorisation.md").read_text() == printed.page(), (
        "run `python -m app.accounts.printed > docs/authorisation.md`"
    )


def test_the_page_names_every_action_and_role() -> None:
    page = printed.page()
    assert all(f"`{action}`" in page for action in Action)
    assert "| `eligibility:read` | enterprise, agent | enterprise | name clear; ID number last four |" in page


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def test_masks_are_put_on_in_one_place() -> None:
    """Doors, pages and exports show what `Fields` makes of it, and never choose a mask themselves."""
    users = {
        name
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "app.privacy.masking"
        if MASKS & {alias.name for alias in node.names}
    }
    assert users == set()


def test_clear_text_is_taken_in_one_place() -> None:
    takers = {
        name
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr == "clear_text"
    }
    assert takers == {"app/privacy/fields.py"}


NAME = Personal(PersonalKind.name, "张三丰")
ID_NUMBER = Personal(PersonalKind.id_number, "11010519491231002X")
PHONE = Personal(PersonalKind.phone, "13800138000")
ACCOUNT = Personal(PersonalKind.account, "6222021234567890123")


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (Shown.nothing, [None, None, None, None]),
        (Shown.masked, ["张**", "110***********002X", "138****8000", "*" * 15 + "0123"]),
        (Shown.last_four, ["张**", "002X", "8000", "0123"]),
        (Shown.clear, ["张三丰", "11010519491231002X", "13800138000", "6222021234567890123"]),
    ],
)
def test_each_kind_is_shown_as_it_is_granted(shown: Shown, told: list[str | None]) -> None:
    fields = Fields(shown, shown, shown, shown)
    assert [fields.show(personal) for personal in (NAME, ID_NUMBER, PHONE, ACCOUNT)] == told


def test_each_kind_has_its_own_way() -> None:
    fields = Fields(name=Shown.clear, id_number=Shown.last_four, phone=Shown.masked)
    assert fields.show(NAME) == "张三丰"
    assert fields.show(ID_NUMBER) == fields.show_last_four(ID_NUMBER) == "002X"
    assert (fields.show(PHONE), fields.show_last_four(PHONE)) == ("138****8000", None)
    assert fields.show(ACCOUNT) is None


def test_what_is_on_its_way_out_does_not_print_itself() -> None:
    assert "张" not in f"{NAME} {NAME!r}"
