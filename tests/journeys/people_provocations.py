"""How people are refused: for each problem a request that earns it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import httpx
from sqlalchemy import update

from app.api.form import FormUnreadable
from app.core import clock
from app.core.errors import AppError
from app.core.vocabulary import Role
from app.db.models import UserSession
from app.db.session import transaction
from app.people import csrf, errors
from app.people.sessions import COOKIE
from app.web.clients import ClientIncomplete
from app.web.desk import RejectionUnexplained
from app.web.findings import WorkIncomplete
from app.web.my import RequestIncomplete
from app.web.pages import PagesAreForPeople
from app.web.users import UserIncomplete
from tests.factories.people import make_session
from tests.journeys.error_world import Provocation, World

NOBODY = "user-0000000000000000"
USERS = "/api/v1/users"
ZHANG = {"role": "clerk", "login": "zhang.san", "display_name": "张某"}
LINK = {"platform": "P1", "class_group_id": "C1", "learner_id": "L9"}


def by(
    role: Role, method: str, path: str, *, is_whole: bool = True, body: object = None, **headers: str
) -> Provocation:
    """By a person of the role, who has just signed in."""

    async def ask(world: World) -> httpx.Response:
        user, opened = await make_session(world.doors.database, role, is_whole=is_whole)
        return await request(world, opened.token, method, path.format(self=user.user_id), body, **headers)

    return ask


async def request(
    world: World, cookie: str, method: str, path: str, body: object = None, **headers: str
) -> httpx.Response:
    sent = {
        "Cookie": f"{COOKIE}={cookie}",
        "Origin": world.doors.base_url,
        csrf.HEADER: csrf.token_for(cookie),
    }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.stranger.request(method, path, json=body, headers=sent)


async def with_a_cookie_of_nobody(world: World) -> httpx.Response:
    return await request(world, "A" * 43, "GET", "/api/v1/session")


async def long_after_the_sign_in(world: World) -> httpx.Response:
    _, opened = await make_session(world.doors.database, Role.administrator)
    async with transaction(world.doors.database) as session:
        ours = UserSession.session_id == opened.session_id
        long_ago = clock.now() - timedelta(hours=1)
        await session.execute(update(UserSession).where(ours).values(verified_at=long_ago))
    return await request(world, opened.token, "POST", USERS, ZHANG)


async def with_a_login_that_is_taken(world: World) -> httpx.Response:
    _, opened = await make_session(world.doors.database, Role.administrator)
    await request(world, opened.token, "POST", USERS, ZHANG)
    return await request(world, opened.token, "POST", USERS, ZHANG)


async def without_the_learner(world: World) -> httpx.Response:
    return await world.platform.post("/api/v1/learner-links", json=LINK)


PROBLEMS: Mapping[type[AppError], Provocation] = {
    errors.SessionEnded: with_a_cookie_of_nobody,
    errors.SecondFactorNeeded: by(Role.clerk, "GET", "/api/v1/session", is_whole=False),
    errors.FreshProofNeeded: long_after_the_sign_in,
    errors.CrossSiteRequest: by(Role.clerk, "DELETE", "/api/v1/sessions/x", Origin="https://evil.example"),
    errors.CsrfTokenWrong: by(Role.clerk, "DELETE", "/api/v1/sessions/x", x_csrf_token="x"),
    errors.UnusableUser: by(Role.administrator, "POST", USERS, body=ZHANG | {"login": "张三"}),
    errors.LoginTaken: with_a_login_that_is_taken,
    errors.UserUnknown: by(Role.administrator, "GET", f"{USERS}/{NOBODY}"),
    errors.OwnAccount: by(Role.administrator, "POST", USERS + "/{self}/disable"),
    errors.SessionUnknown: by(Role.clerk, "DELETE", f"/api/v1/sessions/{uuid4()}"),
    errors.LearnerUnknown: without_the_learner,
}

OF_PAGES = "is told on pages, which are no problems of JSON"
NOT_OVER_HTTP: Mapping[type[AppError], str] = {
    errors.SignInRefused: OF_PAGES,
    errors.SignInBusy: OF_PAGES,
    errors.LinkSpent: OF_PAGES,
    errors.WeakPassword: OF_PAGES,
    errors.PasskeyRefused: OF_PAGES,
    errors.LastFactor: OF_PAGES,
    FormUnreadable: OF_PAGES,
    PagesAreForPeople: OF_PAGES,
    RejectionUnexplained: OF_PAGES,
    ClientIncomplete: OF_PAGES,
    RequestIncomplete: OF_PAGES,
    UserIncomplete: OF_PAGES,
    WorkIncomplete: OF_PAGES,
    errors.PasswordExpired: "passwords do not expire unless that is set",
}
