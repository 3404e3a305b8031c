"""A version of a policy as it came into force: what is recorded of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

Key = tuple[str, date]
"""Programme and first day: what a version is called by."""


class Source(StrEnum):
    """Where a version came from."""

    built_in = "built_in"
    """The program brought it."""
    directory = "directory"
    """A file of `SUPERVISE_PACKS_DIR`."""
    published = "published"
    """Two officials published it."""


class Recorded(NamedTuple):
    number: int
    record_id: UUID
    """The subject of its entry in the ledger."""
    programme: str
    effective_from: date
    content_hash: bytes
    text_hash: bytes
    source: Source
    recorded_at: datetime
    proposal_id: UUID | None
    retroactive: bool
    """Published on a later day than it is in force from."""

    @property
    def key(self) -> Key:
        return self.programme, self.effective_from
