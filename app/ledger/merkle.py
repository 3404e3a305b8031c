"""The Merkle tree hash of RFC 6962 §2.1 with SHA-256, level by level."""

import hashlib
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

NODE_PREFIX = b"\x01"
HASH_BYTES = 32


class Commitment(NamedTuple):
    """A list of leaves in two figures: how many, and what their tree hashes to."""

    size: int
    root: bytes


def commitment(leaf_hashes: Sequence[bytes]) -> Commitment:
    return Commitment(len(leaf_hashes), root(leaf_hashes))


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The tree hash over leaves that are hashed already.

    The last node of an odd level moves up as it is: the same tree as the RFC's split at powers of two.
    """
    if not {HASH_BYTES}.issuperset(map(len, leaf_hashes)):
        raise ValueError("A leaf hash has 32 bytes.")
    if not leaf_hashes:
        return hashlib.sha256().digest()
    level = list(leaf_hashes)
    while len(level) > 1:
        level = parents(level)
    return level[0]


def parents(level: list[bytes]) -> list[bytes]:
    pairs = zip(repeat(NODE_PREFIX), level[::2], level[1::2], strict=False)
    nodes = [node.digest() for node in map(hashlib.sha256, map(b"".join, pairs))]
    return nodes + level[-1:] if len(level) % 2 else nodes


class Levels:
    """All nodes over leaves that are hashed already: many paths for the price of one root."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        if not {HASH_BYTES}.issuperset(map(len, leaf_hashes)):
            raise ValueError("A leaf hash has 32 bytes.")
        self._levels = [list(leaf_hashes)]
        while len(self._levels[-1]) > 1:
            self._levels.append(parents(self._levels[-1]))

    @property
    def root(self) -> bytes:
        return (self._levels[-1] or [root([])])[0]

    def path(self, index: int) -> tuple[bytes, ...]:
        """PATH(index, leaves) of RFC 6962 §2.1.1, from the leaf up; raises IndexError where there is none.

        Where the last node of an odd level moves up it has no sibling there, and the path none either.
        """
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(index)
        found = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            index >>= 1
        return tuple(found)


class GrowingTree:
    """The same hash over leaves that come one by one, in the memory of a few dozen of them."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        """Roots of whole subtrees, the largest first."""

    def append(self, leaf: bytes) -> None:
        node, rest = leaf, self.size
        while rest & 1:
            node, rest = joined(self._peaks.pop(), node), rest >> 1
        self._peaks.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self._peaks:
            return root([])
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = joined(peak, node)
        return node


def joined(left: bytes, right: bytes) -> bytes:
    """The node above two."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()
