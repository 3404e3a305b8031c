"""What may be published, and what is refused with a sentence that names place and cause in both languages."""

from datetime import date
from pathlib import Path

import pytest

from app.core.errors import AppError
from app.db.session import Database, reading
from app.policies import publication, texts
from app.policies.errors import (
    PolicyRetroactive,
    PolicyTextInvalid,
    PolicyVersionImmutable,
    PolicyWithoutNews,
)
from app.policies.library import PolicyLibrary
from app.policies.publication import Checked
from app.policies.recording import record_files
from tests.policies.published import TWO_YEARS, pack

NEW_DAY = TWO_YEARS | {"2027-01-01": "0.95"}


@pytest.fixture
async def in_force(database: Database, tmp_path: Path) -> Database:
    (tmp_path / "pilot.yaml").write_text(pack())
    await record_files(database, PolicyLibrary.load(tmp_path))
    return database


async def checked(database: Database, text: str) -> Checked:
    async with reading(database) as session:
        return await publication.check(session, text)


class TestAText:
    async def test_that_adds_a_day_may_be_published(self, in_force: Database) -> None:
        found = await checked(in_force, pack(NEW_DAY))
        assert [version.version for version in found.versions] == ["2026-01-01", "2026-07-01", "2027-01-01"]
        assert [version.version for version in found.news] == ["2027-01-01"]

    async def test_of_a_new_programme_may_be_published(self, in_force: Database) -> None:
        found = await checked(in_force, pack(programme="novel"))
        assert found.versions == found.news

    async def test_that_changes_a_version_in_force_is_refused(self, in_force: Database) -> None:
        with pytest.raises(PolicyVersionImmutable, match="version 2026-07-01 says something else") as refusal:
            await checked(in_force, pack(NEW_DAY | {"2026-07-01": "0.85"}))
        assert "版本 2026-07-01 内容不同" in refusal.value.detail.zh

    async def test_that_leaves_one_out_is_refused(self, in_force: Database) -> None:
        with pytest.raises(PolicyVersionImmutable, match="version 2026-07-01 is missing") as refusal:
            await checked(in_force, pack({"2026-01-01": "0.80", "2027-01-01": "0.95"}))
        assert "版本 2026-07-01 缺失" in refusal.value.detail.zh

    async def test_without_a_new_day_is_refused(self, in_force: Database) -> None:
        with pytest.raises(PolicyWithoutNews, match="no new day"):
            await checked(in_force, pack())


class TestADayThatIsPast:
    """2026-11-21 is the day of publication."""

    TODAY = date(2026, 11, 21)

    async def test_is_refused_unless_asked_for(self, in_force: Database) -> None:
        found = await checked(in_force, pack(TWO_YEARS | {"2026-11-20": "0.95"}))
        with pytest.raises(PolicyRetroactive, match="2026-11-20") as refusal:
            publication.assert_on_time(found, self.TODAY, retroactive=False)
        assert "2026-11-20" in refusal.value.detail.zh
        publication.assert_on_time(found, self.TODAY, retroactive=True)

    async def test_is_not_the_day_itself(self, in_force: Database) -> None:
        found = await checked(in_force, pack(TWO_YEARS | {"2026-11-21": "0.95"}))
        publication.assert_on_time(found, self.TODAY, retroactive=False)


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def with_line(after: str, line: str) -> str:
    """The pack with one more line behind the one that contains these words."""
    lines = pack().splitlines()
    lines.insert(line_of(pack(), after), line)
    return "\n".join(lines) + "\n"


TWICE = with_line("2026-07-01:", "      2026-07-01: {value: 0.70, clause: 通知, words: 不低于70%}")
CODE_TWICE = pack() + "  attendance-rate:\n    severity: info\n"
BOMB = (
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + pack()
)


class TestAMistake:
    @pytest.mark.parametrize(
        ("text", "line", "zh", "en"),
        [
            (TWICE, line_of(TWICE, "0.70"), "重复", "twice"),
            (CODE_TWICE, len(CODE_TWICE.splitlines()) - 1, "重复", "twice"),
            (
                pack().replace("2026-07-01", "2025-07-01"),
                line_of(pack(), "2026-07-01"),
                "应晚于",
                "should be later",
            ),
            (
                pack().replace("2026-07-01", "2026-02-30"),
                line_of(pack(), "2026-07-01"),
                "2026-02-30",
                "2026-02-30",
            ),
            (
                pack().replace("fact: credited_hours", "fact: shoe_size"),
                line_of(pack(), "fact: credited_hours"),
                "fact",
                "fact",
            ),
            (
                pack().replace("programme: pilot", "programme: !!python/object/apply:os.system [ls]"),
                1,
                "标签",
                "Tags",
            ),
            (pack().replace("zh: 试点项目", "zh: !!python/name:os.system 试点"), 2, "标签", "Tags"),
            (BOMB, 1, "锚点", "Anchors"),
            ("programme: " + "[" * 5000, 1, "嵌套", "nested"),
            ("[" * 100_000, 1, "嵌套", "nested"),
            ("programme: pilot\n" + "#" * texts.MOST_BYTES, 1, "字节", "bytes"),
            (pack({f"{year}-01-01": "0.8" for year in range(2020, 2300)}), None, "日期", "days"),
            ("title: {zh: 无", 1, "YAML", "YAML"),
            ("", 1, "空", "empty"),
            ("programme: \x00", None, "UTF-8", "UTF-8"),
        ],
        ids=[
            "overlapping versions",
            "a rule twice",
            "broken date order",
            "no day of the calendar",
            "unknown fact",
            "code to run",
            "code to name",
            "aliases",
            "deep",
            "deeper",
            "huge",
            "many days",
            "no YAML",
            "nothing",
            "no text",
        ],
    )
    def test_is_told_with_file_line_and_cause(self, text: str, line: int | None, zh: str, en: str) -> None:
        with pytest.raises(PolicyTextInvalid) as refusal:
            texts.read(text, "pilot.yaml")
        told = refusal.value.detail
        if line is not None:
            assert f"pilot.yaml，第 {line} 行：" in told.zh
            assert f"pilot.yaml, line {line}: " in told.en
        assert zh in told.zh
        assert en in told.en

    def test_is_one_of_many(self) -> None:
        text = pack().replace("fact: credited_hours", "fact: shoe_size").replace("blocking", "fatal")
        with pytest.raises(PolicyTextInvalid) as refusal:
            texts.read(text)
        assert len(refusal.value.errors) == 3

    def test_repeats_no_more_of_a_text_than_one_can_read(self) -> None:
        with pytest.raises(PolicyTextInvalid) as refusal:
            texts.read(f"{'x' * 1_000}: 1\n" + "".join(f"y{number}: 1\n" for number in range(500)))
        assert len(refusal.value.errors) == 100
        assert max(len(each.message.en) for each in refusal.value.errors) < 400


def test_every_refusal_speaks_both_languages() -> None:
    refusals: list[AppError] = [
        PolicyVersionImmutable("pilot", changed=["2026-01-01"], missing=["2026-07-01"]),
        PolicyWithoutNews("pilot"),
        PolicyRetroactive("pilot", ["2026-01-01"], "2026-11-21"),
    ]
    for refusal in refusals:
        assert "pilot" in refusal.detail.zh
        assert "pilot" in refusal.detail.en
