"""Pages about policies say what the API says; a what-if keeps nothing; one person alone publishes nothing."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Role
from app.people import csrf
from app.policies.texts import MOST_BYTES
from tests.api import term
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.policies.published import TWO_YEARS, numbers, pack
from tests.server import CloneServer

API = "/api/v1/policies"
WHAT_IF = "/policies/standard/what-if"
NEW_DAY = pack(TWO_YEARS | {"2099-01-01": "0.95"})
WITHOUT_HOURS = NEW_DAY.replace("  credited-hours:\n", "  hours:\n")


@pytest.fixture(scope="module")
async def opened(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[FastAPI, Doors]]:
    """A closed class group that the default programme judges, and a policy of two versions."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("policies")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await term.push_term(platform, **term.CLOSED)
        await term.settle(app)
        proposed = await (await doors.person(Role.reviewer)).post(
            f"{API}/proposals", json={"text": pack(), "reason": "试点", "retroactive": True}
        )
        approver = await doors.person(Role.approver)
        await approver.post(f"/api/v1/approvals/{proposed.json()['proposal_id']}/approve")
        yield app, doors


@pytest.fixture(scope="module")
async def doors(opened: tuple[FastAPI, Doors]) -> Doors:
    return opened[1]


@pytest.fixture(scope="module")
async def reviewer(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.reviewer)


async def shown(person: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await person.get(path, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def sent(person: httpx.AsyncClient, path: str, fields: Mapping[str, str]) -> httpx.Response:
    """As a form of ours sends it; the proof is a field of it."""
    form = {**fields, csrf.FIELD: person.headers[csrf.HEADER]}
    return await person.post(path, data=form, headers={"Accept-Language": "zh-CN"})


def figures(page: str) -> list[str]:
    """The values of its figures, in their order."""
    return re.findall(r'<p class="value">([^<]*) <small>', page)


class TestPolicies:
    async def test_are_listed_as_the_api_lists_them(self, reviewer: httpx.AsyncClient) -> None:
        page = await shown(reviewer, "/policies")
        for item in (await term.get(reviewer, API))["items"]:
            assert f'href="/policies/{item["policy_id"]}">{item["title"]["zh"]}</a>' in page
            assert item["authority"] is None or item["authority"]["zh"] in page
            assert item["document"] is None or (item["document"]["number"] or "无文号") in page

    async def test_say_rule_by_rule_what_is_asked_and_by_which_words(
        self, reviewer: httpx.AsyncClient
    ) -> None:
        page = await shown(reviewer, "/policies/sg-onjob-2020")
        told = await term.get(reviewer, f"{API}/sg-onjob-2020/versions/2020-03-02")
        for rule in told["rules"]:
            assert rule["title"]["zh"] in page
            assert rule["comparison"]["asked"]["zh"] in page
        for parameter in told["parameters"]:
            assert parameter["words"] in page
        provisions = told["provisions"]
        assert provisions["checklist"]
        assert {each["value"]["zh"] for each in provisions["subsidy"]} == {"30元", "1000元"}
        for each in (item for part in provisions.values() for item in part):
            assert each["title"]["zh"] in page
        assert all(each["number"] in page for each in told["requirements"])

    async def test_are_open_to_who_may_not_see_class_groups(self, doors: Doors) -> None:
        learner = await doors.person(Role.learner)
        page = await shown(learner, "/policies/standard")
        assert "/class-groups" not in page
        assert "what-if" not in page
        await shown(learner, WHAT_IF, 403)
        await shown(learner, "/policies/standard/publish", 403)

    async def test_that_are_not_there_are_a_page(self, reviewer: httpx.AsyncClient) -> None:
        assert "没有这个政策包" in await shown(reviewer, "/policies/unheard-of", 404)
        assert "没有这个版本" in await shown(reviewer, "/policies/standard/versions/1999-01-01", 404)

    async def test_tell_exactly_what_a_version_changes(self, reviewer: httpx.AsyncClient) -> None:
        page = await shown(reviewer, "/policies/pilot/versions/2026-07-01/changes")
        told = await term.get(reviewer, f"{API}/pilot/versions/2026-07-01/changes")
        assert [(item["code"], item["change"]) for item in told["items"]] == [("attendance-rate", "changed")]
        assert re.findall(r'<span class="note">([a-z-]+)</span>', page) == ["attendance-rate"]
        assert re.search(r"<td>不低于80%</td>\s*<td>不低于90%</td>", page)


class TestWhatIf:
    async def test_of_an_unchanged_policy_changes_nobody(self, reviewer: httpx.AsyncClient) -> None:
        answer = await sent(reviewer, WHAT_IF, {})
        assert answer.status_code == 200
        assert figures(answer.text) == ["2", "0", "0"]
        assert "没有人的资格或判定会变化" in answer.text

    @pytest.mark.parametrize(
        "moved",
        [
            {"set.least_attendance_rate": "60"},
            {"set.least_attendance_rate": "80", "slide.least_attendance_rate": "60"},
        ],
        ids=["by its field", "by its slider without scripts"],
    )
    async def test_tells_what_the_api_tells(self, reviewer: httpx.AsyncClient, moved: dict[str, str]) -> None:
        wanted = {"least_attendance_rate": "0.6", "least_credited_hours": "20"}
        asked = await reviewer.post(f"{API}/standard/simulation", json={"set": wanted})
        told: dict[str, Any] = asked.json()
        form = moved | {"was.least_attendance_rate": "80", "set.least_credited_hours": "20"}
        page = (await sent(reviewer, WHAT_IF, form)).text
        summary = told["summary"]
        assert figures(page) == [str(summary["enrollments"]), str(summary["changed"]), "0"]
        assert summary["changed"] == 1
        assert f"/learners/P1/{term.C1}/{told['items'][0]['learner_id']}" in page
        assert told["items"][0]["learner_name"] in page

    async def test_gives_the_affected_as_a_file(self, reviewer: httpx.AsyncClient) -> None:
        form = {"set.least_attendance_rate": "60", "set.least_credited_hours": "20"}
        answer = await sent(reviewer, f"{WHAT_IF}/affected?format=csv", form)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.text.count(term.L2) == 1

    async def test_keeps_the_form_where_a_value_cannot_be_used(self, reviewer: httpx.AsyncClient) -> None:
        answer = await sent(reviewer, WHAT_IF, {"set.least_attendance_rate": "many"})
        assert answer.status_code == 422
        assert 'value="many"' in answer.text
        assert 'role="alert"' in answer.text

    async def test_waits_for_that_of_somebody_else(
        self, opened: tuple[FastAPI, Doors], reviewer: httpx.AsyncClient
    ) -> None:
        with opened[0].state.resources.simulations.taken():
            answer = await sent(reviewer, WHAT_IF, {"set.least_attendance_rate": "60"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert "正在进行另一次政策模拟" in answer.text
        assert 'value="60"' in answer.text


class TestPublishing:
    PATH = "/policies/pilot/publish"

    async def test_a_wrong_text_is_told_by_line_and_nothing_is_proposed(
        self, doors: Doors, reviewer: httpx.AsyncClient
    ) -> None:
        before = await numbers(doors.database, "policy_texts", "policy_versions", "proposals")
        text = NEW_DAY.replace("fact: credited_hours", "fact: shoe_size")
        line = next(n for n, words in enumerate(text.splitlines(), 1) if "shoe_size" in words)
        for path in (self.PATH, f"{self.PATH}/proposals"):
            answer = await sent(reviewer, path, {"text": text, "reason": "修订"})
            assert answer.status_code == 422
            assert f"第 {line} 行" in answer.text
            assert "shoe_size" in answer.text
        assert await numbers(doors.database, "policy_texts", "policy_versions", "proposals") == before

    async def test_a_checked_text_tells_what_differs_and_what_it_would_do(
        self, doors: Doors, reviewer: httpx.AsyncClient
    ) -> None:
        before = await numbers(doors.database, "policy_texts", "proposals")
        answer = await sent(reviewer, self.PATH, {"text": WITHOUT_HOURS.replace("\n", "\r\n")})
        assert answer.status_code == 409
        assert "不可更改" in answer.text
        answer = await sent(reviewer, self.PATH, {"text": NEW_DAY.replace("\n", "\r\n")})
        page = html.unescape(answer.text)
        assert re.search(r"<td>不低于90%</td>\s*<td>不低于95%</td>", page)
        assert "+      2099-01-01" in page
        assert figures(page) == ["0", "0", "0"]
        assert await numbers(doors.database, "policy_texts", "proposals") == before

    async def test_a_text_of_the_greatest_length_fits_into_the_form(
        self, reviewer: httpx.AsyncClient
    ) -> None:
        text = NEW_DAY + "# " + "字" * ((MOST_BYTES - len(NEW_DAY.encode()) - 2) // 3)
        assert (await sent(reviewer, self.PATH, {"text": text})).status_code == 200
        huge = await sent(reviewer, self.PATH, {"text": "x" * (2 * 1024 * 1024)})
        assert huge.status_code == 413

    async def test_one_person_alone_cannot_publish(self, doors: Doors) -> None:
        approver, second = await doors.person(Role.approver), await doors.person(Role.approver)
        clerk = await doors.person(Role.clerk)
        assert (await sent(clerk, self.PATH, {"text": NEW_DAY})).status_code == 200
        form = {"text": NEW_DAY, "reason": "修订文件已印发"}
        assert (await sent(clerk, f"{self.PATH}/proposals", form)).status_code == 403
        proposed = await sent(approver, f"{self.PATH}/proposals", form)
        assert proposed.status_code == 303
        place = proposed.headers["location"]
        page = await shown(approver, place)
        assert "本人提请，须由他人审批" in page
        assert "待另一人审批" in await shown(second, place)
        assert re.search(r"<td>不低于90%</td>\s*<td>不低于95%</td>", page)
        decide = f"/api/v1/approvals/{place.rpartition('/')[2]}/approve"
        assert (await approver.post(decide)).status_code == 403
        assert "2099-01-01" not in await shown(approver, "/policies/pilot")
        assert (await second.post(decide)).status_code == 200
        assert 'href="/policies/pilot/versions/2099-01-01"' in await shown(approver, "/policies/pilot")
        assert "已批准并施行" in await shown(second, place)

    async def test_starts_from_the_text_in_force(self, reviewer: httpx.AsyncClient) -> None:
        text = (await reviewer.get(f"{API}/standard/text")).text
        assert text in await shown(reviewer, "/policies/standard/publish")
