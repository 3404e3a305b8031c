"""Who writes a policy by a Chinese input method is told which sign to exchange, in which line and column."""

from pathlib import Path

import pytest

from app.policies.errors import PolicyTextInvalid
from app.policies.texts import read
from app.rules.nodes import Mistake, Page, Wrong


def mistakes(text: str) -> list[Mistake]:
    page = Page(Path("policy.yaml"), text)
    fields = page.fields()
    fields.allow({"id", "title"})
    fields.fields("title", optional=True).allow({"zh", "en"})
    return page.mistakes


@pytest.mark.parametrize(
    ("text", "line", "zh", "en"),
    [
        ("id: a\ntitle：\n  zh: 甲\n", 2, "第 6 列（：），请改为半角冒号", "column 6 (：): type a colon"),
        ("rules:\n- code： x\n  fact: y\n", 2, "第 7 列（：）", "column 7 (：)"),
        ("a: {zh: 甲，en: b\n", 1, "第 10 列（，），花括号、方括号内请用半角标点", "column 10 (，)"),
        ("id: a\nb: “甲: 乙”\n", 2, "第 4 列（“），请改为半角引号", "column 4 (“): type a straight quote"),
        (
            "id: std\n\ttitle: x\n",
            2,
            "第 1 列（制表符），缩进须用半角空格",
            "column 1 (tab): lines are indented",
        ),
        ("a: 甲: 乙\n", 1, "第 5 列，此处多出“: ”", "column 5: a “: ” too many"),
        ("id: a\nb: 'x\nc: 1\n", 2, "第 4 列，引号没有成对", "column 4: a quote is not closed"),
        ("a:\n  b: 1\n c: 2\n", 3, "缩进不一致", "must begin in the same column"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place_and_remedy(text: str, line: int, zh: str, en: str) -> None:
    (mistake,) = mistakes(text)
    assert mistake.line == line
    assert zh in mistake.cause.zh
    assert en in mistake.cause.en


def test_a_name_that_only_looks_right_is_told_why() -> None:
    (mistake,) = mistakes("id: std\ntitle: {zh：甲，en：b}\n")
    assert (mistake.line, "“：，”请改为半角" in mistake.cause.zh) == (2, True)
    assert "type the plain sign" in mistake.cause.en


def test_signs_within_words_are_nobodys_business() -> None:
    assert mistakes("id: std\ntitle:\n  zh: 计时“甲”：乙，丙\n  en: 'it: is'\n") == []


def test_a_value_in_curly_quotes_is_told_so() -> None:
    page = Page(Path("policy.yaml"), "id: “std”\n")

    def refuse(_: str) -> str:
        raise Wrong("应为小写字母。", "should be lower case.")

    page.fields().read("id", refuse, "")
    (mistake,) = page.mistakes
    assert "开头的 “ 不是半角引号" in mistake.cause.zh
    assert "which is no straight quote" in mistake.cause.en


def test_the_author_reads_it_with_the_line() -> None:
    with pytest.raises(PolicyTextInvalid) as refused:
        read("id： std\n")
    assert refused.value.detail.zh == (
        "policy.yaml，第 1 行：此处应为“名称: 值”。其中的全角字符“：”请改为半角，冒号后加一个空格。"
    )
