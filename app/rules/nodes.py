"""Reads a YAML file as texts with line numbers, and collects its mistakes so that one run names them all.

The file is composed into nodes and never into Python values: no tag is obeyed, no number becomes a float.
What cannot be read is noted and stood in for, so that reading goes on; a file with mistakes is never used.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple, TypeVar

import yaml

from app.core.errors import Text
from app.rules import slips

Value = TypeVar("Value")
PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq")}


class Mistake(NamedTuple):
    file: Path
    line: int
    cause: Text


class Wrong(Exception):
    """A text that cannot be read as what it should be; the page knows the line."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.cause = Text(zh, en)


class Page:
    """One file, or a text sent in its stead, and the mistakes found in it."""

    def __init__(self, path: Path, text: str | None = None) -> None:
        self.path = path
        self.text = text or ""
        """What the file says, once its fields are read."""
        self.mistakes: list[Mistake] = []
        self._is_sent = text is not None

    def note(self, line: int, zh: str, en: str) -> None:
        self.mistakes.append(Mistake(self.path, line, Text(zh, en)))

    def fields(self) -> "Fields":
        """The mapping that the whole file is."""
        return Fields(self, 1, self._compose())

    def _compose(self) -> yaml.Node | None:
        try:
            if not self._is_sent:
                self.text = self.path.read_text("utf-8")
            root: yaml.Node | None = yaml.compose(self.text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            slip = slips.of_error(self.text, error)
            self.note(slip.line, *slip.cause)
            return None
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            self.note(1, "文件无法按 UTF-8 文本读取。", "The file cannot be read as UTF-8 text.")
            return None
        if root is None:
            self.note(1, "文件为空。", "The file is empty.")
        return root


class Fields:
    """One mapping of the file: names, each with a value and the line it stands on."""

    def __init__(self, page: Page, line: int, node: yaml.Node | None) -> None:
        self.page = page
        self.line = line
        self.is_readable = isinstance(node, yaml.MappingNode)
        if node is not None and node.tag not in PLAIN_TAGS:
            page.note(line, "不允许使用标签或复合名称。", "Tags and compound names are not allowed.")
        self._values: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._collect(key, value)
        elif node is not None:
            more = slips.in_name(node.value) if isinstance(node, yaml.ScalarNode) else slips.NOTHING
            page.note(line, f"此处应为“名称: 值”。{more.zh}", f"Names with values belong here.{more.en}")

    def _collect(self, key: yaml.Node, value: yaml.Node) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or {key.tag, value.tag} - PLAIN_TAGS:
            self.page.note(line, "不允许使用标签或复合名称。", "Tags and compound names are not allowed.")
        elif key.value in self._values:
            self.page.note(line, f"“{key.value}”重复。", f"“{key.value}” stands here twice.")
        else:
            self._values[key.value] = value
            self._lines[key.value] = line

    def names(self) -> list[str]:
        return list(self._values)

    def note(self, name: str | None, zh: str, en: str) -> None:
        """A mistake on the line of a name, or of the whole mapping."""
        self.page.note(self.line if name is None else self._lines.get(name, self.line), zh, en)

    def allow(self, known: Collection[str]) -> None:
        for name in self._values:
            if name not in known:
                more = slips.in_name(name)
                self.note(name, f"未知名称“{name}”。{more.zh}", f"“{name}” is not known here.{more.en}")

    def fields(self, name: str, *, optional: bool = False) -> "Fields":
        if name not in self._values:
            if not optional:
                self._note_missing(name)
            return Fields(self.page, self.line, None)
        return Fields(self.page, self._lines[name], self._values[name])

    def entries(self, name: str) -> "list[Fields]":
        """Each entry of a list, a mapping with the line it begins on."""
        node = self._values.get(name)
        if isinstance(node, yaml.SequenceNode):
            return [Fields(self.page, entry.start_mark.line + 1, entry) for entry in node.value]
        if node is None:
            self._note_missing(name)
        else:
            self.note(name, f"“{name}”应为以“- ”开头的列表。", f"“{name}” is a list: entries behind “- ”.")
        return []

    def read(self, name: str, reader: Callable[[str], Value], stand_in: Value) -> Value:
        """The value as the reader understands it; the stand-in after a mistake."""
        if name not in self._values:
            self._note_missing(name)
            return stand_in
        node = self._values[name]
        if not isinstance(node, yaml.ScalarNode):
            self.note(name, f"“{name}”应为单个值。", f"“{name}” should be a single value.")
            return stand_in
        try:
            return reader(node.value)
        except Wrong as wrong:
            more = slips.in_value(node.value)
            self.note(name, f"“{name}”：{wrong.cause.zh}{more.zh}", f"“{name}”: {wrong.cause.en}{more.en}")
            return stand_in

    def has(self, name: str) -> bool:
        return name in self._values

    def one_or_more(self, name: str) -> "list[Fields]":
        """The mappings of an optional list; a single one stands for a list of one."""
        if not self.has(name):
            return []
        is_list = isinstance(self._values[name], yaml.SequenceNode)
        return self.entries(name) if is_list else [self.fields(name)]

    def texts(self, name: str, reader: Callable[[str], Value]) -> tuple[Value, ...]:
        """The single values of an optional list."""
        if name not in self._values:
            return ()
        node = self._values[name]
        if not isinstance(node, yaml.SequenceNode):
            self.note(name, f"“{name}”应为列表。", f"“{name}” should be a list.")
            return ()
        read = []
        for each in node.value:
            line = each.start_mark.line + 1
            if not isinstance(each, yaml.ScalarNode) or each.tag not in PLAIN_TAGS:
                self.page.note(
                    line, f"“{name}”的各项应为单个值。", f"Each of “{name}” should be a single value."
                )
                continue
            try:
                read.append(reader(each.value))
            except Wrong as wrong:
                self.page.note(line, f"“{name}”：{wrong.cause.zh}", f"“{name}”: {wrong.cause.en}")
        return tuple(read)

    def _note_missing(self, name: str) -> None:
        if self.is_readable:
            self.note(None, f"缺少“{name}”。", f"“{name}” is missing.")

    def read_name(self, name: str, reader: Callable[[str], Value], stand_in: Value) -> Value:
        """The name itself, where names are values: the days of dated parameters, the codes of rules."""
        try:
            return reader(name)
        except Wrong as wrong:
            self.note(name, f"“{name}”：{wrong.cause.zh}", f"“{name}”: {wrong.cause.en}")
            return stand_in
