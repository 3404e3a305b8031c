"""How learners signed in to lessons: read only where a policy asks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession, driver
from app.records.chosen import CHOSEN_LEARNERS, NAMED, learners_apart, of_each
from app.rules.records import EnrollmentRecords

FACE_SIGN_INS = f"""
    SELECT chosen.number, found.* FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, lesson_id FROM attendance
        WHERE {NAMED} AND method = 'face' AND NOT deleted OFFSET 0
    ) AS found
"""  # noqa: S608 (put together from constants)


async def add_face_sign_ins(
    session: ReadSession, loaded: Mapping[ClassGroupKey, Sequence[EnrollmentRecords]]
) -> dict[ClassGroupKey, list[EnrollmentRecords]]:
    """The same records, with the lessons that each learner signed in to by face."""
    learners = {key: [each.enrollment.learner_id for each in of_one] for key, of_one in loaded.items()}
    rows = await (await driver(session)).fetch(FACE_SIGN_INS, *learners_apart(learners))
    signed: defaultdict[tuple[ClassGroupKey, LearnerId], set[str]] = defaultdict(set)
    for key, (learner_id, lesson_id) in of_each(learners, rows):
        signed[key, learner_id].add(lesson_id)
    return {
        key: [
            each._replace(face_sign_ins=frozenset(signed[key, each.enrollment.learner_id])) for each in of_one
        ]
        for key, of_one in loaded.items()
    }
