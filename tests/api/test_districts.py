"""A regulator sees what lies in its districts, and a class group lies where its enterprise does."""

import httpx
import pytest

from app.accounts.schemas import Registration
from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed, Role
from tests.api.conftest import DISTRICT_REGULATOR, Doors
from tests.api.term import CLASS_GROUPS, ENROLLMENTS, ID_NUMBERS, L1, get, push

ELSEWHERE = Registration(Role.regulator, name="京区人社局", districts=("110105",))
ENTRY = EXAMPLES[Feed.enterprises]


async def finds(regulator: httpx.AsyncClient) -> set[bool]:
    """Whether each list, and the search, finds anything."""
    lists = [await get(regulator, path) for path in (ENROLLMENTS, CLASS_GROUPS, "/api/v1/findings")]
    search = await regulator.post("/api/v1/compliance/search", json={"id_number": ID_NUMBERS[L1]})
    return {bool(told["items"]) for told in (*lists, search.json())}


@pytest.mark.usefixtures("closed")
async def test_every_list_moves_with_the_entry_that_decides(
    platform: httpx.AsyncClient, other_platform: httpx.AsyncClient, doors: Doors
) -> None:
    """What a platform says that named the enterprise later moves nothing, until it is the only one left."""
    here, elsewhere = await doors.signed_in(DISTRICT_REGULATOR), await doors.signed_in(ELSEWHERE)
    assert (await finds(here), await finds(elsewhere)) == ({True}, {False})
    await push(other_platform, Feed.enterprises, {**ENTRY, "district_code": "110105"})
    assert (await finds(here), await finds(elsewhere)) == ({True}, {False})
    await push(platform, Feed.enterprises, {"uscc": ENTRY["uscc"], "deleted": True, "revision": 1})
    assert (await finds(here), await finds(elsewhere)) == ({False}, {True})
    await push(platform, Feed.enterprises, {**ENTRY, "revision": 2})
    assert (await finds(here), await finds(elsewhere)) == ({True}, {False})
    await push(platform, Feed.enterprises, {**ENTRY, "district_code": "110105", "revision": 3})
    assert (await finds(here), await finds(elsewhere)) == ({False}, {True})
