"""A draw is shown with everything that repeats it, to officials who are not bound to districts."""

import hashlib

import httpx
import pytest
from fastapi import FastAPI

from app.db.session import transaction
from app.ledger.draws import announce
from app.ledger.leaves import document_leaves
from app.ledger.merkle import root
from tests.api.conftest import DISTRICT_REGULATOR, REGULATOR, Doors
from tests.api.term import get

LEDGER = "/api/v1/ledger"
POPULATION = [f"live-a/C1/V{number}" for number in range(8)]


@pytest.fixture
async def regulator(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(REGULATOR)


@pytest.fixture
async def draw_id(app: FastAPI) -> str:
    async with transaction(app.state.resources.database) as session:
        return str(await announce(session, "videos", POPULATION, 3))


async def test_before_its_checkpoint_it_says_who_may_be_drawn(
    regulator: httpx.AsyncClient, draw_id: str
) -> None:
    told = await get(regulator, f"{LEDGER}/draws/{draw_id}")
    assert (told["population"], told["wanted"]) == (POPULATION, 3)
    assert (told["checkpoint"], told["seed"], told["chosen"]) == (None, None, None)


async def test_afterwards_anybody_can_draw_again(
    regulator: httpx.AsyncClient, platform: httpx.AsyncClient, draw_id: str
) -> None:
    """With SHA-256 and a sort, from what the door and the public log say."""
    published = (await regulator.post(f"{LEDGER}/checkpoints")).json()
    told = await get(regulator, f"{LEDGER}/draws/{draw_id}")
    note = (await platform.get(f"{LEDGER}/checkpoints/{published['size']}")).text
    assert note.startswith(told["checkpoint"] + "\n")
    seed = hashlib.sha256((told["checkpoint"] + draw_id).encode()).digest()
    tickets = sorted((hashlib.sha256(seed + n.to_bytes(8)).digest(), n) for n in range(8))
    chosen = sorted(n for _, n in tickets[:3])
    assert told["seed"] == seed.hex()
    assert told["chosen"] == [POPULATION[n] for n in chosen]


async def test_its_population_is_the_one_that_the_entry_commits_to(
    regulator: httpx.AsyncClient, draw_id: str
) -> None:
    size = (await regulator.post(f"{LEDGER}/checkpoints")).json()["size"]
    entries = [await get(regulator, f"{LEDGER}/entries/{index}") for index in range(size)]
    (entry,) = (each for each in entries if each["subject_id"] == draw_id)
    told = await get(regulator, f"{LEDGER}/draws/{draw_id}")
    leaves = document_leaves(bytes.fromhex(told["secret"]), [each.encode() for each in told["population"]])
    assert f'"root":"{root(leaves).hex()}","size":8' in entry["envelope"]


async def test_it_is_for_officials_of_the_whole_country(
    doors: Doors, platform: httpx.AsyncClient, draw_id: str
) -> None:
    answer = await platform.get(f"{LEDGER}/draws/{draw_id}")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    bound = await doors.signed_in(DISTRICT_REGULATOR)
    answer = await bound.get(f"{LEDGER}/draws/{draw_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_draw")
