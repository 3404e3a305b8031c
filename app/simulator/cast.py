"""Who plays what, and how it is meant to end. Stated here by hand; nothing is computed by the rules."""

from enum import StrEnum
from typing import NamedTuple

from app.core.vocabulary import Eligibility, PlatformKind

ATTENDANCE = "attendance-rate"
ANSWERS = "answer-accuracy"
HOURS = "credited-hours"
STUDY = "ATT_02"


class Character(StrEnum):
    honest = "honest"
    """Comes late, drops out for minutes, forgets to sign out, misses a lesson or two."""
    borderline = "borderline"
    """20 of 25 lessons and exactly four of five answers right: just enough."""
    just_below = "just_below"
    """19 of 25 lessons: enough hours, too little attendance."""
    absentee = "absentee"
    """15 of 25 lessons."""
    no_show = "no_show"
    """On the roster, never seen."""
    guesser = "guesser"
    """Every second first answer wrong, right at the second try."""
    silent = "silent"
    """Leaves every second question unanswered."""
    early_leaver = "early_leaver"
    """In every lesson, gone after little more than half of it."""
    speeder = "speeder"
    """Plays every video at double speed: half of the time is really spent."""
    skipper = "skipper"
    """Watches five minutes, then claims to have reached the end."""
    rewatcher = "rewatcher"
    """Watches the first half of every video twice."""
    double_booker = "double_booker"
    """Plays two videos at the same time, evening after evening."""
    unasked = "unasked"
    """Attends honestly, yet the platform never asked a question."""
    withdrawn = "withdrawn"
    """Leaves after five lessons."""
    corrected = "corrected"
    """Six lessons first reported wrongly to the learner's disadvantage, then put right."""
    exposed = "exposed"
    """Ten lessons first reported as attended, then taken back."""
    mistaken = "mistaken"
    """Enrolled by mistake; the entry is deleted."""


class Ending(NamedTuple):
    """How the part ends once the class group is closed."""

    eligibility: Eligibility
    failed: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


def _ineligible(*failed: str, missing: tuple[str, ...] = ()) -> Ending:
    return Ending(Eligibility.ineligible, frozenset(failed), frozenset(missing))


ELIGIBLE = Ending(Eligibility.eligible)
ENDINGS = {
    Character.honest: ELIGIBLE,
    Character.borderline: ELIGIBLE,
    Character.corrected: ELIGIBLE,
    Character.just_below: _ineligible(ATTENDANCE),
    Character.absentee: _ineligible(ATTENDANCE, HOURS),
    Character.no_show: _ineligible(ATTENDANCE, HOURS, missing=(ANSWERS,)),
    Character.guesser: _ineligible(ANSWERS),
    Character.silent: _ineligible(ANSWERS),
    Character.early_leaver: _ineligible(HOURS),
    Character.speeder: _ineligible(ATTENDANCE, HOURS),
    Character.skipper: _ineligible(ATTENDANCE, HOURS),
    Character.rewatcher: _ineligible(ATTENDANCE, HOURS),
    Character.double_booker: _ineligible(ATTENDANCE, HOURS),
    Character.exposed: _ineligible(ATTENDANCE, HOURS),
    Character.unasked: Ending(Eligibility.insufficient_evidence, missing=frozenset({ANSWERS})),
    Character.withdrawn: Ending(Eligibility.withdrawn, frozenset({ATTENDANCE, HOURS})),
}

UNDER_ADVANCED = {
    **dict.fromkeys(Character, ELIGIBLE),
    Character.no_show: _ineligible(STUDY),
    Character.withdrawn: Ending(Eligibility.withdrawn),
}
"""Beijing's notice on advanced industries sets neither rates nor hours of a learner: who took part passes."""

FOR_BOTH = (
    Character.absentee,
    Character.guesser,
    Character.exposed,
    Character.silent,
    Character.corrected,
    Character.no_show,
    Character.unasked,
    Character.withdrawn,
    Character.mistaken,
    Character.borderline,
    Character.just_below,
)
SPECIAL = {
    PlatformKind.live: (Character.early_leaver, *FOR_BOTH),
    PlatformKind.vod: (
        Character.speeder,
        Character.double_booker,
        Character.skipper,
        Character.rewatcher,
        *FOR_BOTH,
    ),
}


def character(kind: PlatformKind, seat: int) -> Character:
    """Every third learner has a part of their own; the others are honest."""
    turn, place = divmod(seat, 3)
    parts = SPECIAL[kind]
    return parts[turn % len(parts)] if place == 1 else Character.honest
