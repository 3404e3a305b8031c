"""Packs are read exactly, and a pack with a mistake is refused with file, line and cause."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import pytest

from app.core.errors import Text
from app.core.vocabulary import QuizAttempt, Severity
from app.rules.fact_names import FactName
from app.rules.loader import PolicyPacksInvalid, load_packs
from app.rules.policy import Operator, Packs, PolicyVersion

PACK = """\
programme: trial
title: {zh: 试点, en: Trial}
counting:
  minutes_per_hour:
    title: {zh: 分钟, en: Minutes}
    values:
      2024-01-01: {value: 45, clause: c1, words: w1}
      2025-01-01: {value: 60, clause: c2, words: w2}
  vod_attended_share:
    title: {zh: 比例, en: Share}
    values:
      2024-01-01: {value: 0.8, clause: c3, words: w3}
parameters:
  least_completion:
    title: {zh: 完成率, en: Completion}
    values:
      2024-07-01: {value: 0.6, clause: c4, words: w4}
      2026-01-01: {value: , clause: c5, words: w5}
  survey_demanded:
    title: {zh: 评价, en: Survey}
    values:
      2024-01-01: {value: true, clause: c6, words: w6}
rules:
  completion:
    title: {zh: 完成, en: Completed}
    remedy: {zh: 学完, en: Complete it}
    severity: warning
    when: {fact: evaluation_submitted, is_true: survey_demanded}
    fact: completion_rate
    at_least: least_completion
  survey:
    title: {zh: 评价, en: Survey}
    remedy: {zh: 填写, en: Fill it in}
    severity: blocking
    fact: evaluation_submitted
    is_true: survey_demanded
"""


def load(directory: Path, text: str = PACK) -> Packs:
    (directory / "trial.yaml").write_text(text, "utf-8")
    return load_packs(directory)


def mistakes(directory: Path, text: str) -> list[tuple[int, str]]:
    with pytest.raises(PolicyPacksInvalid) as refused:
        load(directory, text)
    assert {mistake.file for mistake in refused.value.mistakes} == {directory / "trial.yaml"}
    return [(mistake.line, mistake.cause.en) for mistake in refused.value.mistakes]


def on(packs: Packs, day: str) -> PolicyVersion:
    version = packs.version_for("trial", date.fromisoformat(day))
    assert version is not None
    return version


class TestVersions:
    def test_begin_on_every_day_on_which_something_changes(self, tmp_path: Path) -> None:
        assert [version.version for version in load(tmp_path).versions("trial")] == [
            "2024-01-01",
            "2024-07-01",
            "2025-01-01",
            "2026-01-01",
        ]

    def test_the_version_in_force_is_the_last_that_began(self, tmp_path: Path) -> None:
        packs = load(tmp_path)
        assert on(packs, "2024-12-31").counting.minutes_per_hour == 45
        assert on(packs, "2025-01-01").counting.minutes_per_hour == 60

    def test_before_the_first_there_is_none(self, tmp_path: Path) -> None:
        packs = load(tmp_path)
        assert packs.version_for("trial", date(2023, 12, 31)) is None
        assert packs.version_for("nowhere", date(2025, 1, 1)) is None

    def test_a_rule_begins_with_its_threshold(self, tmp_path: Path) -> None:
        packs = load(tmp_path)
        assert [rule.code for rule in on(packs, "2024-06-30").rules] == ["survey"]
        assert [rule.code for rule in on(packs, "2024-07-01").rules] == ["completion", "survey"]

    def test_a_value_taken_back_leaves_a_blank(self, tmp_path: Path) -> None:
        completion = on(load(tmp_path), "2026-01-01").rule("completion")
        assert completion.comparison.is_blank

    def test_numbers_are_exactly_the_decimals_written(self, tmp_path: Path) -> None:
        completion = on(load(tmp_path), "2024-07-01").rule("completion")
        assert completion.comparison.threshold.number == Fraction(6, 10)

    def test_a_rule_is_read_whole(self, tmp_path: Path) -> None:
        completion = on(load(tmp_path), "2024-07-01").rule("completion")
        assert completion.title == Text("完成", "Completed")
        assert completion.remedy == Text("学完", "Complete it")
        assert completion.severity is Severity.warning
        assert completion.comparison.fact is FactName.completion_rate
        assert completion.comparison.operator is Operator.at_least
        assert completion.comparison.threshold.clause == "c4"
        assert [condition.operator for condition in completion.conditions] == [Operator.is_true]


class TestCounting:
    def test_what_is_not_written_is_not_set(self, tmp_path: Path) -> None:
        counting = on(load(tmp_path), "2024-01-01").counting
        assert counting.stop_at_failed_verification is False
        assert counting.quiz_attempt is QuizAttempt.first
        assert counting.daily_cap_minutes is None

    def test_what_is_written_is_set(self, tmp_path: Path) -> None:
        more = dedent("""\
            counting:
              stop_at_failed_verification:
                title: {zh: 停, en: Stop}
                values: {2024-01-01: {value: true, clause: c, words: w}}
              quiz_attempt:
                title: {zh: 次, en: Attempt}
                values: {2024-01-01: {value: best, clause: c, words: w}}
              daily_cap_minutes:
                title: {zh: 上限, en: Cap}
                values: {2024-01-01: {value: 480, clause: c, words: w}}
            """)
        counting = on(load(tmp_path, PACK.replace("counting:\n", more)), "2024-01-01").counting
        assert counting.stop_at_failed_verification is True
        assert counting.quiz_attempt is QuizAttempt.best
        assert counting.daily_cap_minutes == 480


class TestContentHash:
    def test_is_the_same_for_the_same_words(self, tmp_path: Path) -> None:
        first = load(tmp_path).versions("trial")
        again = load(tmp_path, "# Another layout.\n" + PACK.replace("0.6", "'0.60'")).versions("trial")
        assert [version.content_hash for version in again] == [version.content_hash for version in first]

    @pytest.mark.parametrize(
        ("old", "new"), [("0.6", "0.61"), ("w4", "w4."), ("c4", "c7"), ("warning", "info"), ("学完", "学")]
    )
    def test_changes_with_every_word(self, tmp_path: Path, old: str, new: str) -> None:
        first = on(load(tmp_path), "2024-07-01")
        other = on(load(tmp_path, PACK.replace(old, new)), "2024-07-01")
        assert other.content_hash != first.content_hash

    def test_differs_from_version_to_version(self, tmp_path: Path) -> None:
        versions = load(tmp_path).versions("trial")
        assert len({version.content_hash for version in versions}) == len(versions)


class TestMistakes:
    @pytest.mark.parametrize(
        ("old", "new", "line", "cause"),
        [
            ("programme: trial", "programme: Trial!", 1, "“programme”: Small letters"),
            ("programme: trial\n", "", 1, "“programme” is missing."),
            ("en: Trial", "fr: Essai", 2, "“fr” is not known here."),
            ("value: 45", "value: 0", 7, "“value”: This must be more than zero."),
            ("value: 45", "value: 4_5", 7, "“value”: A decimal number"),
            ("value: 45", "value: 1e3", 7, "“value”: A decimal number"),
            ("value: 45", "value: .inf", 7, "“value”: A decimal number"),
            ("value: 45", "value: [45]", 7, "“value” should be a single value."),
            ("value: 45", "value: !!int 45", 7, "Tags and compound names are not allowed."),
            ("2025-01-01", "2025-1-1", 8, "“2025-1-1”: A date is written YYYY-MM-DD."),
            ("2025-01-01", "2025-02-30", 8, "“2025-02-30”: A date is written YYYY-MM-DD."),
            ("2025-01-01", "1991-12-31", 8, "“1991-12-31”: No earlier than 1992-01-01."),
            ("2025-01-01", "2024-01-01", 8, "“2024-01-01” stands here twice."),
            ("value: 0.8", "value: 1.1", 12, "“value”: A share is at most 1."),
            ("value: 0.8", "value:", 12, "“value”: A decimal number"),
            ("clause: c4, ", "", 17, "“clause” is missing."),
            ("words: w4", "words: ''", 17, "“words”: This may not be empty."),
            ("severity: warning", "severity: deadly", 27, "“severity”: One of: blocking, warning, info."),
            ("fact: completion_rate", "fact: beauty", 29, "“fact”: One of: required_lessons"),
            ("at_least: least_completion", "at_least: no_such", 30, "There is no parameter “no_such”."),
            ("at_least: least_completion", "about: 5", 24, "Exactly one of these belongs here"),
            ("at_least: least_completion", "is_true: least_completion", 29, "“completion_rate” cannot be"),
            ("at_least: least_completion", "at_least: survey_demanded", 30, "The parameter of is_true is"),
            ("is_true: survey_demanded}", "at_most: survey_demanded}", 28, "“evaluation_submitted” cannot"),
        ],
    )
    def test_are_named_with_line_and_cause(
        self, tmp_path: Path, old: str, new: str, line: int, cause: str
    ) -> None:
        assert PACK.count(old) == 1
        found = mistakes(tmp_path, PACK.replace(old, new))
        assert any(at == line and words.startswith(cause) for at, words in found), found

    def test_are_all_named_at_once(self, tmp_path: Path) -> None:
        text = PACK.replace("value: 45", "value: x").replace("severity: warning", "severity: deadly")
        assert [line for line, _ in mistakes(tmp_path, text)] == [7, 27]

    @pytest.mark.parametrize("text", ["", "[]", "a: [", "\tprogramme: trial", "- programme"])
    def test_of_a_file_that_is_no_pack_at_all(self, tmp_path: Path, text: str) -> None:
        assert len(mistakes(tmp_path, text)) == 1

    def test_of_a_file_that_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "trial.yaml").write_bytes(b"\xff\xfe")
        with pytest.raises(PolicyPacksInvalid):
            load_packs(tmp_path)

    def test_of_a_programme_that_another_pack_has(self, tmp_path: Path) -> None:
        found = mistakes(tmp_path, PACK.replace("programme: trial", "programme: standard"))
        assert found == [(1, "Another pack has this programme already.")]

    def test_of_a_directory_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyPacksInvalid):
            load_packs(tmp_path / "nowhere")

    def test_of_counting_that_begins_too_late(self, tmp_path: Path) -> None:
        text = PACK.replace("2024-01-01: {value: 0.8", "2024-06-01: {value: 0.8")
        found = mistakes(tmp_path, text)
        assert found == [(3, "“vod_attended_share” needs a value from the pack's first day on.")]

    def test_of_counting_that_never_begins(self, tmp_path: Path) -> None:
        text = "programme: trial\ntitle: {zh: 试点, en: Trial}\ncounting: {}\nparameters: {}\nrules: {}\n"
        assert [line for line, _ in mistakes(tmp_path, text)] == [3, 3]

    def test_are_told_in_both_languages(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyPacksInvalid) as refused:
            load(tmp_path, PACK.replace("value: 45", "value: x"))
        assert f"{tmp_path / 'trial.yaml'}，第 7 行：" in refused.value.detail.zh
        assert f"{tmp_path / 'trial.yaml'}, line 7: " in refused.value.detail.en


def test_the_standard_programme_blocks_by_three_rules() -> None:
    version = load_packs().version_for("standard", date(2026, 3, 2))
    assert version is not None
    thresholds = {rule.code: rule.comparison.threshold.number for rule in version.rules}
    assert thresholds == {
        "attendance-rate": Fraction(4, 5),
        "answer-accuracy": Fraction(4, 5),
        "credited-hours": 40,
    }
    assert {rule.severity for rule in version.rules} == {Severity.blocking}


def test_every_value_of_a_built_in_pack_quotes_its_clause() -> None:
    packs = load_packs()
    for programme in packs.programmes():
        for version in packs.versions(programme):
            for parameter in version.parameters:
                assert parameter.clause
                assert parameter.words
