"""Time that a person spends in two class groups at once: how much it is, and who is credited with it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.rules.intervals import Spans, intersect, length
from app.rules.person import Elsewhere, together
from app.rules.study import Study
from app.rules.timetable import Timetable
from app.rules.turns import take_turns


class PersonCount(NamedTuple):
    """One enrollment counted with what is known of its person elsewhere."""

    own: Spans
    """The instants that its lessons take among themselves."""
    taken: Spans
    """Those that count here."""
    at_once: Spans
    """What of `own` another class group takes of its own."""
    before: Spans
    """What class groups that closed earlier took while the learner was present here."""
    elsewhere: Elsewhere

    @property
    def at_once_length(self) -> int | None:
        return length(self.at_once) if self.elsewhere.is_known else None

    @property
    def told(self) -> Elsewhere:
        """What of `elsewhere` made a difference here: enough to count the same again, and nothing more."""
        return self.elsewhere._replace(before=self.before, others=self.at_once, named=())


def count_person(timetable: Timetable, studies: Mapping[str, Study], elsewhere: Elsewhere) -> PersonCount:
    """Lessons have taken their turns; where the policy says so they take them again, behind `before`."""
    own = _taken(studies.values())
    before = intersect(together(study.presence for study in studies.values()), elsewhere.before)
    taken = own
    if before and timetable.version.counting.one_person_at_once:
        take_turns(studies, timetable.crowded, before)
        taken = _taken(studies.values())
    return PersonCount(own, taken, intersect(own, elsewhere.others), before, elsewhere)


def _taken(studies: Iterable[Study]) -> Spans:
    return together(study.taken for study in studies)
