"""Proofs that a tree has an entry, and that it continues an older one (RFC 6962 §2.1)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.db.session import ReadSession
from app.ledger import tiles_repository
from app.ledger.checkpoint import Checkpoint
from app.ledger.errors import NoSuchSize, NotInLogYet, SizesReversed
from app.ledger.merkle import Levels, joined
from app.ledger.paths import Span, consistency_spans, inclusion_spans
from app.ledger.tiles import hash_from, needed

TLOG_PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`path` leads from the leaf up to the root of the tree of `size`."""

    index: int
    size: int
    leaf_hash: bytes
    path: tuple[bytes, ...]


async def inclusion(session: ReadSession, index: int, size: int) -> Inclusion:
    """Raises `NoSuchSize` beyond what is integrated, `NotInLogYet` for an index beyond the size."""
    await _integrated(session, size)
    if not 0 <= index < size:
        raise NotInLogYet(index, size)
    leaf, *path = await _hashes(session, [Span(index, index + 1), *inclusion_spans(index, size)])
    return Inclusion(index, size, leaf, tuple(path))


async def consistency(session: ReadSession, old: int, new: int) -> tuple[bytes, ...]:
    """Raises `NoSuchSize`, `SizesReversed`. Empty for equal sizes."""
    if old > new:
        raise SizesReversed(old, new)
    for size in (old, new):
        await _integrated(session, size)
    return tuple(await _hashes(session, consistency_spans(old, new)))


class Step(NamedTuple):
    """One step up from a leaf: what is joined, in its order, and what that hashes to."""

    left: bytes
    right: bytes
    node: bytes
    is_left_given: bool
    """Whether the left one comes from the path; else the right one does."""


def steps_of(inclusion: Inclusion) -> list[Step]:
    """The proof climbed: the last step's node is the root, if the proof holds (RFC 9162 §2.1.3.2)."""
    node, steps = inclusion.leaf_hash, list[Step]()
    spans = inclusion_spans(inclusion.index, inclusion.size)
    for span, given in zip(spans, inclusion.path, strict=True):
        is_left_given = span.start < inclusion.index
        left, right = (given, node) if is_left_given else (node, given)
        node = joined(left, right)
        steps.append(Step(left, right, node, is_left_given))
    return steps


def path_in(leaf_hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Of one leaf in a list that is at hand: a record in its batch, a decision in its run."""
    return Levels(leaf_hashes).path(index)


def tlog_proof(inclusion: Inclusion, checkpoint: Checkpoint) -> str:
    """As C2SP tlog-proof writes it: the file that verifies offline."""
    if inclusion.size != checkpoint.size:
        raise ValueError("The proof is for the tree of the checkpoint.")
    hashes = [base64.b64encode(each).decode() for each in inclusion.path]
    return "\n".join([TLOG_PROOF, f"index {inclusion.index}", *hashes, "", checkpoint.note])


async def _integrated(session: ReadSession, size: int) -> None:
    tree = await tiles_repository.tree(session)
    if not 1 <= size <= tree.size:
        raise NoSuchSize(size, tree.size)


async def _hashes(session: ReadSession, spans: Sequence[Span]) -> list[bytes]:
    tiles = await tiles_repository.hashes(session, needed(spans))
    return [hash_from(tiles, span) for span in spans]
