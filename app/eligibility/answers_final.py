"""What an enterprise is told: eligibility once it is final, progress while the class group runs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupKey, LearnerId
from app.core.vocabulary import Outlook
from app.db.session import ReadSession
from app.eligibility.answers import Standing, enrollments_of
from app.eligibility.answers_class_groups import (
    ClassGroupAnswer,
    all_class_groups,
    class_group,
    class_groups,
)
from app.eligibility.answers_repository import EnrollmentFilter, sealed_persons
from app.eligibility.errors import ClassGroupClosed, NotFinal
from app.eligibility.pending import open_points, open_points_of
from app.eligibility.schemas import OpenPoint
from app.eligibility.tallies_repository import WHATEVER, Order, outlooks
from app.privacy.contexts import column_context
from app.privacy.fields import Personal, PersonalKind
from app.privacy.keyring import KeyRing
from app.records.selection import Selection

ID_NUMBER = column_context("enrollments", "id_number_sealed")


async def final_class_group(session: ReadSession, selection: Selection) -> ClassGroupAnswer:
    """The one that `selection` names, if its eligibility is final in this (repeatable) session."""
    answer = await class_group(session, selection)
    points = await open_points(session, answer.key)
    if points:
        raise NotFinal(points)
    return answer


async def running_class_group(session: ReadSession, selection: Selection) -> ClassGroupAnswer:
    answer = await class_group(session, selection)
    if answer.closed_at is not None:
        raise ClassGroupClosed
    return answer


class FollowedClassGroup(NamedTuple):
    """A class group as its enterprise follows it from its first day to its claim."""

    answer: ClassGroupAnswer
    outlooks: Mapping[Outlook, int]
    """How many learners stand how, while it runs."""
    open: Sequence[OpenPoint]
    """Why it is not final; empty: it is."""


async def followed_class_groups(
    session: ReadSession,
    selection: Selection,
    *,
    after: ClassGroupKey | None = None,
    limit: int,
    order: Order = Order.by_key,
    holding: EnrollmentFilter = WHATEVER,
) -> list[FollowedClassGroup]:
    """By platform and class group, unless they are wanted in another order."""
    answers = await class_groups(session, selection, after=after, limit=limit, order=order, holding=holding)
    keys = [answer.key for answer in answers]
    counted, points = await outlooks(session, keys), await open_points_of(session, keys)
    return [
        FollowedClassGroup(
            answer, {each: counted.get(answer.key, {}).get(each, 0) for each in Outlook}, open_
        )
        for answer, open_ in zip(answers, (points[key] for key in keys), strict=True)
    ]


async def told_class_group(session: ReadSession, selection: Selection) -> ClassGroupAnswer:
    """The class group that `selection` names, while it runs or once its eligibility is final."""
    answer = await class_group(session, selection)
    return answer if answer.closed_at is None else await final_class_group(session, selection)


async def id_numbers(
    session: ReadSession, key_ring: KeyRing, key: ClassGroupKey
) -> dict[LearnerId, Personal]:
    """Of everybody enrolled. Whoever is shown any of them is logged."""
    return {
        sealed.learner_id: Personal(
            PersonalKind.id_number, key_ring.open(sealed.id_number_sealed, ID_NUMBER).decode()
        )
        for sealed in await sealed_persons(session, key)
    }


class ClaimedClassGroup(NamedTuple):
    """A class group that a claim may rest on, or must still wait for."""

    answer: ClassGroupAnswer
    open: Sequence[OpenPoint]
    """Why it is not final; empty: it is."""
    standings: Sequence[Standing]
    """Nobody's while it is open."""


async def claimed_class_groups(
    session: ReadSession, selection: Selection, *, first: date, last: date
) -> list[ClaimedClassGroup]:
    """Those that were closed on these days of Shanghai, and those that run though they were to end by then.

    All in one (repeatable) session, so that what is final there stays so.
    """
    pages = all_class_groups(session, selection)
    found = [answer async for page in pages for answer in page if first <= _end_of(answer) <= last]
    points = await open_points_of(session, [answer.key for answer in found])
    final = [answer.key for answer in found if not points[answer.key]]
    standings: dict[ClassGroupKey, list[Standing]] = {key: [] for key in final}
    for standing in await enrollments_of(session, final):
        standings[ClassGroupKey(standing.platform, standing.class_group_id)].append(standing)
    return [ClaimedClassGroup(each, points[each.key], standings.get(each.key, [])) for each in found]


def _end_of(answer: ClassGroupAnswer) -> date:
    return answer.ends_on if answer.closed_at is None else answer.closed_at.astimezone(SHANGHAI).date()
