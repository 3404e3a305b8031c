"""Says why bytes are not the JSON they should be, and near which of them, without quoting any."""

import re
from decimal import InvalidOperation
from typing import NamedTuple

import msgspec

from app.core.errors import Text


class Flaw(NamedTuple):
    reason: Text
    at_byte: int | None = None
    """From 0; None: nowhere in particular."""

    @property
    def place(self) -> Text:
        if self.at_byte is None:
            return Text("", "")
        return Text(f"（第 {self.at_byte + 1} 字节附近）", f" (near byte {self.at_byte + 1})")


MARKED = Text(
    "以字节顺序标记（BOM）开头，请改用不带 BOM 的 UTF-8",
    "it begins with a byte order mark (BOM); write UTF-8 without one",
)
UTF_16 = Text("是 UTF-16 编码，请改用 UTF-8", "it is in UTF-16; write UTF-8")
NOT_UTF_8 = Text(
    "不是 UTF-8 编码（可能是 GBK，或字符被截断），请转为 UTF-8",
    "it is not UTF-8 (GBK, perhaps, or a character cut in two); write UTF-8",
)
TOO_DEEP = Text("嵌套过深，而一条记录没有多层", "it is nested too deeply; a record is nearly flat")
TOO_LONG = Text("其中的数字过长，请更正", "it holds a number that is too long; correct it")
CUT_SHORT = Text("不完整，引号或括号没有闭合", "it ends before a quotation mark or bracket is closed")
HALF_A_PAIR = Text(
    "转义 \\ud800 至 \\udfff 须成对，单独一个不是字符",
    "the escapes \\ud800 to \\udfff come in pairs; one alone is no character",
)
GOES_ON = Text("在结束之后还有内容", "something follows behind its end")
COMMA = Text("右括号前有多余的逗号", "a comma stands before a closing bracket")
ESCAPE = Text("有 JSON 没有的转义", "it holds an escape that JSON does not have")
NAMES = Text("字段名须加双引号", "names of fields stand in double quotation marks")
NUMBER = Text("数字写法不合 JSON", "a number is not written as in JSON")
NOT_A_NUMBER = Text(
    "NaN 和 Infinity 不是 JSON，请省略该字段或写 null",
    "NaN and Infinity are no JSON; leave the field out or write null",
)
CONTROL = Text(
    "有未转义的控制字符（如制表符）", "a control character, such as a tab, is not written as an escape"
)
NOT_JSON = Text("不合 JSON 语法", "it breaks the syntax of JSON")
AN_ARRAY = Text(
    "是数组而不是对象；整个数组请以 application/json 发送",
    "it is an array and no object; a whole array is sent as application/json",
)
NO_OBJECT = Text("不是对象", "it is no object")
EMPTY = Text("是空的；空批次写作 []", "it is empty; an empty batch is written []")
OBJECTS = Text(
    "以 { 开头，不是数组；请加上 [ ]，或以 application/x-ndjson 每行发送一条",
    "it begins with {, no array; put [ ] around the records, or send application/x-ndjson, one a line",
)
NO_ARRAY = Text("不是数组", "it is no array")

_MARKS = {b"\xef\xbb\xbf": MARKED, b"\xff\xfe": UTF_16, b"\xfe\xff": UTF_16}
_WORDS = {
    "surrogate": HALF_A_PAIR,
    "trailing characters": GOES_ON,
    "trailing comma": COMMA,
    "escape": ESCAPE,
    "object keys": NAMES,
    "invalid number": NUMBER,
}
"""Of the decoder's own complaints; nothing else of them is used, for they may quote the record."""
_BYTE = re.compile(r"\(byte ([0-9]+)\)")
_HALF_A_PAIR = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89abAB][0-9A-Fa-f]{2}(?!\\u[dD][c-fC-F])")
BLANKS = b" \t\r\n"
_FIRST_PRINTABLE = 0x20


def flaw_of(data: bytes, error: Exception) -> Flaw:
    """What a decoder stumbled over."""
    for mark, reason in _MARKS.items():
        if data.startswith(mark):
            return Flaw(reason, 0)
    try:
        data.decode()
    except UnicodeDecodeError as broken:
        return Flaw(NOT_UTF_8, broken.start)
    if isinstance(error, RecursionError):
        return Flaw(TOO_DEEP)
    if isinstance(error, InvalidOperation | msgspec.ValidationError):
        return Flaw(TOO_LONG)
    return _flaw_of_syntax(data, str(error))


def _flaw_of_syntax(data: bytes, complaint: str) -> Flaw:
    found = _BYTE.search(complaint)
    if found is None:
        half = _HALF_A_PAIR.search(data)
        return Flaw(CUT_SHORT) if half is None else Flaw(HALF_A_PAIR, half.end() - len(r"\ud800"))
    at_byte = int(found[1])
    reason = next((reason for words, reason in _WORDS.items() if words in complaint), None)
    return Flaw(reason or _reason_at(data, at_byte), at_byte)


def _reason_at(data: bytes, at_byte: int) -> Text:
    if data.startswith((b"NaN", b"Infinity"), at_byte):
        return NOT_A_NUMBER
    is_control = at_byte < len(data) and data[at_byte] < _FIRST_PRINTABLE
    return CONTROL if is_control else NOT_JSON


def flaw_of_no_object(content: object) -> Flaw:
    """JSON that is no record."""
    return Flaw(AN_ARRAY if isinstance(content, list) else NO_OBJECT)


def flaw_of_no_array(body: bytes) -> Flaw:
    """JSON, or several, that are no batch."""
    begin = body.lstrip(BLANKS)[:1]
    return Flaw({b"": EMPTY, b"{": OBJECTS}.get(begin, NO_ARRAY))
