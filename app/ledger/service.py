"""How the log stands: sequenced, integrated, published, and what it refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.db.session import ReadSession
from app.ledger import checkpoints_repository, outlets_repository, repository, tiles_repository
from app.ledger.alarms import REFUSALS
from app.ledger.checkpoint import Checkpoint
from app.ledger.checkpoints_repository import Alarm
from app.ledger.outlets_repository import OutletRow
from app.ledger.tiles_repository import Tree

SHOWN_ALARMS = 20


@dataclass(frozen=True, slots=True)
class LogState:
    """Three states that follow one another, each with its size."""

    origin: str | None
    """None before the first checkpoint."""
    sequenced: int
    integrated: Tree
    published: Checkpoint | None
    alarms: Sequence[Alarm]
    """The newest first, a few."""
    outlets: Sequence[OutletRow]
    """Where checkpoints go, and how far each of them is."""
    unpublished_since: datetime | None
    """When the oldest entry was recorded that no checkpoint covers; None: none waits."""

    @property
    def refused(self) -> Alarm | None:
        """Why nothing is signed since the newest checkpoint; None: nothing was refused since then."""
        newest = None if self.published is None else self.published.size
        return next(
            (each for each in self.alarms if each.kind in REFUSALS and each.checkpoint_size == newest), None
        )


async def state(session: ReadSession) -> LogState:
    """For a session whose statements see one moment."""
    published = await checkpoints_repository.newest(session)
    return LogState(
        origin=await checkpoints_repository.origin(session),
        sequenced=await repository.ledger_size(session),
        integrated=await tiles_repository.tree(session),
        published=published,
        alarms=await checkpoints_repository.alarms(session, SHOWN_ALARMS),
        outlets=await outlets_repository.outlets(session),
        unpublished_since=await repository.unpublished_since(
            session, 0 if published is None else published.size
        ),
    )
