"""Every page that is read, with the roles that may open it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.core.vocabulary import Role
from tests.web.doors import PAGES, READ

DOOR = ("/sign-in", "/check")
OWN = ("/account", "/account/password", "/account/authenticator", "/account/passkeys", "/verify")
"""Open to all roles alike: one of them is asked."""
FILES = frozenset({"/my/export"})
"""What is downloaded, and no page."""
OFFICIAL = Role.approver
"""Who sees most."""
WHO_FIRST: tuple[Role | None, ...] = (
    OFFICIAL,
    Role.agent,
    Role.operator,
    Role.learner,
    Role.administrator,
    Role.auditor,
)

MADE_FOR = {
    "/enterprise": Role.agent,
    "/report": Role.agent,
    "/feeds": Role.operator,
    "/batches": Role.operator,
    "/clients": Role.administrator,
}
"""Pages that others may open too."""


NOT_THEIRS: Mapping[str, set[Role]] = {
    "/desk/{proposal_id}": {Role.administrator},
    "/policies/proposals/{proposal_id}": {Role.administrator},
    "/requests/{request_id}": {Role.agent, Role.operator},
}
"""Who may open pages of the kind, and is told that these are not there: they are other people's."""


class Visit(NamedTuple):
    path: str
    """Of the route."""
    roles: tuple[Role | None, ...]
    """Who sees most of it first; None: a stranger."""

    def __str__(self) -> str:
        return self.path

    def address(self, ids: Mapping[str, str]) -> str:
        page = next(page for page in PAGES if page.path == self.path)
        return page.address(ids)


def visits() -> Iterator[Visit]:
    known = {page.path for page in PAGES}
    yield from (Visit(path, (None,)) for path in DOOR if path in known)
    yield from (Visit(path, (OFFICIAL,)) for path in OWN if path in known)
    for page in READ:
        if page.path not in FILES:
            roles = page.roles - NOT_THEIRS.get(page.path, set())
            yield Visit(page.path, tuple(sorted(roles, key=lambda role: _rank(role, page.path))))


def _rank(role: Role | None, path: str) -> tuple[bool, int, str]:
    whose = next((whose for start, whose in MADE_FOR.items() if path.startswith(start)), OFFICIAL)
    return (role is not whose, WHO_FIRST.index(role) if role in WHO_FIRST else len(WHO_FIRST), str(role))


VISITS = tuple(visits())
