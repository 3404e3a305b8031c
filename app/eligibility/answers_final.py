"""What an enterprise is told: eligibility once it is final, progress while the class group runs."""

from typing import NamedTuple

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.eligibility.answers_class_groups import ClassGroupAnswer, class_group
from app.eligibility.answers_repository import sealed_persons
from app.eligibility.errors import ClassGroupClosed, NotFinal
from app.eligibility.pending import open_points
from app.privacy.contexts import column_context
from app.privacy.keyring import KeyRing
from app.privacy.masking import last_four
from app.records.selection import Selection

ID_NUMBER = column_context("enrollments", "id_number_sealed")


class Person(NamedTuple):
    """What an enterprise sees of its own learner. Whoever is shown this is logged."""

    name: str
    id_number_last_four: str | None


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


async def persons(session: ReadSession, key_ring: KeyRing, key: ClassGroupKey) -> dict[LearnerId, Person]:
    return {
        sealed.learner_id: Person(
            sealed.name, last_four(key_ring.open(sealed.id_number_sealed, ID_NUMBER).decode())
        )
        for sealed in await sealed_persons(session, key)
    }
