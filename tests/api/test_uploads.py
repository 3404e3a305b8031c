"""Many bodies at once: what each may keep in memory, and who has to give way."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile

import pytest

from app.api.uploads import IN_MEMORY, Upload, Uploads
from app.core.ids import ClientId

MANY, FEW = ClientId("platform-many"), ClientId("platform-few")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def files(stack: ExitStack) -> list[SpooledTemporaryFile[bytes]]:
    return [stack.enter_context(SpooledTemporaryFile(IN_MEMORY)) for _ in range(3)]


def is_on_disk(file: SpooledTemporaryFile[bytes]) -> bool:
    return bool(vars(file)["_rolled"])


async def beginning(uploads: Uploads, stack: ExitStack, client_id: ClientId) -> Upload:
    return stack.enter_context(uploads.counted(client_id, asyncio.timeout(60)))


async def test_bodies_share_the_memory_there_is(
    stack: ExitStack, files: list[SpooledTemporaryFile[bytes]]
) -> None:
    uploads = Uploads(most_in_memory=1000)
    first, second = [await beginning(uploads, stack, MANY) for _ in range(2)]
    first.account(files[0], 600)
    second.account(files[1], 400)
    assert (is_on_disk(files[0]), is_on_disk(files[1]), uploads.memory_left) == (False, False, 0)
    second.account(files[1], 401)
    assert (is_on_disk(files[1]), uploads.memory_left) == (True, 400)
    second.account(files[1], 402)
    assert uploads.memory_left == 400
    first.account(files[0], 1000)
    assert (is_on_disk(files[0]), uploads.memory_left) == (False, 0)
    stack.pop_all().close()
    assert uploads.memory_left == 1000


async def test_a_long_body_goes_to_the_disk_however_much_memory_is_left(
    stack: ExitStack, files: list[SpooledTemporaryFile[bytes]]
) -> None:
    uploads = Uploads()
    upload = await beginning(uploads, stack, MANY)
    upload.account(files[0], IN_MEMORY)
    assert not is_on_disk(files[0])
    upload.account(files[0], IN_MEMORY + 1)
    assert is_on_disk(files[0])
    assert upload.in_memory == 0


async def test_the_oldest_of_the_client_with_the_most_gives_way() -> None:
    uploads, ended = Uploads(most=3), list[str]()

    async def upload(name: str, client_id: ClientId) -> None:
        try:
            async with asyncio.timeout(60) as patience:
                with uploads.counted(client_id, patience):
                    await asyncio.sleep(60)
        except TimeoutError:
            ended.append(name)

    begun = [("few 1", FEW), ("many 1", MANY), ("many 2", MANY), ("few 2", FEW), ("few 3", FEW)]
    tasks = [asyncio.create_task(upload(name, client_id)) for name, client_id in begun]
    await asyncio.sleep(0.05)
    assert ended in (["few 1", "many 1"], ["many 1", "few 1"])
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
