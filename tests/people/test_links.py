"""Links that let in once: not by a preview, not twice, not late, and nobody but whom they are for."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from app.accounts.schemas import Registration
from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import Enrollment, OneTimeLink
from app.db.session import Database, reading, transaction
from tests.api.conftest import LIVE, OTHER_ENTERPRISE, VOD, Doors
from tests.api.term import C1, L1, L2, USCC, push_term
from tests.people.conftest import ORIGIN, Browser, Browsers
from tests.people.journeys import PASSWORD, add, error_in, sign_in

LINKS = "/api/v1/learner-links"
WANTED = {"platform": "P1", "class_group_id": C1, "learner_id": L1}


@pytest.fixture
async def doors(app: FastAPI, database: Database, browsers: Browsers) -> Doors:
    return Doors(database, httpx.ASGITransport(app), ORIGIN, browsers.stack)


@pytest.fixture
async def platform(doors: Doors) -> httpx.AsyncClient:
    platform = await doors.signed_in(LIVE)
    await push_term(platform)
    return platform


async def issued(client: httpx.AsyncClient, **wanted: str) -> httpx.Response:
    return await client.post(LINKS, json=WANTED | wanted)


async def path_of(client: httpx.AsyncClient, **wanted: str) -> str:
    answer = await issued(client, **wanted)
    assert answer.status_code == 201, answer.text
    link: str = answer.json()["link"]
    assert link.startswith(f"{ORIGIN}/learner/")
    return link.removeprefix(ORIGIN)


async def test_a_learner_looks_once_by_a_link_of_the_platform(
    browsers: Browsers, database: Database, platform: httpx.AsyncClient
) -> None:
    path, browser = await path_of(platform), await browsers.open()
    assert (await browser.get(path)).status_code == 200
    answer = await browser.submit(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    me = (await browser.ask("GET", "/api/v1/session")).json()
    assert (me["role"], me["login"], me["platform"]) == ("learner", None, None)
    assert (await browser.get("/account")).status_code == 200
    async with reading(database) as session:
        key = await session.scalar(select(Enrollment.person_key).where(Enrollment.learner_id == L1))
    assert key
    assert key.hex() not in (await browser.ask("GET", "/api/v1/session")).text


async def test_a_preview_does_not_spend_the_link(browsers: Browsers, platform: httpx.AsyncClient) -> None:
    path, preview = await path_of(platform), await browsers.open()
    for _ in range(3):
        assert (await preview.get(path)).status_code == 200
        assert (await preview.client.head(path)).status_code in {200, 405}
    assert preview.cookie is None
    assert (await (await browsers.open()).submit(path)).status_code == 303


async def test_of_several_who_use_it_at_once_one_is_let_in(
    browsers: Browsers, platform: httpx.AsyncClient
) -> None:
    path = await path_of(platform)
    people = [await browsers.open() for _ in range(4)]
    answers = await asyncio.gather(*(each.submit(path) for each in people))
    assert sorted(answer.status_code for answer in answers) == [303, 404, 404, 404]


async def test_used_old_replaced_and_unknown_links_are_answered_alike(
    browsers: Browsers, database: Database, platform: httpx.AsyncClient
) -> None:
    used, browser = await path_of(platform), await browsers.open()
    await (await browsers.open()).submit(used)
    replaced = await path_of(platform)
    old = await path_of(platform)
    async with transaction(database) as session:
        await session.execute(update(OneTimeLink).values(expires_at=clock.now()))
    paths = (used, replaced, old, "/learner/" + "A" * 43, "/learner/x")
    pages = [await browser.get(path) for path in paths]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.replace(path, "") for path, page in zip(paths, pages, strict=True)}) == 1
    assert "已使用或已过期" in error_in(pages[0])
    assert {(await browser.submit(path)).status_code for path in (used, replaced, old)} == {404}


async def test_a_link_lives_a_quarter_of_an_hour_and_its_session_half_an_hour(
    browsers: Browsers, platform: httpx.AsyncClient
) -> None:
    before = clock.now()
    answer = (await issued(platform)).json()
    browser = await browsers.open()
    await browser.submit(answer["link"].removeprefix(ORIGIN))
    me: dict[str, Any] = (await browser.ask("GET", "/api/v1/session")).json()
    lives = {
        name: datetime.fromisoformat(at) - before
        for name, at in (("link", answer["expires_at"]), ("session", me["expires_at"]))
    }
    assert timedelta(minutes=15) <= lives["link"] < timedelta(minutes=16)
    assert timedelta(minutes=30) <= lives["session"] < timedelta(minutes=31)


async def test_only_its_own_enterprise_and_platform_issue_one(
    doors: Doors, browsers: Browsers, platform: httpx.AsyncClient
) -> None:
    own = await doors.signed_in(Registration(Role.enterprise, uscc=USCC))
    assert (await issued(own)).status_code == 201
    for other in (VOD, OTHER_ENTERPRISE):
        answer = await issued(await doors.signed_in(other))
        assert (answer.status_code, answer.json()["code"]) == (404, "learner_unknown")
    assert (await issued(platform, learner_id="L9")).json()["code"] == "learner_unknown"
    for role, status in (
        (Role.operator, 201),
        (Role.clerk, 403),
        (Role.administrator, 403),
        (Role.auditor, 403),
    ):
        person = await browsers.signed_in(role)
        assert (await person.ask("POST", LINKS, json=WANTED)).status_code == status, role
    agent = await browsers.signed_in(Role.agent, uscc=USCC)
    assert (await agent.ask("POST", LINKS, json=WANTED)).status_code == 201


async def test_a_learner_can_neither_enrol_nor_issue_nor_manage(
    browsers: Browsers, platform: httpx.AsyncClient
) -> None:
    browser = await browsers.open()
    await browser.submit(await path_of(platform, learner_id=L2))
    assert (await browser.ask("POST", LINKS, json=WANTED)).status_code == 403
    assert (await browser.ask("GET", "/api/v1/users")).status_code == 403
    assert (await browser.get("/account/authenticator")).status_code == 403
    assert (await browser.get("/account/password")).status_code == 303


class TestEnrolment:
    @pytest.fixture
    async def path(self, database: Database, settings: Settings) -> str:
        return f"/enrolment/{(await add(database, settings)).token}"

    async def test_a_weak_password_does_not_spend_the_link(self, browser: Browser, path: str) -> None:
        weak = await browser.submit(path, password="password2026")
        assert (weak.status_code, browser.cookie) == (422, None)
        assert "太常见" in error_in(weak)
        assert (await browser.submit(path, password=PASSWORD)).status_code == 303

    async def test_it_sets_a_password_once(self, browsers: Browsers, path: str) -> None:
        assert (await (await browsers.open()).submit(path, password=PASSWORD)).status_code == 303
        assert (await (await browsers.open()).submit(path, password="another long phrase")).status_code == 404
        assert (await sign_in(await browsers.open())).status_code == 303

    async def test_a_look_at_it_changes_nothing(self, browser: Browser, path: str) -> None:
        assert [(await browser.get(path)).status_code for _ in range(2)] == [200, 200]
        assert browser.cookie is None

    async def test_it_is_no_learner_link(self, browser: Browser, path: str) -> None:
        assert (await browser.submit(path.replace("enrolment", "learner"))).status_code == 404

    async def test_only_its_hash_is_kept(self, database: Database, path: str) -> None:
        async with reading(database) as session:
            (kept,) = await session.scalars(select(OneTimeLink.token_hash))
        assert len(kept) == 32
        assert kept not in path.encode()
