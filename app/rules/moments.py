"""When records say that something happened, and what can be known of it (docs/semantics.md Y). Pure.

The checkpoint that a record quotes was there before the record was made, and the record before its batch.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum, auto
from typing import NamedTuple


class Moment(NamedTuple):
    """What one attendance or learning record claims. Instants are those of `records`."""

    lesson_id: str
    begins_at: int
    ends_at: int
    received_at: int | None
    """Of the batch that brought what stands, by our clock; None where that is not known."""
    quotes: bool
    """The record names a checkpoint."""
    issued_at: int | None
    """When that one was issued; None: no such checkpoint was published."""


class Bracket(StrEnum):
    """What the checkpoint that a record quotes says about its time."""

    unquoted = auto()
    unknown = auto()
    """It quotes what no checkpoint was."""
    bracketed = auto()
    """Made, and begun, after the checkpoint; received, and in the ledger, before the next."""
    meanwhile = auto()
    """The checkpoint was issued between its beginning and its end: only the end is after it."""
    backdated = auto()
    """It had ended, as it says, when the checkpoint was not there yet that it quotes: it was made later."""


class Tally(NamedTuple):
    """Records of a class group or platform by what can be known of their time."""

    records: int
    quoting: int
    unknown: int
    bracketed: int
    backdated: int
    timed: int
    """Those of which is said when they are late."""
    late: int

    @property
    def bracketed_parts(self) -> tuple[int, int]:
        """Part and whole of the share; likewise below."""
        return self.bracketed, self.records

    @property
    def backdated_parts(self) -> tuple[int, int]:
        return self.backdated, self.records

    @property
    def late_parts(self) -> tuple[int, int]:
        return self.late, self.timed


Allowed = Callable[[Moment], int | None]
"""How long after its end a record may be received, in microseconds; None: nobody says."""


def bracket_of(moment: Moment) -> Bracket:
    if not moment.quotes:
        return Bracket.unquoted
    if moment.issued_at is None:
        return Bracket.unknown
    if moment.issued_at <= moment.begins_at:
        return Bracket.bracketed
    return Bracket.backdated if moment.ends_at < moment.issued_at else Bracket.meanwhile


def is_late(moment: Moment, allowed: int | None) -> bool | None:
    """None where nobody says when it would be."""
    if allowed is None or moment.received_at is None:
        return None
    return moment.received_at - moment.ends_at > allowed


def tally(moments: Iterable[Moment], allowed: Allowed) -> Tally:
    counts = dict.fromkeys(Bracket, 0)
    timed = late = 0
    for moment in moments:
        counts[bracket_of(moment)] += 1
        verdict = is_late(moment, allowed(moment))
        if verdict is not None:
            timed, late = timed + 1, late + verdict
    records = sum(counts.values())
    return Tally(
        records=records,
        quoting=records - counts[Bracket.unquoted],
        unknown=counts[Bracket.unknown],
        bracketed=counts[Bracket.bracketed],
        backdated=counts[Bracket.backdated],
        timed=timed,
        late=late,
    )
