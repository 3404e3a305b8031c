"""Which hosts may be registered, and what becomes of their videos when one is removed."""

import pytest

from app.core import clock
from app.core.ids import PlatformCode
from app.custody.errors import HostNotRegistrable
from app.custody.service import add_host, remove_host
from app.db.session import WriteSession, transaction
from tests.custody.world import World
from tests.factories.video_host import HOST


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "localhost", "a_b.example", "-a.example", f"{'a' * 64}.example", ""]
)
async def test_an_address_is_no_host(session: WriteSession, host: str) -> None:
    with pytest.raises(HostNotRegistrable):
        await add_host(session, PlatformCode("live-a"), host, clock.now())


async def test_videos_of_a_removed_host_are_left_alone(world: World) -> None:
    await world.register("V1")
    async with transaction(world.database) as session:
        assert await remove_host(session, PlatformCode("live-a"), HOST)
    assert await world.custodian.visit() == 0
    assert (await world.states(), world.host.asked) == ({"V1": "host_not_registered"}, [])
    await world.register_host()
    assert await world.custodian.visit() == 1
    assert (await world.states())["V1"] == "sound"
