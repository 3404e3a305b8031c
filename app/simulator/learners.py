"""One learner in one class group: who it is, and which part they play."""

from collections.abc import Iterator
from typing import NamedTuple

from app.simulator.cast import Character, character
from app.simulator.chance import Chance
from app.simulator.people import Person, person
from app.simulator.term import LEARNERS_OF_A_CLASS_GROUP, ClassGroup, Term

EVERY_SO_MANY_ENROLLS_TWICE = 40


class Learner(NamedTuple):
    term: Term
    class_group: ClassGroup
    learner_id: str
    person: Person
    character: Character

    @property
    def is_enrolled_twice(self) -> bool:
        """And stands here for the second time."""
        return _is_second(int(self.learner_id[1:]) - 1)

    def chance(self, *name: object) -> Chance:
        """A stream of this learner's own for what `name` says."""
        return Chance(self.term.seed, "learner", self.learner_id, *name)


def learners(term: Term, class_group: ClassGroup) -> Iterator[Learner]:
    for position in range(class_group.headcount):
        number = class_group.first_learner + position
        yield Learner(
            term=term,
            class_group=class_group,
            learner_id=f"L{number + 1:06d}",
            person=person(term.seed, _person_number(number)),
            character=character(class_group.platform.kind, class_group.first_seat + position),
        )


def _person_number(number: int) -> int:
    """Some people enroll twice, in another class group of the other platform: `search` finds both."""
    return number - LEARNERS_OF_A_CLASS_GROUP if _is_second(number) else number


def _is_second(number: int) -> bool:
    return number % EVERY_SO_MANY_ENROLLS_TWICE == EVERY_SO_MANY_ENROLLS_TWICE - 1


def who_enrolled_twice(term: Term) -> Person:
    """Somebody whom `search` finds on both platforms (in the smallest terms, on one)."""
    number = EVERY_SO_MANY_ENROLLS_TWICE - 1
    return person(term.seed, _person_number(number) if number < term.learners else 0)
