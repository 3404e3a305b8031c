"""What is paid for an eligible enrollment: so much a whole hour, no more than the year's cap leaves a person.

Money is whole fen (分). A part of a fen that a rate would give is dropped.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from app.core.vocabulary import Eligibility
from app.rules.provisions import Subsidy


class Grant(NamedTuple):
    """An amount and how it was come by; all money in fen."""

    subsidy_fen: int
    hours: int
    """Whole credited hours."""
    fen_per_hour: int
    granted_before_fen: int
    """Under a yearly cap to the person for the same calendar year, by class groups that closed earlier."""
    cap_fen: int | None
    """None: the policy sets no cap."""
    clause: str
    is_one_person: bool
    """False: the person cannot be told from others, so nothing can be granted under a cap."""

    @property
    def capped_fen(self) -> int:
        """What of it uses up the year's cap."""
        return 0 if self.cap_fen is None else self.subsidy_fen

    def stored(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**stored)


def grant_of(
    subsidy: Subsidy | None,
    eligibility: Eligibility,
    hours: int,
    granted_before_fen: int = 0,
    *,
    is_one_person: bool = True,
) -> Grant | None:
    """What an enrollment is paid; None while nothing is decided, or where the policy names no amount."""
    if subsidy is None or eligibility is Eligibility.in_progress:
        return None
    rate, cap = subsidy.fen_per_hour, subsidy.cap_fen
    if rate is None:
        return None
    cap_fen = None if cap is None else int(cap)
    is_due = eligibility is Eligibility.eligible and (is_one_person or cap_fen is None)
    return Grant(
        subsidy_fen=amount(int(rate * hours), granted_before_fen, cap_fen) if is_due else 0,
        hours=hours,
        fen_per_hour=int(rate),
        granted_before_fen=granted_before_fen,
        cap_fen=cap_fen,
        clause=_clauses(subsidy),
        is_one_person=is_one_person,
    )


def amount(earned_fen: int, granted_before_fen: int, cap_fen: int | None) -> int:
    """What was earned, as far as the cap leaves room for it.

    >>> amount(33 * 3000, 0, 100_000), amount(34 * 3000, 0, 100_000), amount(3000, 100_000, 100_000)
    (99000, 100000, 0)
    """
    if cap_fen is None:
        return earned_fen
    return min(earned_fen, max(0, cap_fen - granted_before_fen))


def _clauses(subsidy: Subsidy) -> str:
    """Of rate and cap; once, where one clause holds both."""
    return "; ".join(dict.fromkeys((subsidy.per_hour.clause, subsidy.yearly_cap.clause)))
