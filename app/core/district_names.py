"""What districts are called: GB/T 2260 as python-stdnum carries it, with the names of former years."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from stdnum import numdb

from app.core.districts import CITY_DIGITS, COUNTY_DIGITS, PROVINCE_DIGITS, prefix_of

_NAMED = re.compile(r"(?:\[(?P<first>\d*)-(?P<last>\d*)\])?(?P<name>[^,]+)")
_MERE_GROUPS = re.compile("市辖区|县|林区|(省|自治区)直辖(县级)?行政单位")
"""Names of a city's digits under which a province keeps its own districts."""


class Entry(NamedTuple):
    """`is_current`: the code is in force, and not one of former years."""

    name: str
    is_current: bool


class District(NamedTuple):
    code: str
    """Of six digits."""
    name: str


def name_of(district: str) -> str | None:
    """In full, in Chinese; None: no such code.

    >>> name_of("440204"), name_of("4402"), name_of("110105"), name_of("110000"), name_of("990000")
    ('广东省韶关市浈江区', '广东省韶关市', '北京市朝阳区', '北京市', None)
    """
    prefix = prefix_of(district)
    if prefix not in _entries():
        return None
    above = (prefix[:digits] for digits in (PROVINCE_DIGITS, CITY_DIGITS, COUNTY_DIGITS))
    names = dict.fromkeys(code for code in above if len(code) <= len(prefix))
    known = [entry.name for code in names if (entry := _entries().get(code)) is not None]
    return "".join(name for name in known if not _MERE_GROUPS.fullmatch(name))


def districts_in(district: str) -> Sequence[District]:
    """The districts that a province or city has right below it, the provinces themselves for an empty code.

    >>> districts_in("4402")[0], districts_in("11")[0].name, districts_in("440204"), len(districts_in(""))
    (District(code='440203', name='广东省韶关市武江区'), '北京市东城区', [], 34)
    """
    prefix = prefix_of(district) if district else ""
    found: list[District] = []
    for code, entry in _entries().items():
        if len(code) == len(prefix) + PROVINCE_DIGITS and code.startswith(prefix) and entry.is_current:
            if _MERE_GROUPS.fullmatch(entry.name):
                found += districts_in(code)
            else:
                found.append(District(code.ljust(COUNTY_DIGITS, "0"), name_of(code) or entry.name))
    return found


def offered(chosen: str, bounds: Sequence[str]) -> Sequence[District]:
    """To choose from: what lies in the chosen one, or else in those that somebody is bound to, with these.

    >>> [each.code for each in offered("440203", ())][:2], [each.code for each in offered("", ["440204"])]
    (['440203', '440204'], ['440204'])
    """
    if chosen:
        return districts_in(chosen) or districts_in(prefix_of(chosen)[:-PROVINCE_DIGITS])
    own = [District(code, name) for code in bounds if (name := name_of(code)) is not None]
    return [*own, *(each for code in bounds or [""] for each in districts_in(code))]


@cache
def _entries() -> Mapping[str, Entry]:
    """By what the codes of all that lies in it begin with; of several names the last."""
    found: dict[str, Entry] = {}
    for _, province, _, of_province, places in numdb.get("cn/loc").prefixes:
        found[province] = Entry(of_province["province"], is_current=True)
        for _, rest, _, of_place, _ in places:
            prefix = prefix_of(province + rest)
            found[prefix] = _newest(of_place["county"])
    return found


def _newest(names: str) -> Entry:
    """Of `[1983-1989]南头区办事处,[1990-]南山区` the second."""
    each = max(_NAMED.finditer(names), key=lambda named: int(named["last"] or 9999))
    return Entry(each["name"], is_current=not each["last"])
