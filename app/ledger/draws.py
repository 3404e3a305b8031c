"""Draws that nobody can choose: a population is announced in the ledger, a later checkpoint draws from it.

docs/ledger-format.md (A draw) tells each step, so that an outsider can repeat it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.core import clock
from app.core.ids import DrawId, new_uuid
from app.db.session import ReadSession, WriteSession
from app.ledger import draws_repository
from app.ledger.canonical import canonical_json, instant
from app.ledger.checkpoint import read_note
from app.ledger.draws_repository import Draw
from app.ledger.envelope import VERSION, EntryKind
from app.ledger.errors import NoSuchDraw
from app.ledger.leaves import SECRET_BYTES, document_leaves
from app.ledger.merkle import Commitment, commitment
from app.ledger.sequence import enqueue

POSITION_BYTES = 8


class Drawn(NamedTuple):
    """What was drawn, and by what."""

    checkpoint: str
    """The text of the first published checkpoint that covers the announcement, without its signatures."""
    seed: bytes
    chosen: Sequence[str]
    """In the order of the population."""


async def announce(session: WriteSession, purpose: str, population: Sequence[str], wanted: int) -> DrawId:
    """Commits to who may be drawn, in the caller's transaction; a later checkpoint draws `wanted` of them.

    `population`: ids of class groups, videos and the like, each once; never personal data. `purpose`: a word.
    """
    ordered, at = sorted(population), clock.now()
    if not ordered or len(set(ordered)) < len(ordered) or wanted < 1:
        raise ValueError("A draw takes one or more of a population in which everybody stands once.")
    draw = Draw(DrawId(new_uuid(at)), purpose, at, wanted, ordered, secrets.token_bytes(SECRET_BYTES))
    envelope = draw_envelope(
        draw_id=draw.draw_id,
        purpose=purpose,
        announced_at=at,
        population=population_of(draw.secret, ordered),
        wanted=wanted,
    )
    await draws_repository.store(session, draw)
    await enqueue(session, kind=EntryKind.draw, subject_id=draw.draw_id, recorded_at=at, envelope=envelope)
    return draw.draw_id


async def drawn(session: ReadSession, draw_id: DrawId) -> Sequence[str] | None:
    """Whom the draw chose, in the order of the population; None until the checkpoint is published.

    The same answer for good. An id that was never announced raises `NoSuchDraw`.
    """
    _, found = await told(session, draw_id)
    return None if found is None else found.chosen


async def told(session: ReadSession, draw_id: DrawId) -> tuple[Draw, Drawn | None]:
    """What was announced, and with it all that repeats the draw. As `drawn`."""
    found = await draws_repository.with_checkpoint(session, draw_id)
    if found is None:
        raise NoSuchDraw
    draw, note = found
    if note is None:
        return draw, None
    checkpoint = read_note(note).text
    seed = seed_of(checkpoint, draw_id)
    positions = select(seed, len(draw.population), draw.wanted)
    return draw, Drawn(checkpoint, seed, [draw.population[position] for position in positions])


def draw_envelope(
    *, draw_id: DrawId, purpose: str, announced_at: datetime, population: Commitment, wanted: int
) -> bytes:
    """`population` commits to the salted ids in their order."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.draw,
            "draw_id": str(draw_id),
            "purpose": purpose,
            "announced_at": instant(announced_at),
            "population": {"size": population.size, "root": population.root.hex()},
            "wanted": wanted,
        }
    )


def population_of(secret: bytes, population: Sequence[str]) -> Commitment:
    return commitment(document_leaves(secret, [each.encode() for each in population]))


def seed_of(checkpoint: str, draw_id: DrawId) -> bytes:
    return hashlib.sha256(checkpoint.encode() + str(draw_id).encode()).digest()


def select(seed: bytes, size: int, wanted: int) -> list[int]:
    """The positions, ascending, whose tickets SHA-256(seed ‖ position) are the `wanted` lowest of `size`.

    Every subset of that size is as likely as any other; with fewer than `wanted`, all are chosen.
    """
    tickets = sorted(
        (hashlib.sha256(seed + position.to_bytes(POSITION_BYTES)).digest(), position)
        for position in range(size)
    )
    return sorted(position for _, position in tickets[:wanted])
