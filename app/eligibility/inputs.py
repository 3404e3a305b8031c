"""What the decisions of a run rest on beside batches and policy: kept with it, to judge the same again.

It is sealed, for it says where a person was. Nothing in the ledger commits to it: whoever judges again with
it gets the document that the ledger commits to, or it is not what was judged by (docs/reproduction.md).
"""

from typing import NamedTuple
from uuid import UUID

import msgspec
import zstandard

from app.core.ids import LearnerId, RunId
from app.core.vocabulary import Feed
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing
from app.rules.person import Elsewhere


class Reference(NamedTuple):
    """A record outside the class group that its own figures rest on: the line of a batch."""

    feed: Feed
    batch_id: UUID
    line: int


class Inputs(msgspec.Struct, frozen=True):
    waivers: list[str]
    """Those that held, of the class group and all its learners."""
    references: list[Reference]
    """Project, courses and the enterprise's entry; what its teachers taught elsewhere at the same time."""
    elsewhere: dict[LearnerId, Elsewhere]
    """Of each decision whose person is in several class groups."""
    v: int = 1


def seal_inputs(key_ring: KeyRing, run_id: RunId, inputs: Inputs) -> bytes:
    return key_ring.seal(zstandard.compress(msgspec.json.encode(inputs)), _context(run_id))


def open_inputs(key_ring: KeyRing, run_id: RunId, sealed: bytes) -> Inputs:
    """Raises `SealBroken`, or `ValueError` where it is of another form."""
    try:
        return msgspec.json.decode(zstandard.decompress(key_ring.open(sealed, _context(run_id))), type=Inputs)
    except zstandard.ZstdError as damaged:
        raise ValueError("not compressed") from damaged


def _context(run_id: RunId) -> str:
    return row_context("assessment_runs", "inputs_sealed", run_id)
