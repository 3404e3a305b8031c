"""Every way to be refused, provoked over HTTP in both languages: code, place, and a sentence of its own."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest

from app.accounts.schemas import Registration
from app.api.problems import MEDIA_TYPE
from app.core.config import Settings
from app.core.vocabulary import Feed, Role
from app.db.session import Database
from app.ingest.problems import Code
from app.main import create_app
from tests.api.conftest import LIVE, REGULATOR, Doors, serving
from tests.factories.people import NAME
from tests.house.error_classes import Error, errors_of_a_server, own_words
from tests.ingest.deliveries import ndjson
from tests.ingest.examples import FULL, USCC
from tests.journeys.error_world import World
from tests.journeys.provocations import NDJSON, NOT_OVER_HTTP, PROBLEMS, RECORDS
from tests.server import CloneServer

LANGUAGES = ("zh-CN", "en")
CHINESE = re.compile("[\u4e00-\u9fff]")
BODY_TIMEOUT_S = 0.6


@pytest.fixture(scope="module")
async def world(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    name = f"errors_{uuid4().hex}"
    await clone_server.create(name)
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=clone_server.program_url(name),
        accept_forgetful_database=True,
        work_in_server=False,
        body_timeout_s=BODY_TIMEOUT_S,
    )
    app, database = create_app(settings), Database.connect(clone_server.program_url(name))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(clone_server.drop, name)
        stack.push_async_callback(database.dispose)
        doors = Doors(database, httpx.AsyncHTTPTransport(), stack.enter_context(serving(app)), stack)
        clients = {
            "platform": await doors.signed_in(LIVE),
            "regulator": await doors.signed_in(REGULATOR),
            "enterprise": await doors.signed_in(Registration(Role.enterprise, uscc=USCC)),
            "stranger": await doors.stranger(),
        }
        world = World(app, doors, clients, clone_server, name)
        for feed in (Feed.institutions, Feed.class_groups, Feed.enrollments):
            await push(world, feed, ndjson(FULL[feed]))
        yield world


async def push(world: World, feed: Feed, lines: bytes) -> httpx.Response:
    answer = await world.platform.post(f"/api/v1/feeds/{feed}", content=lines, headers=NDJSON)
    assert answer.status_code == 200, answer.text
    return answer


def is_in(language: str, sentence: str) -> bool:
    return bool(sentence) and bool(CHINESE.search(sentence)) == (language == "zh-CN")


def test_every_code_of_a_record_is_provoked() -> None:
    assert set(RECORDS) == set(Code)


def test_every_problem_is_provoked() -> None:
    assert PROBLEMS.keys() | NOT_OVER_HTTP.keys() == errors_of_a_server()
    assert not PROBLEMS.keys() & NOT_OVER_HTTP.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", RECORDS)
async def test_a_bad_record_is_told_what_and_where(world: World, code: Code, language: str) -> None:
    bad = RECORDS[code]
    world.speak(language)
    (rejection,) = (await push(world, bad.feed, bad.lines)).json()["rejections"]
    (error,) = rejection["errors"]
    assert (error["code"], error["pointer"], rejection["line"]) == (code, bad.pointer, 1)
    assert is_in(language, error["message"])
    assert error.get("current_revision") == (0 if code is Code.revision_conflict else None)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", PROBLEMS, ids=lambda error: error.__name__)
async def test_a_refusal_says_what_to_do_in_its_own_words(world: World, error: Error, language: str) -> None:
    world.speak(language)
    answer = await PROBLEMS[error](world)
    problem = answer.json()
    assert (problem["code"], problem["status"], answer.status_code) == (error.code, *[error.status] * 2)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert problem["title"] == error.title.in_language(language)
    assert is_in(language, problem["detail"].replace(NAME, ""))
    for fault in problem.get("errors", ()):
        assert fault["pointer"].startswith("/")
        assert is_in(language, fault["message"])
    if own_words(error):
        assert any(words in answer.text for words in own_words(error)), problem
