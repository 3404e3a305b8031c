"""Ids, ID numbers and credit codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from app.core.vocabulary import Feed
from app.ingest.examination import Faults
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import Identifier, Uscc
from app.ingest.problems import Problem
from app.privacy.id_number import check_character
from tests.ingest.examples import (
    ID_NUMBER,
    ID_NUMBER_X,
    USCC,
    changed,
    errors_with,
    judged,
    stored_of,
)

IDENTIFIERS = [
    (feed, field)
    for feed, definition in DEFINITIONS.items()
    for field in definition.own_fields
    if isinstance(field.kind, Identifier)
]
PERSONAL = [
    (feed, field.name) for feed, field in IDENTIFIERS if field.name in {"learner_id", "instructor_id"}
]


class TestIds:
    @pytest.mark.parametrize(("feed", "name"), [(feed, field.name) for feed, field in IDENTIFIERS])
    def test_have_one_to_64_characters_of_their_alphabet(self, feed: Feed, name: str) -> None:
        for good in ("a", "A-Z_0.9:x", "...", ".a", "0" * 64):
            assert errors_with(feed, **{name: good}) == []
        for bad in ("", ".", "..", "a" * 65, "a b", "a/b", "班", "a\n", "\na", "ａ", "a\n..", "é", "A\x00"):
            assert errors_with(feed, **{name: bad}) == [("/" + name, "invalid_value")]
        for mistyped in (1, True, ["a"], {"a": 1}, 1.5):
            assert errors_with(feed, **{name: mistyped}) == [("/" + name, "invalid_type")]

    @pytest.mark.parametrize(("feed", "name"), PERSONAL)
    @pytest.mark.parametrize("id_number", [ID_NUMBER, ID_NUMBER_X, ID_NUMBER_X.lower()])
    def test_of_persons_are_no_id_numbers_and_such_are_not_repeated(
        self, feed: Feed, name: str, id_number: str
    ) -> None:
        verdict = judged(feed, changed(feed, **{name: id_number}))
        assert isinstance(verdict, Faults)
        assert [(error.pointer, error.code) for error in verdict.errors] == [("/" + name, "invalid_value")]
        assert id_number.lower() not in repr(verdict).lower()
        assert name not in verdict.record_key

    def test_personal_ids_are_those_of_learners_and_instructors(self) -> None:
        personal = [
            (feed, field.name) for feed, field in IDENTIFIERS if field.kind == Identifier(personal=True)
        ]
        assert personal == PERSONAL
        assert len(PERSONAL) == 8

    def test_that_only_look_like_an_id_number_are_fine(self) -> None:
        wrong_check_digit = ID_NUMBER[:-1] + "3"
        assert errors_with(Feed.attendance, learner_id=wrong_check_digit) == []
        assert errors_with(Feed.attendance, learner_id="L" + ID_NUMBER) == []
        assert errors_with(Feed.learning_records, session_id=ID_NUMBER) == []

    def test_that_happen_to_be_an_id_number_are_left_out_of_a_rejection(self) -> None:
        verdict = judged(Feed.learning_records, changed(Feed.learning_records, session_id=ID_NUMBER, ip=""))
        assert isinstance(verdict, Faults)
        assert verdict.record_key == {"class_group_id": "C1", "learner_id": "L1"}


class TestRecordKey:
    def test_tells_the_key_fields_that_could_be_read(self) -> None:
        verdict = judged(Feed.exam_scores, changed(Feed.exam_scores, exam_id="a b", score=-1))
        assert isinstance(verdict, Faults)
        assert verdict.record_key == {"class_group_id": "C1", "learner_id": "L1", "attempt": 1}

    def test_is_empty_for_what_cannot_be_read(self) -> None:
        verdict = judged(Feed.exam_scores, b"{")
        assert isinstance(verdict, Faults)
        assert verdict.record_key == {}


class TestIdNumbers:
    @pytest.mark.parametrize(
        "digits",
        [
            "11022419800101123",  # 大兴县, a county until 2001
            "83000019920130002",  # a residence permit
            "99999919000101001",
        ],
    )
    def test_of_any_region_are_good(self, digits: str) -> None:
        assert errors_with(Feed.enrollments, id_number=digits + check_character(digits)) == []

    def test_with_a_small_x_are_the_same_as_with_a_large_one(self) -> None:
        small = stored_of(Feed.enrollments, changed(Feed.enrollments, id_number=ID_NUMBER_X.lower()))
        assert small == stored_of(Feed.enrollments, changed(Feed.enrollments, id_number=ID_NUMBER_X))

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            ID_NUMBER[:-1],
            ID_NUMBER + "0",
            ID_NUMBER[:-1] + "3",  # check digit
            "44020319870231577" + "0",  # no 31 February
            " " + ID_NUMBER,
            ID_NUMBER + "\n",
            "４４０２０３１９８７０９１９５７７２",
            "440203870919577",  # of 15 digits, from before 1999
            "x" * 18,
        ],
    )
    def test_are_checked_by_form_birth_date_and_check_character(self, wrong: str) -> None:
        assert errors_with(Feed.enrollments, id_number=wrong) == [("/id_number", "invalid_id_number")]

    def test_of_the_unborn_are_wrong(self) -> None:
        digits = "44020320260602577"
        unborn = digits + check_character(digits)
        assert errors_with(Feed.enrollments, id_number=unborn) == [("/id_number", "invalid_id_number")]
        digits = "44020320260601577"
        assert errors_with(Feed.enrollments, id_number=digits + check_character(digits)) == []

    def test_are_strings(self) -> None:
        assert errors_with(Feed.enrollments, id_number=int(ID_NUMBER)) == [("/id_number", "invalid_type")]

    def test_are_never_repeated(self) -> None:
        for wrong in (ID_NUMBER[:-1] + "3", int(ID_NUMBER)):
            verdict = judged(Feed.enrollments, changed(Feed.enrollments, id_number=wrong))
            assert str(wrong) not in repr(verdict)


CREDIT_CODES = [
    (Feed.institutions, "uscc"),
    (Feed.enterprises, "uscc"),
    (Feed.class_groups, "enterprise_uscc"),
    (Feed.class_groups, "institution_uscc"),
]


@pytest.mark.parametrize(("feed", "name"), CREDIT_CODES)
def test_credit_codes_are_checked_by_form_and_check_character(feed: Feed, name: str) -> None:
    assert errors_with(feed, **{name: "91110108MA01C8JL4T"}) == []
    for wrong in (
        "",
        USCC[:-1],
        USCC[:-1] + "H",
        USCC.lower(),
        USCC[:2] + " " + USCC[2:],
        USCC + " ",
        "O" * 18,
    ):
        assert errors_with(feed, **{name: wrong}) == [("/" + name, "invalid_uscc")]
    assert errors_with(feed, **{name: 91}) == [("/" + name, "invalid_type")]


SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(
    st.text(SIGNS, min_size=9, max_size=9),
    st.text("0123456789", min_size=8, max_size=8),
    st.sampled_from([*SIGNS, None, "I", "O", "a", "-", " ", "１", ""]),
)
def test_a_credit_code_is_what_the_standard_says(
    organisation: str, registration: str, end: str | None
) -> None:
    start = registration + organisation
    code = start + (uscc.calc_check_digit(start) if end is None else end)
    assert reads(code) is (uscc.compact(code) == code and uscc.is_valid(code))


def reads(code: str) -> bool:
    try:
        return Uscc().read(code) == code
    except Problem:
        return False
