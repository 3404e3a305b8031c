"""Types of the ids that pass between rooms, so that one cannot be taken for another."""

import secrets
from datetime import datetime
from typing import NamedTuple, NewType
from uuid import UUID

PlatformCode = NewType("PlatformCode", str)
ClassGroupId = NewType("ClassGroupId", str)
LearnerId = NewType("LearnerId", str)
LessonId = NewType("LessonId", str)
Uscc = NewType("Uscc", str)
ClientId = NewType("ClientId", str)
ActorId = NewType("ActorId", str)
"""A client id, or `user-` and 16 hexadecimal digits."""
Credential = NewType("Credential", str)
"""What a client showed of itself: `key:<kid>` or `secret:<number>`."""
BatchId = NewType("BatchId", UUID)
RunId = NewType("RunId", UUID)
DecisionId = NewType("DecisionId", UUID)
FindingId = NewType("FindingId", UUID)
DrawId = NewType("DrawId", UUID)


class ClassGroupKey(NamedTuple):
    """A class group: an id means something only together with its platform (semantics.md §2)."""

    platform: PlatformCode
    class_group_id: ClassGroupId


def new_uuid(at: datetime) -> UUID:
    """A version 7 UUID (RFC 9562): sorts by the moment `at`, 74 bits of it random."""
    high, low = divmod(secrets.randbits(74), 1 << 62)  # asked for once: half of what an id takes
    return UUID(int=_begin(at) | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def first_uuid(at: datetime) -> UUID:
    """Sorts before everything that `new_uuid` makes at this moment or later."""
    return UUID(int=_begin(at))


def _begin(at: datetime) -> int:
    return int(at.timestamp() * 1000) << 80
