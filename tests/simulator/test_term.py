"""The term: same seed, same bytes; every feed, every part, every figure by construction."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

import msgspec
import pytest

from app.core.vocabulary import Feed
from app.simulator.cast import ANSWERS, ATTENDANCE, HOURS, STUDY, Character
from app.simulator.deliveries import Delivery, deliveries
from app.simulator.intent import Intent, intents
from app.simulator.term import ADVANCED, PLATFORMS, STANDARD, Term

AS_OF = date(2026, 11, 20)


def everything(term: Term) -> list[Delivery]:
    return [delivery for platform in PLATFORMS for delivery in deliveries(term, platform)]


def fingerprint(term: Term) -> str:
    digest = hashlib.sha256()
    for delivery in everything(term):
        digest.update(f"{delivery.feed} {delivery.key} ".encode() + delivery.batch.body)
    return digest.hexdigest()


def all_intents(term: Term) -> list[Intent]:
    return [intent for class_group in term.class_groups() for intent in intents(term, class_group)]


class TestBytes:
    def test_the_same_term_is_the_same_bytes(self) -> None:
        assert fingerprint(Term(7, AS_OF, 30)) == fingerprint(Term(7, AS_OF, 30))

    @pytest.mark.parametrize(
        "other", [Term(8, AS_OF, 30), Term(7, AS_OF, 31), Term(7, AS_OF - timedelta(days=1), 30)]
    )
    def test_another_term_is_other_bytes(self, other: Term) -> None:
        assert fingerprint(Term(7, AS_OF, 30)) != fingerprint(other)

    def test_each_key_names_one_body(self) -> None:
        bodies: dict[str, bytes] = {}
        for delivery in everything(Term(7, AS_OF, 120)):
            assert bodies.setdefault(delivery.key, delivery.batch.body) == delivery.batch.body

    def test_a_term_of_a_hundred_thousand_starts_at_once(self) -> None:
        first = list(islice(deliveries(Term(7, AS_OF, 100_000), PLATFORMS[0]), 10))
        assert all(len(delivery.batch.records) <= 2_000 for delivery in first)


class TestRecords:
    def test_every_feed_is_used_by_each_platform(self) -> None:
        for platform in PLATFORMS:
            used = {delivery.feed for delivery in deliveries(Term(7, AS_OF, 100), platform)}
            assert used == set(Feed)

    def test_nothing_lies_in_the_future_but_the_timetable(self) -> None:
        today = AS_OF.isoformat()
        timetable = {"starts_at", "ends_at", "available_until", "ends_on", "starts_on"}
        spoiled = 0
        for delivery in everything(Term(7, AS_OF, 200)):
            faulty = {line for line, _ in delivery.faults}
            for line, raw in enumerate(delivery.batch.records, start=1):
                record = msgspec.json.decode(raw, type=dict[str, object])
                late = [
                    name
                    for name, value in record.items()
                    if name.endswith(("_at", "_on")) and str(value) >= today and name not in timetable
                ]
                spoiled += line in faulty
                assert not late or line in faulty
        assert spoiled

    def test_two_enrollments_of_one_person_are_on_different_platforms(self) -> None:
        people: dict[str, set[str]] = {}
        seats: Counter[str] = Counter()
        for intent in all_intents(Term(7, AS_OF, 400)):
            number = intent.learner.person.id_number
            people.setdefault(number, set()).add(intent.learner.class_group.platform.code)
            seats[number] += 1
        twice = {number for number, count in seats.items() if count > 1}
        assert twice
        assert all(len(people[number]) == seats[number] for number in twice)

    def test_faults_and_repeats_occur(self) -> None:
        sent = everything(Term(7, AS_OF, 600))
        codes = {code for delivery in sent for _, code in delivery.faults}
        assert {"naive_timestamp", "invalid_id_number", "revision_conflict", "unknown_programme"} <= codes
        repeats = [delivery for delivery in sent if delivery.is_repeat]
        assert {delivery.key.endswith(".again") for delivery in repeats} == {True, False}


def ended(programme: str) -> Iterator[Intent]:
    for intent in all_intents(Term(7, AS_OF, 600)):
        if intent.ending and intent.learner.class_group.programme == programme:
            yield intent


class TestIntent:
    def test_every_part_is_played(self) -> None:
        played = {intent.learner.character for intent in all_intents(Term(7, AS_OF, 300))}
        assert played == set(Character) - {Character.mistaken}

    def test_what_was_done_bears_out_how_it_is_meant_to_end(self) -> None:
        """Fourth parts of a hundred and credited hours counted here, with the figures of the law."""
        for intent in ended(STANDARD):
            facts = intent.facts
            failed = {
                ATTENDANCE: facts["attended_lessons"] * 5 < facts["required_lessons"] * 4,
                ANSWERS: facts["questions_correct"] * 5 < facts["questions_asked"] * 4,
                HOURS: facts["credited_seconds"] < 40 * 45 * 60,
            }
            assert intent.ending
            assert intent.ending.failed == {rule for rule, fails in failed.items() if fails}
            assert (ANSWERS in intent.ending.missing) == (facts["questions_asked"] == 0)

    def test_under_another_regulation_who_took_part_passes(self) -> None:
        closed = list(ended(ADVANCED))
        assert {intent.learner.character for intent in closed} > {Character.honest, Character.speeder}
        for intent in closed:
            assert intent.ending
            if not intent.learner.is_enrolled_twice:
                assert (intent.ending.failed == {STUDY}) == (intent.facts["credited_seconds"] == 0)

    def test_the_borderline_is_exact(self) -> None:
        borderline = [
            intent.facts for intent in ended(STANDARD) if intent.learner.character is Character.borderline
        ]
        assert borderline
        for facts in borderline:
            assert (facts["attended_lessons"], facts["required_lessons"]) == (20, 25)
            assert facts["questions_correct"] * 5 == facts["questions_asked"] * 4

    def test_deleted_enrollments_are_meant_to_be_seen_nowhere(self) -> None:
        term = Term(7, AS_OF, 300)
        seats = sum(class_group.headcount for class_group in term.class_groups())
        assert seats == 300
        assert len(all_intents(term)) < seats
