"""Alarms of the ledger: raised once for what is found, shown for good, never taken back."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum

import structlog

from app.core import clock
from app.core.ids import new_uuid
from app.core.metrics import LEDGER_ALARMS
from app.db.session import Database, transaction
from app.ledger import checkpoints_repository as repository
from app.ledger.checkpoints_repository import Alarm
from app.ledger.errors import LogRefused

log = structlog.get_logger()


class AlarmKind(StrEnum):
    """What was found. The signer refuses all but the last."""

    entry_altered = "entry_altered"
    """An envelope does not hash to its leaf."""
    entry_missing = "entry_missing"
    tree_altered = "tree_altered"
    """The tiles do not join to the tree's root."""
    tile_altered = "tile_altered"
    """A tile does not hold the leaves' hashes."""
    root_differs = "root_differs"
    """The entries, read again, hash to another root than the tree's."""
    inconsistent = "inconsistent"
    """The tree does not continue the last one that was signed."""
    shrunk = "shrunk"
    """The tree is smaller than the last one that was signed."""
    signature_broken = "signature_broken"
    """The newest checkpoint bears no signature of the log."""
    key_altered = "key_altered"
    """A key of the log does not open, or does not belong to its public key."""
    set_back = "set_back"
    """This machine has signed a later or another state: the database was set back."""
    other_log = "other_log"
    """This machine has signed for another log."""
    fork = "fork"
    """A witness has seen another tree."""


REFUSALS = frozenset(AlarmKind) - {AlarmKind.fork}
"""Of the signer itself."""


class Refused(Exception):
    """Why a tree is neither grown nor signed; ends the transaction, and becomes an alarm behind it."""

    def __init__(self, kind: AlarmKind, **details: int | str) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.details = details


for _kind in AlarmKind:
    LEDGER_ALARMS.labels(_kind)  # from 0 on, so that the first one is seen as an increase


async def raise_alarm(database: Database, kind: AlarmKind, details: Mapping[str, int | str]) -> None:
    """Once for each finding and checkpoint: who looks again finds the same. Details hold no personal data."""
    async with transaction(database) as session:
        at = clock.now()
        size = await repository.newest_size(session)
        alarm = Alarm(new_uuid(at), kind, at, size, details)
        if await repository.add_alarm(session, alarm):
            LEDGER_ALARMS.labels(kind).inc()
            log.error("the ledger raised an alarm", kind=kind.value, **details)


@asynccontextmanager
async def refusing(database: Database) -> AsyncIterator[None]:
    """What is `Refused` inside becomes an alarm and `LogRefused`. Outside of the transaction that it ends."""
    try:
        yield
    except Refused as refused:
        await raise_alarm(database, refused.kind, refused.details)
        raise LogRefused(refused.kind) from refused
