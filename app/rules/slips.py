"""Where a text is no YAML, or says a name that nobody knows, because of how it was typed: place and remedy.

Input methods for Chinese write `：`, `，` and curly quotes where YAML wants `: `, `,` and straight ones.
Within words they belong there, so they are looked for only after something could not be read.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from app.core.errors import Text


class Slip(NamedTuple):
    line: int
    """From 1."""
    cause: Text


class _Sign(NamedTuple):
    pattern: re.Pattern[str]
    """Its group is what is wrong, where it stands for structure."""
    zh: str
    en: str


NOTHING = Text("", "")
QUOTES, WIDE = "“”‘’＂＇「」", "：，；｛｝［］"
_NAME = r"^\s*(?:-\s+)?[\w.-]+\s*"
_SIGNS = (
    _Sign(
        re.compile(r"^[ \t]*([\u3000\u00a0\t])"),
        "缩进须用半角空格，请替换",
        "lines are indented by spaces; type them instead",
    ),
    _Sign(
        re.compile(_NAME + "(：)"),
        "请改为半角冒号加一个空格“: ”",
        "type a colon and a space (: ) instead",
    ),
    _Sign(
        re.compile(rf"(?:^\s*(?:-\s+)?|:\s+|[{{\[,]\s*)([{QUOTES}])"),
        "请改为半角引号，或去掉引号",
        'type a straight quote (") instead, or none',
    ),
    _Sign(
        re.compile(r"(?:^|:\s+|-\s+)([｛［])"),
        "请改为半角括号",
        "type a plain bracket instead",
    ),
    _Sign(
        re.compile(r"[{\[][^}\]\"']*?([，：；｝］])"),
        "花括号、方括号内请用半角标点，冒号和逗号后加一个空格",
        "between brackets type plain signs, with a space behind a colon or comma",
    ),
)
_SAID = (
    (
        "mapping values are not allowed",
        "此处多出“: ”；值中含冒号的，请用半角引号括起整个值，并核对缩进",
        "a “: ” too many: put a value that holds one into straight quotes, and check how lines are indented",
    ),
    ("cannot start any token", "值不能以此字符开头，请用半角引号括起", "put this value into straight quotes"),
    ("while scanning a quoted scalar", "引号没有成对", "a quote is not closed"),
    ("unexpected end of stream", "引号没有成对", "a quote is not closed"),
    (
        "expected ',' or",
        "括号内各项之间须有半角逗号，末尾须有对应的括号",
        "put commas between entries, and close the bracket",
    ),
    (
        "expected <block end>",
        "缩进不一致：同级的名称须左对齐",
        "names of one level must begin in the same column",
    ),
    ("could not find expected ':'", "名称后缺少“: ”", "a name needs “: ” behind it"),
)


def of_error(text: str, error: yaml.MarkedYAMLError) -> Slip:
    """Why it is no YAML. A parser may stumble over a line far below the one that is wrong."""
    mark = error.problem_mark
    if error.context == "while scanning a quoted scalar":
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    first = error.context_mark.line if error.context_mark else line - 1
    for number in range(min(line, len(lines) - 1), max(first, 0) - 1, -1):
        found = next(typed(lines[number]), None)
        if found is not None:
            return Slip(
                number + 1,
                Text(f"不是有效的 YAML：{found.zh}。", f"This is no valid YAML: {found.en}."),
            )
    zh, en = _said(str(error.problem))
    return Slip(
        line + 1,
        Text(
            f"不是有效的 YAML：第 {column + 1} 列，{zh}。",
            f"This is no valid YAML: column {column + 1}: {en}.",
        ),
    )


def typed(line: str) -> Iterator[Text]:
    """Of a line that could not be read: signs that stand for structure and are not YAML's.

    >>> next(typed("title：计时")).en
    'column 6 (：): type a colon and a space (: ) instead'
    >>> list(typed("title: 计时：甲，乙"))
    []
    """
    for sign in _SIGNS:
        found = sign.pattern.search(line)
        if found is not None:
            column, what = found.start(1) + 1, _named(found[1])
            yield Text(f"第 {column} 列（{what.zh}），{sign.zh}", f"column {column} ({what.en}): {sign.en}")


def in_name(name: str) -> Text:
    """What is told beside a name that is not known; nothing where it is typed as names are."""
    wide = "".join(dict.fromkeys(each for each in name if each in QUOTES + WIDE + "\u3000"))
    if not wide:
        return NOTHING
    return Text(
        f"其中的全角字符“{wide}”请改为半角，冒号后加一个空格。",
        f" It holds “{wide}”: type the plain sign, with a space behind a colon.",
    )


def in_value(value: str) -> Text:
    """Likewise beside a value that cannot be read."""
    if value[:1] not in QUOTES or not value:
        return NOTHING
    return Text(
        f"开头的 {value[0]} 不是半角引号，请改为半角引号或去掉。",
        f" It begins with {value[0]}, which is no straight quote: type one, or none.",
    )


def _named(sign: str) -> Text:
    names = {
        "\t": Text("制表符", "tab"),
        "\u3000": Text("全角空格", "full-width space"),
        "\u00a0": Text("不间断空格", "no-break space"),
    }
    return names.get(sign, Text(sign, sign))


def _said(problem: str) -> tuple[str, str]:
    return next(((zh, en) for start, zh, en in _SAID if start in problem), (problem, problem))
