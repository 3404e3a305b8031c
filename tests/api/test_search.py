"""`/api/v1/search`: by id, name or code, within the caller's reach; nobody is found by name or ID number."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts.schemas import Registration
from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import reading
from tests.api.conftest import ENTERPRISE, LIVE, OTHER_ENTERPRISE, OTHER_USCC, VOD, Doors, opened_doors
from tests.api.term import C1, CLASS_GROUP, CLOSED, ID_NUMBERS, L1, L2, NAMES, USCC, get, push_term, settle
from tests.server import CloneServer

SEARCH = "/api/v1/search"
NOTHING = {"learners": [], "class_groups": [], "enterprises": [], "is_cut": False}
ENTERPRISE_NAME = EXAMPLES[Feed.enterprises]["name"]


@pytest.fixture(scope="module")
async def doors(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        yield doors


@pytest.fixture(scope="module")
async def clerk(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.clerk)


def ids(found: dict[str, Any]) -> tuple[list[str], list[str], list[str]]:
    return (
        [each["learner_id"] for each in found["learners"]],
        [each["class_group_id"] for each in found["class_groups"]],
        [each["uscc"] for each in found["enterprises"]],
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (L1, ([L1], [], [])),
        (C1, ([], [C1], [])),
        (C1[:4], ([], [C1], [])),
        (str(CLASS_GROUP["name"])[1:4], ([], [C1], [])),
        (USCC, ([], [], [USCC])),
        (USCC[:10].lower(), ([], [], [USCC])),
        (f"  {str(ENTERPRISE_NAME)[2:6]} ", ([], [], [USCC])),
        ("100%", ([], [], [])),
        ("__", ([], [], [])),
        (NAMES[L1], ([], [], [])),
    ],
)
async def test_finds(
    words: str, expected: tuple[list[str], list[str], list[str]], clerk: httpx.AsyncClient
) -> None:
    assert ids(await get(clerk, SEARCH, q=words)) == expected


async def test_names_of_persons_are_masked_even_for_their_enterprise(doors: Doors) -> None:
    agent = await doors.person(Role.agent, uscc=USCC)
    assert (await get(agent, SEARCH, q=L2))["learners"][0]["learner_name"] == "=**"


@pytest.mark.parametrize(
    "other",
    [VOD, OTHER_ENTERPRISE, Registration(Role.regulator, name="外地", districts=("440300",))],
    ids=lambda other: other.role,
)
@pytest.mark.parametrize("words", [L1, C1, USCC])
async def test_does_not_reach_beyond_the_caller(words: str, other: Registration, doors: Doors) -> None:
    assert await get(await doors.signed_in(other), SEARCH, q=words) == NOTHING


@pytest.mark.parametrize("own", [LIVE, ENTERPRISE, Registration(Role.regulator, districts=("440204",))])
async def test_finds_what_is_the_callers(own: Registration, doors: Doors) -> None:
    client = await doors.signed_in(own)
    assert [ids(await get(client, SEARCH, q=words)) for words in (L1, C1, USCC)] == [
        ([L1], [], []),
        ([], [C1], []),
        ([], [], [USCC]),
    ]


@pytest.mark.parametrize(
    "number",
    [
        ID_NUMBERS[L1],
        f" {ID_NUMBERS[L2][:6]} {ID_NUMBERS[L2][6:]}",
        "11010519491231002",
        "110105194912310021",
        "身份证11010519491231002X",
        "张三 11010519491231002X。",
    ],
)
async def test_an_id_number_is_refused_and_not_repeated(number: str, clerk: httpx.AsyncClient) -> None:
    answer = await clerk.get(SEARCH, params={"q": number})
    assert (answer.status_code, answer.json()["code"]) == (422, "id_number_in_address")
    assert number.strip("。 ")[-8:] not in answer.text


@pytest.mark.parametrize("words", ["", "x", "x" * 65, "a\tb"])
async def test_too_little_too_much_and_control_characters_are_refused(
    words: str, clerk: httpx.AsyncClient
) -> None:
    assert (await clerk.get(SEARCH, params={"q": words})).status_code == 422


async def test_leaves_nothing_in_the_trail(doors: Doors, clerk: httpx.AsyncClient) -> None:
    async def entries() -> int | None:
        async with reading(doors.database) as session:
            return await session.scalar(select(func.count()).select_from(TrailEntry))

    before = await entries()
    await get(clerk, SEARCH, q=L1)
    assert await entries() == before


async def test_one_enterprise_that_two_platforms_name_is_one(doors: Doors, clerk: httpx.AsyncClient) -> None:
    """By the name that came first, and by no other."""
    later = {**EXAMPLES[Feed.enterprises], "name": "后来的名称"}
    await (await doors.signed_in(VOD)).post("/api/v1/feeds/enterprises", json=[later])
    found = (await get(clerk, SEARCH, q=USCC))["enterprises"]
    assert found == [{"uscc": USCC, "name": ENTERPRISE_NAME}]
    assert (await get(clerk, SEARCH, q="后来的"))["enterprises"] == []
    assert (await get(clerk, SEARCH, q=OTHER_USCC))["enterprises"] == []
