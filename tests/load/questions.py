"""What callers of each kind ask of lists and of single things, about enrollments drawn at random."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, product
from typing import NamedTuple

from app.accounts.schemas import Registration
from app.api.pagination import cursor_of
from app.core.vocabulary import PlatformKind, Role
from tests.load import world

COMPLIANCE = "/api/v1/compliance"
PAGE = 20
"""Of class groups behind another: a platform has fifty where little is stored."""
ENTERPRISE = world.ENTERPRISES_OF_SMALL_DISTRICT[0]

CALLERS: Mapping[str, Registration] = {
    "regulator": Registration(Role.regulator, "load"),
    "province": Registration(Role.regulator, "load", districts=(world.PROVINCE,)),
    "district": Registration(Role.regulator, "load", districts=(world.SMALL_DISTRICT,)),
    "platform": Registration(Role.platform, "load", "live-1", PlatformKind.live),
    "enterprise": Registration(Role.enterprise, "load", uscc=world.uscc_of(ENTERPRISE)),
}
"""The regulators are bound to nothing, to a third of all enterprises, and to two of them."""


class Place(NamedTuple):
    """An enrollment, and what it belongs to."""

    class_group: int
    place: int

    @property
    def platform(self) -> str:
        return f"live-{self.class_group % 5}"

    @property
    def class_group_id(self) -> str:
        return f"group-{self.class_group:06}"

    @property
    def learner_id(self) -> str:
        return f"learner-{world.LEARNERS_OF_A_CLASS_GROUP * self.class_group + self.place:07}"

    @property
    def enterprise(self) -> int:
        return self.class_group // world.CLASS_GROUPS_OF_AN_ENTERPRISE

    @property
    def is_running(self) -> bool:
        return self.class_group % 4 == 0


class Asked(NamedTuple):
    path: str
    query: Mapping[str, str]
    body: Mapping[str, str] | None = None
    """None: GET."""


class Question(NamedTuple):
    caller: str
    what: str
    ask: Callable[[Place], Asked]


def sees(caller: str, place: Place) -> bool:
    """Whether the enrollment lies within the caller's reach."""
    match caller:
        case "platform":
            return place.platform == "live-1"
        case "province":
            return world.district_of(place.enterprise).startswith(world.PROVINCE[:2])
        case "district":
            return place.enterprise in world.ENTERPRISES_OF_SMALL_DISTRICT
        case "enterprise":
            return place.enterprise == ENTERPRISE
        case _:
            return True


def questions() -> Iterator[Question]:
    """Everybody's lists, then what regulators filter by, then what only one kind of caller may ask."""
    everybody = product(("regulator", "province", "district", "platform"), _OF_EVERYBODY.items())
    regulators = (("regulator", asked) for asked in _OF_REGULATORS.items())
    several = (
        *((caller, asked) for caller in ("regulator", "province", "district") for asked in _SEARCH.items()),
    )
    own = chain(
        (("platform", asked) for asked in _OF_PLATFORMS.items()),
        (("enterprise", asked) for asked in _OF_ENTERPRISES.items()),
    )
    for caller, (what, ask) in chain(everybody, regulators, several, own):
        yield Question(caller, what, ask)


def _one(path: str) -> Callable[[Place], Asked]:
    """Of the enrollment itself: its fields stand in the path."""
    return lambda place: Asked(
        path.format(
            class_group=f"{place.platform}/{place.class_group_id}",
            enrollment=f"{place.platform}/{place.class_group_id}/{place.learner_id}",
            uscc=world.uscc_of(place.enterprise),
        ),
        {},
    )


def _list(path: str, **query: str | Callable[[Place], str]) -> Callable[[Place], Asked]:
    return lambda place: Asked(
        path, {name: told if isinstance(told, str) else told(place) for name, told in query.items()}
    )


def _behind(place: Place) -> str:
    return cursor_of((place.platform, place.class_group_id, place.learner_id))


def _behind_class_group(place: Place) -> str:
    return cursor_of((place.platform, place.class_group_id))


def _enterprise(place: Place) -> str:
    return world.uscc_of(place.enterprise)


def _searched(place: Place) -> Asked:
    return Asked(f"{COMPLIANCE}/search", {}, {"id_number": world.id_number_of(place.place % world.SEARCHED)})


_ENROLLMENTS, _CLASS_GROUPS, _FINDINGS = (
    f"{COMPLIANCE}/enrollments",
    f"{COMPLIANCE}/class-groups",
    "/api/v1/findings",
)

_OF_EVERYBODY = {
    "enrollments": _list(_ENROLLMENTS),
    "enrollments, a later page": _list(_ENROLLMENTS, cursor=_behind),
    "enrollments, ineligible": _list(_ENROLLMENTS, eligibility="ineligible"),
    "enrollments, a rule failed": _list(_ENROLLMENTS, rule="attendance-rate", outcome="fail"),
    "enrollments, nobody so": _list(_ENROLLMENTS, rule="attendance-rate", outcome="missing"),
    "one enrollment": _one(f"{_ENROLLMENTS}/{{enrollment}}"),
    "class groups": _list(_CLASS_GROUPS),
    "class groups, a later page": _list(_CLASS_GROUPS, cursor=_behind_class_group, limit=str(PAGE)),
    "one class group": _one(f"{_CLASS_GROUPS}/{{class_group}}"),
    "findings": _list(_FINDINGS),
    "findings, open, a rule": _list(_FINDINGS, state="open", rule="attendance-rate"),
    "findings of a class group": _list(
        _FINDINGS, class_group_id=lambda place: place.class_group_id, platform=lambda place: place.platform
    ),
    "summary by enterprise": _list(f"{COMPLIANCE}/summary", group_by="enterprise"),
    "summary by rule": _list(f"{COMPLIANCE}/summary", group_by="rule"),
    "data quality": _list("/api/v1/data-quality"),
    "batches": _list("/api/v1/batches"),
}

_OF_REGULATORS = {
    "enrollments, a programme": _list(_ENROLLMENTS, programme="standard"),
    "enrollments, a programme without any": _list(_ENROLLMENTS, programme="other"),
    "enrollments of a platform": _list(_ENROLLMENTS, platform=lambda place: place.platform),
    "enrollments of a class group": _list(_ENROLLMENTS, class_group_id=lambda place: place.class_group_id),
    "enrollments of an enterprise": _list(_ENROLLMENTS, enterprise=_enterprise),
    "enrollments of a learner": _list(_ENROLLMENTS, learner_id=lambda place: place.learner_id),
    "enrollments of a district": _list(_ENROLLMENTS, district=world.SMALL_DISTRICT),
    "enrollments of a province": _list(_ENROLLMENTS, district=world.PROVINCE),
    "enrollments, closed on a day": _list(_ENROLLMENTS, closed_from="2026-05-04", closed_to="2026-05-04"),
    "findings of a learner": _list(_FINDINGS, learner_id=lambda place: place.learner_id),
    "findings of an enterprise": _list(_FINDINGS, enterprise=_enterprise),
    "findings of a district": _list(_FINDINGS, district=world.SMALL_DISTRICT),
    "summary by platform": _list(f"{COMPLIANCE}/summary", group_by="platform"),
    "summary by programme": _list(f"{COMPLIANCE}/summary", group_by="programme"),
    "summary by district": _list(f"{COMPLIANCE}/summary", group_by="district"),
    "data quality of a class group": _one("/api/v1/data-quality/class-groups/{class_group}"),
    "progress of the assessment": _list("/api/v1/assessment"),
}

_SEARCH = {"search": _searched}

_OF_PLATFORMS = {
    "a record read back": lambda place: Asked(
        "/api/v1/records/learning-records",
        {
            "class_group_id": place.class_group_id,
            "learner_id": place.learner_id,
            "session_id": "session-0042",
        },
    )
}

_OF_ENTERPRISES = {
    "eligibility of a class group": _one("/api/v1/eligibility/class-groups/{class_group}"),
    "progress of a class group": _one("/api/v1/eligibility/class-groups/{class_group}/progress"),
    "report": _list(f"/api/v1/enterprises/{world.uscc_of(ENTERPRISE)}/eligibility-report"),
}
