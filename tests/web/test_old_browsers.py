"""Chromium 109 shows every page right: nothing that we write ourselves asks for anything newer."""

import re
from pathlib import Path

import pytest

from app.web import assets

WEB = Path(assets.__file__).parent
STYLES = sorted((WEB / "static").glob("*.css"))
SCRIPTS = sorted((WEB / "static").glob("*.js"))
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

NEWER_STYLE = {
    r"[{;]\s*&": "nesting (112)",
    r"color-mix\(": "color-mix (111)",
    r"light-dark\(": "light-dark (123)",
    r"(?<![\w-])(?:oklch|oklab|lab|lch|color)\(": "colour spaces (111)",
    r"text-wrap\s*:": "text-wrap (114)",
    r"white-space-collapse": "white-space-collapse (114)",
    r":\s*subgrid": "subgrid (117)",
    r"@scope": "@scope (118)",
    r"@starting-style": "@starting-style (117)",
    r"transition-behavior": "transition-behavior (117)",
    r"@view-transition|view-transition-name": "view transitions (111)",
    r"animation-timeline|scroll-timeline|view-timeline": "scroll-driven animations (115)",
    r"anchor-name|position-anchor|anchor\(|position-area": "anchors (125)",
    r":popover-open": "popover (114)",
    r"field-sizing": "field-sizing (123)",
    r"interpolate-size|calc-size\(": "calc-size (129)",
    r":user-(?:in)?valid": ":user-valid (119)",
    r"::details-content": "::details-content (131)",
    r"\b(?:sin|cos|tan|asin|acos|atan|pow|sqrt|hypot|log|exp|round|mod|rem|abs|sign)\(": "functions (111 on)",
    r"@container\s+style|style\(": "style queries (111)",
    r"linear\(": "linear() (113)",
    r"font-size-adjust": "font-size-adjust (127)",
}
NEWER_SCRIPT = {
    r"\.(?:toSorted|toReversed|toSpliced|with)\(": "copying arrays (110)",
    r"\bObject\.groupBy|\bMap\.groupBy": "groupBy (117)",
    r"\bPromise\.(?:withResolvers|try)": "withResolvers (119)",
    r"\bArray\.fromAsync": "fromAsync (121)",
    r"\.(?:isWellFormed|toWellFormed)\(": "well-formed strings (111)",
    r"\.(?:union|intersection|difference|symmetricDifference|isSubsetOf)\(": "methods of sets (122)",
    r"\bURL\.(?:canParse|parse)\(": "URL.parse (120)",
    r"startViewTransition": "view transitions (111)",
    r"(?:show|hide|toggle)Popover": "popover (114)",
    r"\.checkVisibility\(\{": "checkVisibility with options (121)",
    r"/[^/\n]+/[a-uw-z]*v[a-z]*[.,;)]": "flag v of patterns (112)",
    r"\busing\s+\w+\s*=": "using (134)",
    r"\.(?:toHex|toBase64|fromHex|fromBase64)\(": "bytes as text (140)",
    r"Iterator\.|\.values\(\)\.(?:map|filter|take|drop)\(": "helpers of iterators (122)",
    r"AbortSignal\.any": "AbortSignal.any (116)",
    r"scrollend": "scrollend (114)",
    r"moveBefore": "moveBefore (133)",
    r"setHTML|getHTML": "setHTML (124)",
}
NEWER_MARKUP = {
    r"\spopover(?:target|targetaction)?[\s=>]": "popover (114)",
    r"\scommandfor=|\scommand=": "commands (135)",
    r"<search[\s>]": "search element (118)",
    r"<details[^>]*\sname=": "exclusive details (120)",
    r"<selectedcontent|<hr>\s*</select>": "styled selects (119)",
    r"closedby=": "closedby (134)",
    r"shadowrootmode": "declarative shadow trees (111)",
}
EXAMPLES = {
    "a { &:hover { color: red } }": NEWER_STYLE,
    "a { color: color-mix(in srgb, red, blue) }": NEWER_STYLE,
    "grid-template-rows: subgrid": NEWER_STYLE,
    "h1 { text-wrap: balance }": NEWER_STYLE,
    "rows.toSorted()": NEWER_SCRIPT,
    "new Set(a).union(b)": NEWER_SCRIPT,
    '<button popovertarget="x">': NEWER_MARKUP,
    '<details class="a" name="one">': NEWER_MARKUP,
}


def newer(text: str, known: dict[str, str]) -> list[str]:
    return [name for pattern, name in known.items() if re.search(pattern, text)]


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS, *TEMPLATES], ids=lambda path: path.name)
def test_nothing_newer_is_asked_for(path: Path) -> None:
    known = {".css": NEWER_STYLE, ".js": NEWER_SCRIPT, ".html": NEWER_MARKUP}[path.suffix]
    assert newer(without_remarks(path.read_text()), known) == []


def without_remarks(text: str) -> str:
    return re.sub(r"/\*.*?\*/|\{#.*?#\}|^\s*//.*?$", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("text", "known"), EXAMPLES.items(), ids=EXAMPLES)
def test_what_is_newer_is_found(text: str, known: dict[str, str]) -> None:
    assert newer(text, known)
