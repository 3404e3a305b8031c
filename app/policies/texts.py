"""A pack as text: bounded, plain, and read once however often it is asked for."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import yaml

from app.core.errors import Text
from app.policies.errors import PolicyTextInvalid
from app.rules.loader import PolicyPacksInvalid, load_pack_text
from app.rules.nodes import Mistake
from app.rules.policy import PolicyVersion

MOST_BYTES = 256 * 1024
"""Of a text in UTF-8: some twenty times as long as a regulation makes it."""
MOST_DEPTH = 20
MOST_DAYS = 200
"""On which something changes: each is a version."""
SENT = "policy.yaml"
"""What a text without a file is called in its mistakes."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

Dated = Mapping[date, PolicyVersion]
"""The versions of one text by their first days, in the order of these."""


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def read(text: str, name: str = SENT) -> tuple[PolicyVersion, ...]:
    """Its versions, oldest first; raises `PolicyTextInvalid` with every mistake that can be told."""
    mistakes = list(_unplain(text, Path(name)))
    if mistakes:
        raise PolicyTextInvalid(mistakes)
    try:
        return load_pack_text(text, name)
    except PolicyPacksInvalid as invalid:
        raise PolicyTextInvalid(invalid.mistakes) from None


def dated(versions: tuple[PolicyVersion, ...]) -> Dated:
    return {version.effective_from: version for version in versions}


def _unplain(text: str, path: Path) -> Iterator[Mistake]:
    """What makes a small text a great one, before anything is built of it: length, depth, repetition."""
    size = len(text.encode())
    if size > MOST_BYTES:
        yield Mistake(
            path,
            1,
            Text(
                f"文件有 {size} 字节，最多 {MOST_BYTES} 字节。",
                f"The file has {size} bytes and may have {MOST_BYTES}.",
            ),
        )
        return
    try:
        yield from _woven(text, path)
    except yaml.YAMLError:
        return  # the loader says where it is no YAML


def _woven(text: str, path: Path) -> Iterator[Mistake]:
    """The first alias, or place too deep, or day too many. Events are read one by one: nothing is built."""
    depth, days = 0, set[str]()
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.ScalarEvent) and _DAY.fullmatch(event.value):
            days.add(event.value)
        cause = None
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            cause = Text("不允许使用锚点或别名。", "Anchors and aliases are not allowed.")
        elif depth > MOST_DEPTH:
            cause = Text(f"嵌套超过 {MOST_DEPTH} 层。", f"It is nested more than {MOST_DEPTH} deep.")
        elif len(days) > MOST_DAYS:
            cause = Text(f"日期超过 {MOST_DAYS} 个。", f"There are more than {MOST_DAYS} days.")
        if cause is not None:
            line = event.start_mark.line if event.start_mark else 0
            yield Mistake(path, line + 1, cause)
            return
