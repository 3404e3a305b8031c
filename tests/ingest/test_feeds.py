"""The table of the API contract: fields, keys, what is optional; and what good records are stored as."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.core.vocabulary import Feed
from app.ingest.definition import Presence
from app.ingest.feeds import DEFINITIONS
from tests.ingest.examples import ABSENT, FULL, ID_NUMBER, changed, errors_of, errors_with, minimal, stored_of

CONTRACT = {
    Feed.institutions: "*uscc name contact_name? contact_phone? address?",
    Feed.enterprises: "*uscc name district_code size? registered_address? business_address? "
    "responsible_person? contact_name? contact_phone? bank_name? bank_account?",
    Feed.projects: "*project_id name industry? occupation skill_level? training_type delivery planned_hours",
    Feed.courses: "*course_id project_id name industry? category hours copyright?",
    Feed.class_groups: "*class_group_id project_id name programme enterprise_uscc institution_uscc? "
    "organisation starts_on ends_on planned_headcount exam_ids? closed_at?",
    Feed.lessons: "*class_group_id *lesson_id course_id? title kind planned_minutes required? "
    "starts_at? ends_at? instructor_name?",
    Feed.enrollments: "*class_group_id *learner_id name id_number gender? phone? household_district? "
    "employment? enrolled_at? withdrawn_at?",
    Feed.attendance: "*class_group_id *learner_id *lesson_id status signed_in_at? signed_out_at? "
    "method? beacon?",
    Feed.learning_records: "*class_group_id *learner_id *session_id lesson_id online_at offline_at "
    "position_from? position_to? playback_rate? device? ip? beacon?",
    Feed.verifications: "*class_group_id *learner_id *verification_id lesson_id kind issued_at "
    "answered_at? passed score? snapshot_hash?",
    Feed.quiz_answers: "*class_group_id *learner_id *answer_id lesson_id question_id attempt? asked_at "
    "answered_at? correct",
    Feed.exam_scores: "*class_group_id *learner_id *exam_id *attempt title? score full_score pass_score "
    "taken_at",
    Feed.teaching_records: "*class_group_id *lesson_id *instructor_id instructor_name qualification? "
    "started_at ended_at",
    Feed.videos: "*class_group_id *video_id lesson_id kind url hash_algorithm hash size_bytes "
    "duration_seconds recorded_at? available_until? container? video_codec? "
    "video_kbps? width? height? fps? audio_codec? audio_kbps? audio_sample_rate?",
    Feed.evaluations: "*class_group_id *learner_id answers comments? wanted_training? submitted_at",
    Feed.platform_logs: "*log_id category actor? action object? occurred_at detail?",
}
MARKS = {Presence.key: ("*", ""), Presence.required: ("", ""), Presence.optional: ("", "?")}
EVERY_FEED = pytest.mark.parametrize("feed", Feed)


@EVERY_FEED
def test_the_fields_are_those_of_the_contract(feed: Feed) -> None:
    declared = [field.name.join(MARKS[field.presence]) for field in DEFINITIONS[feed].own_fields]
    assert " ".join(declared) == CONTRACT[feed]


@EVERY_FEED
def test_a_record_with_every_field_is_good(feed: Feed) -> None:
    assert set(FULL[feed]) == {field.name for field in DEFINITIONS[feed].own_fields}
    assert errors_of(feed, FULL[feed]) == []


@EVERY_FEED
def test_a_record_with_only_the_required_fields_is_good(feed: Feed) -> None:
    assert errors_of(feed, minimal(feed)) == []


@EVERY_FEED
def test_null_is_as_good_as_absent(feed: Feed) -> None:
    nulls = {name: None for name in DEFINITIONS[feed].names if name not in minimal(feed)}
    assert stored_of(feed, minimal(feed, **nulls)) == stored_of(feed, minimal(feed))


@EVERY_FEED
def test_every_required_field_is_missed_under_its_name(feed: Feed) -> None:
    for name in minimal(feed):
        assert ("/" + name, "missing_field") in errors_with(feed, **{name: ABSENT})
        assert ("/" + name, "missing_field") in errors_with(feed, **{name: None})


@EVERY_FEED
def test_all_errors_of_a_record_are_told_at_once(feed: Feed) -> None:
    found = errors_of(feed, b'{"colour": 1}')
    assert ("/colour", "unknown_field") in found
    assert {pointer for pointer, code in found if code == "missing_field"} == {
        "/" + name for name in minimal(feed)
    }


@EVERY_FEED
def test_every_field_refuses_an_object(feed: Feed) -> None:
    for name in FULL[feed]:
        assert ("/" + name, "invalid_type") in errors_with(feed, **{name: {}})


@EVERY_FEED
def test_revision_and_deleted_are_on_every_record(feed: Feed) -> None:
    stored = stored_of(feed, changed(feed, revision=2**63 - 1, deleted=False))
    assert (stored["revision"], stored["deleted"]) == (2**63 - 1, False)
    assert errors_with(feed, revision=-1) == [("/revision", "invalid_value")]
    assert errors_with(feed, revision=2**63) == [("/revision", "invalid_value")]
    assert errors_with(feed, revision=1.0) == [("/revision", "invalid_type")]
    assert errors_with(feed, revision=True) == [("/revision", "invalid_type")]
    assert errors_with(feed, deleted="true") == [("/deleted", "invalid_type")]
    assert errors_with(feed, deleted=1) == [("/deleted", "invalid_type")]


@EVERY_FEED
def test_every_field_has_words_in_both_languages(feed: Feed) -> None:
    for field in DEFINITIONS[feed].fields:
        assert field.title.zh.strip(), field.name
        assert field.title.en.isascii(), field.name


def test_defaults_are_those_of_the_contract() -> None:
    assert stored_of(Feed.learning_records, minimal(Feed.learning_records))["playback_rate"] == 1
    assert stored_of(Feed.class_groups, minimal(Feed.class_groups))["exam_ids"] == []
    assert stored_of(Feed.lessons, minimal(Feed.lessons))["required"] is True
    assert stored_of(Feed.quiz_answers, minimal(Feed.quiz_answers))["attempt"] == 1
    assert stored_of(Feed.courses, minimal(Feed.courses))["revision"] == 0


def test_values_are_stored_in_their_own_types() -> None:
    learning = stored_of(Feed.learning_records, FULL[Feed.learning_records])
    assert learning["offline_at"] == datetime(2026, 3, 2, 2, 0, 0, 123456, tzinfo=UTC)
    assert learning["offline_at"].tzinfo is UTC
    assert (learning["position_from"], learning["position_to"]) == (0, 2_700_125)
    assert learning["playback_rate"] == Decimal("1.5")
    group = stored_of(Feed.class_groups, FULL[Feed.class_groups])
    assert (group["starts_on"], group["exam_ids"]) == (date(2026, 3, 2), ["E1", "E2"])
    assert stored_of(Feed.enrollments, FULL[Feed.enrollments])["id_number"] == ID_NUMBER


CHOICES = {
    (Feed.enterprises, "size"): "above_scale below_scale growth",
    (Feed.projects, "training_type"): "pre_job on_job transfer",
    (Feed.projects, "delivery"): "online offline blended",
    (Feed.courses, "category"): "public professional health_safety",
    (Feed.courses, "copyright"): "owned licensed undertaking",
    (Feed.class_groups, "organisation"): "self entrusted",
    (Feed.lessons, "kind"): "live vod offline",
    (Feed.enrollments, "gender"): "male female",
    (Feed.enrollments, "employment"): "contract dispatched domestic_service",
    (Feed.attendance, "status"): "present late left_early absent leave",
    (Feed.attendance, "method"): "face fingerprint quiz qr manual",
    (Feed.learning_records, "device"): "pc web app h5 mini_program",
    (Feed.verifications, "kind"): "face fingerprint quiz",
    (Feed.videos, "kind"): "live_recording vod",
    (Feed.videos, "hash_algorithm"): "sha256 sm3",
    (Feed.platform_logs, "category"): "login admin content incident system",
}


@pytest.mark.parametrize(("feed", "name"), CHOICES)
def test_a_choice_takes_its_values_and_no_other(feed: Feed, name: str) -> None:
    for value in CHOICES[feed, name].split():
        assert errors_with(feed, **{name: value}) == []
    for wrong in ("", "other", "PRESENT", " online"):
        assert errors_with(feed, **{name: wrong}) == [("/" + name, "invalid_value")]
    for mistyped in (1, True, ["face"], 1.5):
        assert errors_with(feed, **{name: mistyped}) == [("/" + name, "invalid_type")]
