"""Every golden case through the real HTTP door: in delivery order, in reverse, and shuffled over batches.

Each case has a platform of its own on one server with its worker, so the answers are those of the whole road:
door, merge, sequence, assessment, lists.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
import pytest

from app.accounts.schemas import Registration
from app.core.config import Settings
from app.core.vocabulary import PlatformKind, Role
from app.db.session import Database
from app.main import create_app
from tests.api.conftest import Doors, serving
from tests.golden.cases import GoldenCase, Record, golden_cases, write_packs

CASES = golden_cases()
AT_ONCE = 4
BATCHES_OF_A_FEED = 3
ENCODER = msgspec.json.Encoder(decimal_format="number")

Delivery = tuple[str, list[Record]]


@pytest.fixture
async def doors(settings: Settings, database: Database, tmp_path: Path) -> AsyncIterator[Doors]:
    """A server with its worker, and the packs that some cases count by."""
    packs = tmp_path / "packs"
    packs.mkdir()
    write_packs(packs)
    app = create_app(settings.model_copy(update={"packs_dir": packs}))
    async with AsyncExitStack() as stack:
        base_url = stack.enter_context(serving(app))
        yield Doors(database, httpx.AsyncHTTPTransport(), base_url, stack)


def in_order(case: GoldenCase) -> Iterator[Delivery]:
    for feed in case.feeds:
        yield feed, case.records(feed)


def in_reverse(case: GoldenCase) -> Iterator[Delivery]:
    for feed, records in reversed(list(in_order(case))):
        yield feed, records[::-1]


def shuffled(case: GoldenCase) -> Iterator[Delivery]:
    """Each feed cut into batches at random, its records in no order, the batches of all feeds in no order."""
    chance = Random(case.name)  # noqa: S311 - an order, no secret
    deliveries = []
    for feed, records in in_order(case):
        batches: dict[int, list[Record]] = {}
        for record in chance.sample(records, len(records)):
            batches.setdefault(chance.randrange(BATCHES_OF_A_FEED), []).append(record)
        deliveries += [(feed, batch) for batch in batches.values()]
    chance.shuffle(deliveries)
    yield from deliveries


@pytest.mark.parametrize(
    "order",
    [*(pytest.param(each, marks=pytest.mark.long) for each in (in_order, in_reverse)), shuffled],
)
async def test_every_case_comes_out_to_the_digit(
    doors: Doors, order: Callable[[GoldenCase], Iterator[Delivery]], subtests: pytest.Subtests
) -> None:
    regulator = await doors.signed_in(Registration(Role.regulator, name="人社局"))
    await deliver_all(doors, order)
    await until_assessed(regulator)
    for case in CASES:
        for expected in case.expected:
            with subtests.test(case=str(case)):
                await check(regulator, case, expected)


async def deliver_all(doors: Doors, order: Callable[[GoldenCase], Iterator[Delivery]]) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def deliver(case: GoldenCase) -> None:
        async with places:
            platform = await doors.signed_in(
                Registration(Role.platform, platform=platform_of(case), kind=PlatformKind.live)
            )
            for feed, records in order(case):
                answer = await platform.post(
                    f"/api/v1/feeds/{feed}",
                    content=ENCODER.encode_lines(records),
                    headers={"Content-Type": "application/x-ndjson"},
                )
                assert answer.status_code == 200, answer.text
                assert answer.json()["rejected"] == 0, answer.text

    async with asyncio.TaskGroup() as group:
        for case in CASES:
            group.create_task(deliver(case))


async def until_assessed(client: httpx.AsyncClient) -> None:
    """Wait until every answer reflects every receipt."""
    async with asyncio.timeout(120):
        while (await client.get("/api/v1/assessment")).json()["pending_enrollments"]:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.1)


async def check(regulator: httpx.AsyncClient, case: GoldenCase, expected: Record) -> None:
    answer = await regulator.get(
        f"/api/v1/compliance/enrollments/{platform_of(case)}/{expected['class_group_id']}/{expected['learner_id']}"
    )
    standing = json.loads(answer.text, parse_float=Decimal)
    assert standing["eligibility"] == expected["eligibility"], case.why
    assert {rule["code"]: rule["outcome"] for rule in standing["rules"]} == expected["outcomes"], case.why
    assert standing["facts"] == {name: as_shown(figure) for name, figure in expected["facts"].items()}, (
        case.why
    )


def platform_of(case: GoldenCase) -> str:
    return f"golden-{case.number}"


def as_shown(figure: Any) -> Any:  # noqa: ANN401 - JSON
    return figure["shown"] if isinstance(figure, dict) else figure
