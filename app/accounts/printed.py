"""The authorisation table as a page for people: `python -m app.accounts.printed > docs/authorisation.md`."""

from collections.abc import Iterator

from app.accounts.authorisation import TABLE, Action, Bound, Grant
from app.accounts.open_routes import OPEN_ROUTES
from app.core.vocabulary import Role
from app.privacy.fields import NO_FIELDS, PersonalKind, Shown

HEAD = """# Who may do what

Printed from the one table (`app/accounts/authorisation.py`) by `python -m app.accounts.printed`; a test holds
the two equal. Doors, pages and exports ask this table and nothing else: what is not listed is refused (403),
what lies beyond the reach does not exist (404). A program also needs the scope of the action in its token.

Reach: `platform`, `enterprise`, `districts` and `person` are the caller's own, `all` is unbounded. Behind it
stands how personal data is shown: of each kind that appears at all, `masked`, `last four` or `clear`.
"""
BOUNDS = {
    Bound.own_platform: "platform",
    Bound.own_enterprise: "enterprise",
    Bound.own_districts: "districts",
    Bound.own_person: "person",
    Bound.everything: "all",
}
KINDS = {
    PersonalKind.name: "name",
    PersonalKind.id_number: "ID number",
    PersonalKind.phone: "phone",
    PersonalKind.account: "account",
}


def page() -> str:
    return "\n".join([HEAD, *_table(), "", "## Open to everybody", "", *_open_routes()]) + "\n"


def _table() -> Iterator[str]:
    yield "| action | role | reach | personal data |"
    yield "|---|---|---|---|"
    for action in Action:
        by_grant: dict[Grant, list[Role]] = {}
        for role in Role:
            if role in TABLE[action]:
                by_grant.setdefault(TABLE[action][role], []).append(role)
        for grant, roles in by_grant.items():
            cells = (f"`{action}`", ", ".join(roles), BOUNDS[grant.bound], _personal(grant))
            yield f"| {' | '.join(cells)} |"


def _personal(grant: Grant) -> str:
    if grant.fields == NO_FIELDS:
        return "–"
    by_way: dict[Shown, list[str]] = {}
    for kind, name in KINDS.items():
        by_way.setdefault(grant.fields.of(kind), []).append(name)
    by_way.pop(Shown.nothing, None)
    return "; ".join(f"{', '.join(names)} {way.replace('_', ' ')}" for way, names in by_way.items())


def _open_routes() -> Iterator[str]:
    yield from (f"- `{path}` {reason}" for path, reason in OPEN_ROUTES.items())


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 (what this is for)
