"""A log whose outlets are asked again at once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.core import clock
from app.db.session import Database, transaction
from app.ledger import log_keys, outlets
from app.ledger.cosignature import WitnessKey
from app.ledger.outlets import Outlets
from app.ledger.witnesses import Witness as Configured
from app.privacy.keyring import KeyRing
from tests.ledger.house import HOST, NAME, House
from tests.ledger.witness import Witness, standing_at


@pytest.fixture
def house(database: Database, key_ring: KeyRing, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(outlets, "FIRST_PAUSE", timedelta(0))
    return House(database, key_ring, owner_url)


@pytest.fixture
async def witness(house: House, tmp_path: Path) -> AsyncIterator[Witness]:
    """It knows the log, and the house knows it."""
    found = Witness(NAME)
    async with transaction(house.database) as session:
        await log_keys.ensure(session, house.key_ring, "supervision.example/ledger", clock.now())
        (key,) = await log_keys.history(session)
    found.knows(key.vkey)
    async with standing_at(HOST, tmp_path, found) as outbound:
        configured = Configured(WitnessKey.parse(found.vkey), f"https://{HOST}/log")
        house.outlets = Outlets(witnesses=(configured,), outbound=outbound)
        yield found
