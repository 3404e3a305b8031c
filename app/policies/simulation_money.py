"""What a changed policy would pay, by the hours and earlier grants that are stored with each amount. Pure."""

from typing import NamedTuple

import msgspec

from app.core.vocabulary import Eligibility
from app.policies.simulation_judge import Judge
from app.rules.subsidy import Grant, grant_of


class Amounts(NamedTuple):
    """In fen; None: no amount is set, or it cannot be told."""

    now: int | None
    then: int | None


NO_AMOUNTS = Amounts(None, None)


def amounts(judge: Judge, stored: str | None, after: Eligibility) -> Amounts:
    """`stored`: the grant that stands, as JSON. What was granted before is taken as it stands."""
    if stored is None:
        return NO_AMOUNTS
    grant = Grant.from_stored(msgspec.json.decode(stored))
    if judge.is_recounted:
        return Amounts(grant.subsidy_fen, None)
    then = grant_of(
        judge.new.provisions.subsidy,
        after,
        grant.hours,
        grant.granted_before_fen,
        is_one_person=grant.is_one_person,
    )
    return Amounts(grant.subsidy_fen, then and then.subsidy_fen)
