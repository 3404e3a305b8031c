"""What differs between two versions is told item by item, and nothing else is."""

from pathlib import Path

from app.core.errors import Text
from app.policies.difference_schemas import Aspect, ChangeKind, Part
from app.policies.differences import difference, differing_lines
from app.rules.fact_feeds import feeds_of
from app.rules.fact_names import FactName
from app.rules.fact_titles import FACT_TITLES
from app.rules.loader import load_pack_text
from app.rules.policy import PolicyVersion
from app.rules.words import asked_in_words
from tests.policies.published import pack


def versions(text: str) -> tuple[PolicyVersion, ...]:
    return load_pack_text(text, "pilot.yaml")


def test_a_raised_threshold_is_the_only_thing_told() -> None:
    old, new = versions(pack())
    told = difference(old, new)
    (item,) = told.items
    assert (item.part, item.code, item.change) == (Part.rule, "attendance-rate", ChangeKind.changed)
    words = {each.aspect: (each.before, each.after) for each in item.aspects}
    assert words.keys() == {Aspect.asked, Aspect.words}
    before, after = words[Aspect.asked]
    assert (before and before.zh, after and after.en) == ("不低于80%", "at least 90 %")
    assert (told.since, told.version, told.unchanged) == ("2026-01-01", "2026-07-01", 4)


def test_rules_that_come_and_go_are_told_whole() -> None:
    (old,) = versions(pack({"2026-01-01": "0.80"}))
    text = pack({"2026-01-01": "0.80"}).replace("  credited-hours:\n", "  hours:\n")
    (new,) = versions(text)
    told = {(item.code, item.change) for item in difference(old, new).items}
    assert told == {("hours", ChangeKind.added), ("credited-hours", ChangeKind.removed)}


def test_a_fact_is_told_as_a_person_calls_it() -> None:
    told = difference(None, versions(pack())[0])
    (fact,) = (
        each.after
        for item in told.items
        for each in item.aspects
        if (item.code, each.aspect) == ("attendance-rate", Aspect.fact)
    )
    assert fact
    assert (fact.zh, fact.en) == ("到课率（attendance_rate）", "attendance rate (attendance_rate)")


def test_every_fact_has_a_name_of_its_own_in_both_languages() -> None:
    assert FACT_TITLES.keys() == set(FactName)
    for names in zip(*FACT_TITLES.values(), strict=True):
        assert len(set(names)) == len(FactName)


def test_of_a_first_version_everything_is_new() -> None:
    first = versions(pack())[0]
    told = difference(None, first)
    assert {item.change for item in told.items} == {ChangeKind.added}
    assert told.unchanged == 0


def test_a_version_does_not_differ_from_itself() -> None:
    first = versions(pack())[0]
    assert difference(first, first).items == []


def test_lines_that_differ_are_told_and_no_others() -> None:
    lines = differing_lines("a\nb\nc\n", "a\nB\nc\n")
    assert [line for line in lines if line[0] in "+-"] == ["-b", "+B"]
    assert differing_lines("a\n", "a\n") == []


def test_every_fact_has_records_that_it_is_counted_from() -> None:
    assert all(feeds_of(fact) for fact in FactName)


def test_a_sample_rate_is_no_share() -> None:
    packs = Path("app/rules/packs/bj-advanced-2020.yaml").read_text()
    rule = versions(packs)[-1].rule("VID_02-sample-rate")
    assert asked_in_words(rule.comparison) == Text("等于48000 Hz", "equal to 48000 Hz")
