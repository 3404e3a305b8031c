"""What people do at the pages, step by step."""

import html
import re
from datetime import datetime

import httpx
import pyotp
from sqlalchemy import text, update

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import User, UserSession
from app.db.session import Database, transaction
from app.people import service
from app.people.schemas import IssuedLink, NewUser
from app.trail.schemas import Insider
from tests.people.conftest import Browser

PASSWORD = "seven tomatoes on a lantern"
OTHER_PASSWORD = "violet hippos play chess"
LOGIN = "li.ming"
OPERATOR = Insider("cli:operator")


async def add(
    database: Database, settings: Settings, role: Role = Role.reviewer, login: str = LOGIN
) -> IssuedLink:
    async with transaction(database) as session:
        return await service.add_user(
            session, settings, NewUser(role, login, "李某"), clock.now(), by=OPERATOR
        )


def key_in(page: httpx.Response) -> pyotp.TOTP:
    """The secret that a page offers."""
    found = re.search("<code>([A-Z2-7]{32})</code>", page.text)
    assert found, page.text
    return pyotp.TOTP(found[1])


def recovery_codes_in(page: httpx.Response) -> list[str]:
    return re.findall("<code>((?:[A-Z2-7]{4}-){5}[A-Z2-7]{4})</code>", page.text)


def error_in(page: httpx.Response) -> str:
    found = re.search('<p class="error" role="alert">(.*?)</p>', page.text)
    return html.unescape(found[1]) if found else ""


async def enrol(browser: Browser, link: IssuedLink, password: str = PASSWORD) -> pyotp.TOTP:
    """From the link to a whole session, with an authenticator; its codes count from now on."""
    answer = await browser.submit(f"/enrolment/{link.token}", password=password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/authenticator"), answer.text
    totp = key_in(await browser.get("/account/authenticator"))
    answer = await browser.submit("/account/authenticator", code=totp.now())
    assert answer.status_code == 200, answer.text
    return totp


async def sign_in(browser: Browser, password: str = PASSWORD, login: str = LOGIN) -> httpx.Response:
    return await browser.submit("/sign-in", login=login, password=password)


async def as_if_no_code_had_been_used(database: Database) -> None:
    """So that a test need not wait for the next code."""
    async with transaction(database) as session:
        await session.execute(update(User).values(totp_last_step=0))


async def move_sessions(database: Database, **moments: datetime) -> None:
    async with transaction(database) as session:
        await session.execute(update(UserSession).values(**moments))


async def count(database: Database, table: str) -> int:
    async with transaction(database) as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 (a test's)
