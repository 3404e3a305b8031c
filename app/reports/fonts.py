"""The fonts that documents are set in, and which characters they hold: nothing is printed as an empty box."""

import struct
from bisect import bisect_right
from functools import cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path, serif_path

SANS, SERIF = "Noto Sans SC", "Noto Serif SC"
_FULL_UNICODE = (3, 10)
_SEGMENTED_COVERAGE = 12


class Coverage:
    """The characters of a font, read from its table `cmap` (OpenType, subtable format 12)."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        table = _table(data, b"cmap")
        (count,) = struct.unpack_from(">H", data, table + 2)
        places = {
            (platform, encoding): table + offset
            for platform, encoding, offset in struct.iter_unpack(
                ">HHI", data[table + 4 : table + 4 + 8 * count]
            )
        }
        place = places[_FULL_UNICODE]
        (kind,) = struct.unpack_from(">H", data, place)
        if kind != _SEGMENTED_COVERAGE:
            raise ValueError(f"{path.name}: a character map of format {kind}")
        (groups,) = struct.unpack_from(">I", data, place + 12)
        spans = list(struct.iter_unpack(">III", data[place + 16 : place + 16 + 12 * groups]))
        self._starts = [start for start, _, _ in spans]
        self._ends = [end for _, end, _ in spans]

    def holds(self, character: str) -> bool:
        position = bisect_right(self._starts, ord(character)) - 1
        return position >= 0 and ord(character) <= self._ends[position]


def _table(data: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for name, _, offset, _ in struct.iter_unpack(">4sIII", data[12 : 12 + 16 * count]):
        if name == tag:
            return int(offset)
    raise ValueError(f"a font without {tag.decode()}")


@cache
def _coverages() -> tuple[Coverage, Coverage]:
    return Coverage(sans_path()), Coverage(serif_path())


def printable(text: str) -> str:
    """Characters that no font holds are written as their number, so that a rare name can still be told.

    >>> printable("张䶮"), printable("\U0002b740\U00030000")
    ('张䶮', '〔U+2B740〕〔U+30000〕')
    """
    strange = {
        each for each in set(text) if each != "\n" and not any(font.holds(each) for font in _coverages())
    }
    for each in strange:
        text = text.replace(each, f"〔U+{ord(each):X}〕")
    return text
