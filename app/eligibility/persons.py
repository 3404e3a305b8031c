"""One person in several class groups: what each assessment is told of the others, and what it leaves them.

Whoever is judged by what another enrollment has not said yet, or says otherwise now, is touched and judged
again. It ends: what an enrollment takes and is granted rests on class groups that closed earlier alone, so
the first in that order never changes by the others, then neither does the second, and so on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession, WriteSession
from app.eligibility import persons_repository as repository
from app.eligibility.judge import Verdict, key_of
from app.eligibility.persons_repository import MOST_ENROLLMENTS, Relative, Shared, Summary
from app.eligibility.touches_repository import touch_learners
from app.records.chosen import Learners
from app.rules.at_once import PersonCount
from app.rules.person import NOBODY_KNOWN, Elsewhere, PersonTime, elsewhere_of, may_depend, place_of
from app.rules.records import ClassGroup, EnrollmentRecords

Named = tuple[ClassGroupKey, LearnerId]
Judged = tuple[ClassGroup, Verdict]


@dataclass(frozen=True, slots=True)
class Persons:
    """Of enrollments judged together those whose person is in several class groups; mostly nobody."""

    shared: Mapping[Named, Shared] = field(default_factory=dict)
    relatives: Mapping[bytes, Sequence[Relative]] = field(default_factory=dict)

    @classmethod
    async def among(cls, session: ReadSession, learners: Learners) -> "Persons":
        found = await repository.shared(session, learners)
        if not found:
            return cls()
        shared = {(key, each.learner_id): each for key, of_one in found.items() for each in of_one}
        person_keys = {each.person_key for each in shared.values()}
        return cls(shared, await repository.relatives(session, person_keys))

    def tell(self, class_group: ClassGroup, records: EnrollmentRecords) -> EnrollmentRecords:
        """The records with what is known of the person elsewhere."""
        key, learner_id = key_of(class_group), records.enrollment.learner_id
        if (key, learner_id) not in self.shared:
            return records
        return records._replace(elsewhere=self._elsewhere(class_group, key, learner_id))

    def _elsewhere(
        self, class_group: ClassGroup, key: ClassGroupKey, learner_id: LearnerId
    ) -> Elsewhere | None:
        others = list(self._others(key, learner_id))
        if not others:
            return None
        if len(others) >= MOST_ENROLLMENTS:
            return NOBODY_KNOWN
        place = place_of(class_group.closed_at, *key, learner_id)
        times = [other.time for other in others if other.time is not None]
        return elsewhere_of(place, class_group.ends_on.year, times)

    def _others(self, key: ClassGroupKey, learner_id: LearnerId) -> Iterator[Relative]:
        for relative in self.relatives[self.shared[key, learner_id].person_key]:
            if (relative.key, relative.learner_id) != (key, learner_id):
                yield relative

    async def settle(self, session: WriteSession, judged: Iterable[Judged], at: datetime) -> None:
        """Keep their summaries, and have assessed again whoever was judged without knowing them."""
        if not self.shared:
            return
        summaries, alone = self.summaries(judged)
        await repository.remove(session, alone, even_enrolled=True)
        await repository.store(session, summaries)
        touched = {named for summary in summaries for named in self._concerned(summary)}
        await touch_learners(session, sorted(touched), at)
        await touch_persons(session, self._left(), at)

    def summaries(
        self, judged: Iterable[Judged]
    ) -> tuple[list[Summary], dict[ClassGroupKey, list[LearnerId]]]:
        """What is kept of each whose person is in several class groups, and whose is in one alone by now."""
        alone: defaultdict[ClassGroupKey, list[LearnerId]] = defaultdict(list)
        found: list[Summary] = []
        for class_group, verdict in judged:
            key = key_of(class_group)
            if (key, verdict.learner_id) not in self.shared:
                continue
            if verdict.person is None:
                alone[key].append(verdict.learner_id)
            else:
                found.append(self._summary(class_group, verdict, verdict.person))
        return found, alone

    def _left(self) -> set[bytes]:
        """Whose summaries these were before an ID number was put right."""
        owners = {(each.summary_of, each.person_key) for each in self.shared.values()}
        return {former for former, owner in owners if former is not None and former != owner}

    def _summary(self, class_group: ClassGroup, verdict: Verdict, person: PersonCount) -> Summary:
        key = key_of(class_group)
        time = PersonTime(
            *key,
            learner_id=verdict.learner_id,
            starts_on=class_group.starts_on,
            ends_on=class_group.ends_on,
            closed_at=class_group.closed_at,
            own=person.own,
            taken=person.taken,
            capped_fen=0 if verdict.grant is None else verdict.grant.capped_fen,
        )
        return Summary(key, self.shared[key, verdict.learner_id].person_key, time, person.told)

    def _concerned(self, summary: Summary) -> Iterator[Named]:
        """Who is to be judged again because of this summary."""
        time = summary.time
        before = self._summary_before(summary)
        for other in self._others(summary.key, time.learner_id):
            if summary.told.is_known:
                is_concerned = other.time is None or (time != before and _depends(other.time, (time, before)))
            else:
                is_concerned = other.time is not None or not other.has_summary
            if is_concerned:
                yield other.key, other.learner_id

    def _summary_before(self, summary: Summary) -> PersonTime | None:
        itself = (summary.key, summary.time.learner_id)
        return next(
            (
                each.time
                for each in self.relatives[summary.person_key]
                if (each.key, each.learner_id) == itself
            ),
            None,
        )


async def retell(
    session: ReadSession, class_group: ClassGroup, records: EnrollmentRecords, reach: Reach | None
) -> EnrollmentRecords:
    """The records with what the last assessment was told of the person elsewhere, by its own summary.

    That suffices to count the same again and names nobody. Class groups are named as far as `reach` goes.
    """
    key, learner_id = key_of(class_group), records.enrollment.learner_id
    chosen = {key: [learner_id]}
    told = (await repository.told(session, chosen)).get((key, learner_id))
    if told is None:
        return records
    if reach is not None:
        known = (await Persons.among(session, chosen)).tell(class_group, records).elsewhere
        named = () if known is None else known.named
        visible = await repository.visible(session, [other for other, _ in named], reach)
        told = told._replace(named=tuple(each for each in named if each[0] in visible))
    return records._replace(elsewhere=told)


async def forget(
    session: WriteSession, learners: Learners, at: datetime, *, even_enrolled: bool = False
) -> None:
    """Who of them is enrolled no more, or whose class group is gone, leaves the person's others alone."""
    left = await repository.remove(session, learners, even_enrolled=even_enrolled)
    await touch_persons(session, set(left), at)


async def touch_persons(session: WriteSession, person_keys: Iterable[bytes], at: datetime) -> None:
    """Have all live enrollments of these persons assessed again, unless there are too many to be compared."""
    chosen = sorted(person_keys)
    if not chosen:
        return
    found = await repository.relatives(session, chosen)
    touched = [
        (each.key, each.learner_id)
        for relatives in found.values()
        if len(relatives) <= MOST_ENROLLMENTS
        for each in relatives
    ]
    await touch_learners(session, touched, at)


def _depends(other: PersonTime, mine: Iterable[PersonTime | None]) -> bool:
    return any(each is not None and may_depend(each, other) for each in mine)
