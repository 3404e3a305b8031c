"""What was corrected of a class group: which records, by which batch, and what each version changed."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import reading
from tests.api.conftest import Doors
from tests.api.term import C1, CLASS_GROUPS, L1, L2, answer, attendance, enrollment, get, push

CORRECTIONS = f"{CLASS_GROUPS}/P1/{C1}/corrections"
LATE = {**attendance(L2, 1), "status": "late", "signed_in_at": "2026-03-02T08:20:00+08:00", "revision": 1}
LATER = {**LATE, "signed_in_at": "2026-03-02T08:40:00+08:00", "revision": 2}
OTHER = {"name": "张四丰", "phone": "13800138000", "id_number": "11010119900307109X", "revision": 1}
GONE = {name: answer(L2)[name] for name in ("class_group_id", "learner_id", "answer_id")}


async def corrected(platform: httpx.AsyncClient) -> None:
    """Two attendances, one of them twice; a person; and an answer is taken back."""
    await push(platform, Feed.attendance, LATE, {**attendance(L1, 1), "status": "late", "revision": 1})
    await push(platform, Feed.attendance, LATER)
    await push(platform, Feed.enrollments, enrollment(L1, **OTHER))
    await push(platform, Feed.quiz_answers, {**GONE, "revision": 1, "deleted": True})


async def versions(person: httpx.AsyncClient, item: dict[str, Any]) -> dict[str, Any]:
    return await get(person, f"{CORRECTIONS}/{item['batch_id']}/{item['line']}")


@pytest.mark.usefixtures("running")
class TestCorrections:
    async def test_are_listed_as_they_stand_the_last_received_first(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        assert (await get(regulator, CORRECTIONS))["items"] == []
        await corrected(platform)
        items = (await get(regulator, CORRECTIONS))["items"]
        assert [(each["feed"], each["key"], each["revision"], each["deleted"]) for each in items] == [
            ("quiz-answers", {"learner_id": L2, "answer_id": "A1"}, 1, True),
            ("enrollments", {"learner_id": L1}, 1, False),
            ("attendance", {"learner_id": L2, "lesson_id": "S1"}, 2, False),
            ("attendance", {"learner_id": L1, "lesson_id": "S1"}, 1, False),
        ]
        assert [each["line"] for each in items] == [1, 1, 1, 2]
        first = await get(regulator, CORRECTIONS, limit="3")
        rest = await get(regulator, CORRECTIONS, limit="3", cursor=first["next_cursor"])
        assert (first["items"] + rest["items"], rest["next_cursor"]) == (items, None)

    async def test_tell_old_and_new_of_each_version(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await corrected(platform)
        item = (await get(regulator, CORRECTIONS))["items"][2]
        found = await versions(regulator, item)
        assert found["correction"] == item
        assert found["is_whole"] is True
        told = [
            (
                each["revision"],
                {change["field"]: (change["old"], change["new"]) for change in each["changed"]},
            )
            for each in found["versions"]
        ]
        assert told == [
            (2, {"signed_in_at": ("2026-03-02T00:20:00Z", "2026-03-02T00:40:00Z")}),
            (
                1,
                {
                    "status": ("present", "late"),
                    "signed_in_at": ("2026-03-02T00:00:00Z", "2026-03-02T00:20:00Z"),
                },
            ),
            (0, {}),
        ]

    async def test_show_no_personal_data_beyond_a_masked_name(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await corrected(platform)
        item = (await get(regulator, CORRECTIONS))["items"][1]
        (latest, _) = (await versions(regulator, item))["versions"]
        told = {each["field"]: (each["old"], each["new"], each["is_told"]) for each in latest["changed"]}
        assert told["name"] == ("张**", "张**", True)
        assert told["id_number"] == told["phone"] == (None, None, False)

    async def test_of_what_was_deleted_the_version_before_is_known(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await corrected(platform)
        item = (await get(regulator, CORRECTIONS))["items"][0]
        found = (await versions(regulator, item))["versions"]
        assert [(each["deleted"], each["changed"]) for each in found] == [(True, []), (False, [])]

    async def test_leave_an_entry_where_a_record_is_read(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient, doors: Doors
    ) -> None:
        await corrected(platform)
        item = (await get(regulator, CORRECTIONS))["items"][2]
        await versions(regulator, item)
        async with reading(doors.database) as session:
            (subject,) = await session.scalars(select(TrailEntry.subject))
        assert subject["learner_id"] == L2
        assert subject["batch_id"] == item["batch_id"]

    async def test_of_others_and_of_what_was_not_corrected_are_not_there(
        self, platform: httpx.AsyncClient, other_platform: httpx.AsyncClient, doors: Doors
    ) -> None:
        await corrected(platform)
        item = (await get(platform, CORRECTIONS))["items"][0]
        assert (await versions(platform, item))["correction"] == item
        elsewhere = await doors.person(Role.clerk, districts=("11",))
        for stranger in (other_platform, elsewhere):
            for path in (CORRECTIONS, f"{CORRECTIONS}/{item['batch_id']}/{item['line']}"):
                assert (await stranger.get(path)).status_code == 404
        for line in (2, 9_999):
            answered = await platform.get(f"{CORRECTIONS}/{item['batch_id']}/{line}")
            assert answered.status_code == 404
