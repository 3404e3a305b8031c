"""How an enterprise's class groups come along: how many there are, and which need somebody first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from app.core.vocabulary import Eligibility, Outlook
from app.db.session import ReadSession
from app.eligibility import followed_repository as repository
from app.eligibility.answers_final import FollowedClassGroup, followed_class_groups
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.followed_repository import Stand, Tally
from app.eligibility.tallies_repository import Order
from app.records.selection import Selection


class Overview(NamedTuple):
    """Numbers are of all; of the class groups themselves the first few."""

    tally: Tally
    stands: Mapping[Outlook, Stand]
    at_risk: Sequence[FollowedClassGroup]
    """What ends first comes first, as of the next two."""
    lost: Sequence[FollowedClassGroup]
    running: Sequence[FollowedClassGroup]
    lacking: Sequence[FollowedClassGroup]
    """Evidence is missing; what was closed last comes first, as of the next."""
    closed: Sequence[FollowedClassGroup]


async def overview(session: ReadSession, visible: Selection, *, few: int, more: int) -> Overview:
    """`few` of each that needs somebody, `more` of the lists. In a repeatable session they agree."""
    running, closed = replace(visible, is_running=True), replace(visible, is_running=False)
    at_risk, lost = replace(running, outlook=Outlook.at_risk), replace(running, outlook=Outlook.lost)
    lacking = EnrollmentFilter(eligibility=Eligibility.insufficient_evidence)
    soon, lately = Order.ends_first, Order.closed_last
    of = followed_class_groups
    return Overview(
        tally=await repository.tally(session, visible),
        stands=await repository.stands(session, visible),
        at_risk=await of(session, at_risk, limit=few, order=soon),
        lost=await of(session, lost, limit=few, order=soon),
        running=await of(session, running, limit=more, order=soon),
        lacking=await of(session, closed, limit=few, order=lately, holding=lacking),
        closed=await of(session, closed, limit=more, order=lately),
    )
