"""Two officials publish a version over the API, and every door judges by it at once."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Feed, Role
from app.db.session import Database
from app.ledger.sequence import sequence
from app.policies.texts import MOST_BYTES
from tests.api.conftest import Doors
from tests.ingest.deliveries import ndjson
from tests.ingest.examples import FULL
from tests.policies.published import TWO_YEARS, numbers, pack

POLICIES, APPROVALS = "/api/v1/policies", "/api/v1/approvals"
NEW_DAY = pack(TWO_YEARS | {"2099-01-01": "0.95"})
PAST_DAY = pack(TWO_YEARS | {"2026-08-01": "0.85"})
REASON = "修订文件已印发"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With one more policy, whose versions begin in 2026."""
    directory = tmp_path / "packs"
    directory.mkdir()
    (directory / "pilot.yaml").write_text(pack())
    return settings.model_copy(update={"packs_dir": directory})


@pytest.fixture
async def reviewer(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.reviewer)


@pytest.fixture
async def approver(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.approver)


async def propose(person: httpx.AsyncClient, text: str, **more: object) -> httpx.Response:
    return await person.post(f"{POLICIES}/proposals", json={"text": text, "reason": REASON, **more})


async def publish(
    reviewer: httpx.AsyncClient, approver: httpx.AsyncClient, text: str, **more: object
) -> httpx.Response:
    proposal = await propose(reviewer, text, **more)
    assert proposal.status_code == 201, proposal.text
    return await approver.post(f"{APPROVALS}/{proposal.json()['proposal_id']}/approve")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def versions(reader: httpx.AsyncClient, policy_id: str = "pilot") -> list[str]:
    answer = await reader.get(f"{POLICIES}/{policy_id}")
    return [version["version"] for version in answer.json().get("versions", [])]


class TestPublishing:
    async def test_puts_a_new_version_in_force_at_once(
        self, reviewer: httpx.AsyncClient, approver: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        assert await versions(enterprise) == ["2026-01-01", "2026-07-01"]
        answer = await publish(reviewer, approver, NEW_DAY)
        assert (answer.status_code, answer.json()["state"]) == (200, "carried_out")
        assert await versions(enterprise) == ["2026-01-01", "2026-07-01", "2099-01-01"]

    async def test_a_new_programme_takes_class_groups_at_once(
        self, reviewer: httpx.AsyncClient, approver: httpx.AsyncClient, platform: httpx.AsyncClient
    ) -> None:
        body = ndjson({**FULL[Feed.class_groups], "programme": "novel", "starts_on": "2026-03-02"})
        headers = {"Content-Type": "application/x-ndjson"}
        push = f"/api/v1/feeds/{Feed.class_groups}"
        before = (await platform.post(push, content=body, headers=headers)).json()
        assert before["rejections"][0]["errors"][0]["code"] == "unknown_programme"
        answer = await publish(reviewer, approver, pack(programme="novel"), retroactive=True)
        assert answer.status_code == 200, answer.text
        assert (await platform.post(push, content=body, headers=headers)).json()["accepted"] == 1

    async def test_says_of_each_version_where_it_came_from(
        self,
        reviewer: httpx.AsyncClient,
        approver: httpx.AsyncClient,
        enterprise: httpx.AsyncClient,
        database: Database,
    ) -> None:
        published = (await publish(reviewer, approver, NEW_DAY)).json()
        await sequence(database)
        told = (await enterprise.get(f"{POLICIES}/pilot/versions/2099-01-01")).json()
        (record,) = told["records"]
        assert (told["source"], told["content_hash"]) == ("published", record["content_hash"])
        assert (record["proposal_id"], record["retroactive"]) == (published["proposal_id"], False)
        assert record["text_hash"] == published["arguments"]["text"]
        assert told["ledger_index"] == record["ledger_index"] >= 0
        listed = (await enterprise.get(f"{POLICIES}/pilot")).json()["versions"]
        assert [each["source"] for each in listed] == ["directory", "directory", "published"]
        assert all(each["ledger_index"] is not None and each["recorded_at"] for each in listed)

    async def test_shows_the_text_word_for_word(
        self, reviewer: httpx.AsyncClient, approver: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        await publish(reviewer, approver, NEW_DAY)
        newest = await enterprise.get(f"{POLICIES}/pilot/text")
        assert (newest.text, newest.headers["content-type"]) == (NEW_DAY, "application/yaml")
        first = await enterprise.get(f"{POLICIES}/pilot/versions/2026-01-01/text")
        assert first.text == pack()

    async def test_needs_a_second_official(self, approver: httpx.AsyncClient, doors: Doors) -> None:
        proposal = (await propose(approver, NEW_DAY)).json()
        decide = f"{APPROVALS}/{proposal['proposal_id']}/approve"
        assert refusal(await approver.post(decide)) == (403, "second_person_needed")
        assert refusal(await (await doors.person(Role.reviewer)).post(decide)) == (403, "forbidden")
        assert await versions(approver) == ["2026-01-01", "2026-07-01"]

    async def test_is_for_officials_of_all_districts(self, doors: Doors) -> None:
        bound = await doors.person(Role.reviewer, districts=("4402",))
        assert refusal(await propose(bound, NEW_DAY)) == (403, "policy_concerns_all_districts")

    async def test_the_approver_reads_what_was_proposed(
        self, reviewer: httpx.AsyncClient, approver: httpx.AsyncClient
    ) -> None:
        proposal = (await propose(reviewer, NEW_DAY)).json()
        assert proposal["arguments"]["policy_id"] == "pilot"
        text = await approver.get(f"{POLICIES}/texts/{proposal['arguments']['text']}")
        assert text.text == NEW_DAY
        assert refusal(await approver.get(f"{POLICIES}/texts/{'0' * 64}")) == (404, "policy_text_unknown")

    async def test_of_two_texts_with_the_same_day_the_second_is_refused(
        self, reviewer: httpx.AsyncClient, approver: httpx.AsyncClient
    ) -> None:
        late = (await propose(reviewer, pack(TWO_YEARS | {"2099-01-01": "0.70"}))).json()
        await publish(reviewer, approver, NEW_DAY)
        answer = await approver.post(f"{APPROVALS}/{late['proposal_id']}/approve")
        assert refusal(answer) == (409, "policy_version_immutable")
        state = (await approver.get(f"{APPROVALS}/{late['proposal_id']}")).json()["state"]
        assert state == "proposed"

    async def test_a_day_that_is_past_must_be_asked_for(
        self, reviewer: httpx.AsyncClient, approver: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        assert refusal(await propose(reviewer, PAST_DAY)) == (409, "policy_retroactive")
        assert (await publish(reviewer, approver, PAST_DAY, retroactive=True)).status_code == 200
        told = (await enterprise.get(f"{POLICIES}/pilot/versions/2026-08-01")).json()
        assert told["records"][0]["retroactive"] is True

    async def test_a_day_that_has_passed_before_the_approval_is_refused(
        self,
        reviewer: httpx.AsyncClient,
        approver: httpx.AsyncClient,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        today = clock.today()
        text = pack(TWO_YEARS | {today.isoformat(): "0.85"})
        proposal = (await propose(reviewer, text)).json()
        monkeypatch.setattr("app.policies.publication.clock.today", lambda: today + timedelta(days=1))
        answer = await approver.post(f"{APPROVALS}/{proposal['proposal_id']}/approve")
        assert refusal(answer) == (409, "policy_retroactive")


class TestChecking:
    async def test_tells_which_versions_are_new_and_stores_nothing(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        before = await numbers(database, "policy_texts", "policy_versions", "proposals")
        answer = await regulator.post(f"{POLICIES}/check", json={"text": PAST_DAY})
        told = answer.json()
        assert [(each["version"], each["is_new"], each["is_retroactive"]) for each in told["versions"]] == [
            ("2026-01-01", False, False),
            ("2026-07-01", False, False),
            ("2026-08-01", True, True),
        ]
        assert await numbers(database, "policy_texts", "policy_versions", "proposals") == before

    async def test_names_each_mistake_with_its_line(self, regulator: httpx.AsyncClient) -> None:
        text = NEW_DAY.replace("fact: credited_hours", "fact: shoe_size")
        answer = await regulator.post(f"{POLICIES}/check", json={"text": text})
        assert refusal(answer) == (422, "policy_text_invalid")
        (error,) = answer.json()["errors"]
        line = next(n for n, words in enumerate(text.splitlines(), 1) if "shoe_size" in words)
        assert error["pointer"] == "/text"
        assert f"第 {line} 行" in error["message"]

    async def test_bounds_the_text(self, regulator: httpx.AsyncClient) -> None:
        huge = await regulator.post(f"{POLICIES}/check", json={"text": "字" * (MOST_BYTES // 2)})
        assert refusal(huge) == (422, "policy_text_invalid")
        huger = await regulator.post(f"{POLICIES}/check", json={"text": "x" * (2 * 1024 * 1024)})
        assert huger.status_code == 413

    async def test_takes_a_text_of_the_greatest_length(self, regulator: httpx.AsyncClient) -> None:
        """In JSON it is longer than most bodies may be."""
        text = NEW_DAY + "# " + "字" * ((MOST_BYTES - len(NEW_DAY.encode()) - 2) // 3)
        answer = await regulator.post(f"{POLICIES}/check", json={"text": text})
        assert answer.status_code == 200, answer.text

    async def test_is_not_for_programs_of_platforms_and_enterprises(
        self, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        for caller in (platform, enterprise):
            answer = await caller.post(f"{POLICIES}/check", json={"text": NEW_DAY})
            assert refusal(answer) == (403, "forbidden")
