"""The pages as the application has them: which act each one is, and an address of each that exists."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from app.accounts.audited import Audited
from app.accounts.authorisation import TABLE, Action
from app.api.deps import _Allowance
from app.core.config import Settings
from app.core.vocabulary import Role
from app.main import create_app
from app.web.pages import PageRoute
from tests.api.kept_videos import VIDEO
from tests.api.term import C1, L1, USCC

KNOWN = {
    "platform": "P1",
    "class_group_id": C1,
    "learner_id": L1,
    "video_id": VIDEO,
    "uscc": USCC,
    "feed": "enrollments",
    "line": "1",
    "policy_id": "standard",
    "version": "2020-01-01",
    "index": "0",
}
"""What is there in the term that is walked, by the name of the parameter that asks for it."""
MADE = frozenset({"batch_id", "decision_id", "finding_id", "size"})
"""What gets its id while the term is made."""
EVERYBODYS = frozenset({"policy_id", "version", "index", "size", "feed"})
"""Parameters that name what belongs to nobody: policies, entries of the log, kinds of records."""
NOT_MADE: Mapping[str, str] = {
    "user_id": "tests/web/test_user_pages.py",
    "client_id": "tests/web/test_operator_pages.py",
    "draw_id": "tests/web/test_ledger_pages.py",
    "proposal_id": "tests/web/test_policy_pages.py",
    "request_id": "tests/web/test_request_pages.py",
}
"""Parameters of objects that the term has not, each with the test that asks for one."""
OF_ALL_OFFICIALS = frozenset({"/platforms/{platform}"})
"""Pages of what all officials know, with figures of their own districts."""
QUESTIONS: Mapping[str, str] = {"/search": "?q=S"}
"""What a page must be asked with, by its path."""


class Page(NamedTuple):
    method: str
    path: str
    actions: frozenset[Action]
    """All of them are done by opening the page."""
    audited: Audited

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def roles(self) -> frozenset[Role]:
        """Who may open it."""
        return frozenset(
            role for role in Role if not role.is_program and all(role in TABLE[each] for each in self.actions)
        )

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)[^}]*}", self.path)

    @property
    def is_made(self) -> bool:
        """The term has what the page is of."""
        return not set(self.parameters) & NOT_MADE.keys()

    @property
    def names_an_object(self) -> bool:
        """Which somebody owns, and the term has."""
        return self.is_made and bool(set(self.parameters) - EVERYBODYS)

    def address(self, ids: Mapping[str, str]) -> str:
        """Of what nobody owns, where the term has no such thing."""
        known = {**dict.fromkeys(NOT_MADE, "00000000-0000-7000-8000-000000000000"), **KNOWN, **ids}
        path = re.sub(r"{(\w+)[^}]*}", lambda found: known[found[1]], self.path)
        return path + (QUESTIONS.get(self.path, "") if self.method == "GET" else "")


def pages_of(app: FastAPI) -> Iterator[Page]:
    for context in iter_route_contexts(app.routes):
        if not isinstance(route := context.original_route, PageRoute):
            continue
        allowances = list(_allowances(route.dependant))
        audited = max((each.audited for each in allowances), key=list(Audited).index, default=Audited.nothing)
        for method in sorted(route.methods or ()):
            yield Page(method, context.path or "", frozenset(each.action for each in allowances), audited)


def _allowances(dependant: Dependant) -> Iterator[_Allowance]:
    if isinstance(dependant.call, _Allowance):
        yield dependant.call
    for each in dependant.dependencies:
        yield from _allowances(each)


PAGES = list(pages_of(create_app(Settings(database_url="postgresql://unused"))))
GUARDED = [page for page in PAGES if page.actions]
READ = [page for page in GUARDED if page.method == "GET"]
