"""Which records of a batch belong to what a bundle is about."""

import msgspec
import pytest

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import Feed
from app.evidence.members import Members, named_by
from app.evidence.schemas import Contents, Item, References

C1 = ClassGroupKey(PlatformCode("P1"), ClassGroupId("C1"))


def contents(learner_id: str | None, project_id: str | None = "J1") -> Contents:
    item = Item(C1, None if learner_id is None else LearnerId(learner_id))
    return Contents(item, [], [], [], [], References(project_id, []))


def records(*named: dict[str, object]) -> list[bytes]:
    return [msgspec.json.encode(each) for each in named]


LEARNERS = records(
    {"class_group_id": "C1", "learner_id": "L1"},
    {"class_group_id": "C1", "learner_id": "L2"},
    {"class_group_id": "C2", "learner_id": "L1"},
    {"class_group_id": "C1", "learner_id": "L1", "deleted": True},
)


@pytest.mark.parametrize(
    ("learner_ids", "places"),
    [(["L1"], [0, 3]), (["L2", "L1"], [0, 1, 3]), ([None], [0, 1, 3]), (["L2", None], [0, 1, 3]), ([], [])],
)
def test_records_are_those_of_the_enrollments_named(learner_ids: list[str | None], places: list[int]) -> None:
    members = Members.of(map(contents, learner_ids))
    assert members.places(Feed.attendance, LEARNERS, b"\x01\x02\x03\x01") == places


def test_rejected_records_belong_to_nobody() -> None:
    assert Members.of([contents(None)]).places(Feed.attendance, LEARNERS, b"\x04" * 4) == []


def test_records_of_the_class_group_itself_belong_to_each_of_it() -> None:
    lessons = records({"class_group_id": "C1", "lesson_id": "S1"}, {"class_group_id": "C2"})
    assert Members.of([contents("L1")]).places(Feed.lessons, lessons, b"\x01\x01") == [0]


def test_a_name_is_found_however_it_is_escaped() -> None:
    escaped = [b'{"class_group_id":"\\u00431","learner_id":"L\\u0031"}']
    assert Members.of([contents("L1")]).places(Feed.attendance, escaped, b"\x01") == [0]


@pytest.mark.parametrize("feed", [Feed.projects, Feed.courses])
def test_of_projects_and_courses_there_are_its_own(feed: Feed) -> None:
    told = records({"project_id": "J1"}, {"project_id": "J2"}, {"course_id": "K1"})
    assert Members.of([contents("L1")]).places(feed, told, b"\x01" * 3) == [0]
    assert Members.of([contents("L1", None)]).places(feed, told, b"\x01" * 3) == []


@pytest.mark.parametrize("feed", [Feed.enterprises, Feed.institutions, Feed.platform_logs])
def test_contacts_accounts_and_operators_are_nobodys(feed: Feed) -> None:
    told = records({"uscc": "U1", "project_id": "J1", "class_group_id": "C1", "learner_id": "L1"})
    assert Members.of([contents(None)]).places(feed, told, b"\x01") == []


@pytest.mark.parametrize("record", [b"", b"\xff", b"[", b"[1]", b'"C1"', b"[" * 100_000])
def test_what_cannot_be_read_names_nobody(record: bytes) -> None:
    assert named_by(record).class_group_id is None
