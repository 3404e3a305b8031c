"""Parameters that several doors share: ids in paths, filters of lists, and a word on misspelt ones."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from pydantic import BeforeValidator, Field

from app.core import districts
from app.core.errors import FieldError, Invalid, Text
from app.core.ids import ClassGroupId, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Outlook
from app.records.selection import Selection

ID = r"^[A-Za-z0-9_.:-]{1,64}$"
USCC = r"^[0-9A-Z]{18}$"
DISTRICT = f"^{districts.FORM.pattern}$"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORD = re.compile("[A-Za-z_-]{1,40}")

LocalId = Annotated[str, Field(pattern=ID)]
"""An id in a body."""

PlatformPath = Annotated[PlatformCode, Path(pattern=ID, title="平台代码 / Platform", examples=["live-a"])]
ClassGroupPath = Annotated[
    ClassGroupId, Path(pattern=ID, title="班级编号 / Class group", examples=["C2026-001"])
]
LearnerPath = Annotated[LearnerId, Path(pattern=ID, title="学员编号 / Learner", examples=["L0001"])]
UsccPath = Annotated[
    Uscc,
    Path(pattern=ID, title="统一社会信用代码 / Unified social credit code", examples=["91440200MA4UQ0A31K"]),
]
LearnerFilter = Annotated[
    LearnerId | None,
    Query(
        pattern=ID,
        title="学员编号 / Learner",
        description="平台内部编号，不同平台可能重复。The platform's own id; platforms may use the same.",
    ),
]
RuleFilter = Annotated[
    str | None,
    Query(pattern=ID, title="规则代码 / Rule", examples=["attendance-rate"]),
]


def _as_written(day: object) -> object:
    """Pydantic would take a number for seconds since 1970, too."""
    if isinstance(day, str) and not _DAY.fullmatch(day):
        raise ValueError
    return day


Day = Annotated[date, BeforeValidator(_as_written)]
"""`YYYY-MM-DD` and nothing else."""
ClosedFrom = Annotated[
    Day | None,
    Query(
        title="结班日起 / Closed from",
        description="北京时间，含当日。Day in Shanghai, included.",
        examples=["2026-01-01"],
    ),
]
ClosedTo = Annotated[
    Day | None,
    Query(
        title="结班日止 / Closed to",
        description="北京时间，含当日。Day in Shanghai, included.",
        examples=["2026-12-31"],
    ),
]
EndsFrom = Annotated[
    Day | None,
    Query(
        title="结束日起 / Ends from",
        description="班级的结束日，含当日，无论是否结班。Last day of the class group, included.",
        examples=["2026-01-01"],
    ),
]
EndsTo = Annotated[
    Day | None,
    Query(
        title="结束日止 / Ends to",
        description="班级的结束日，含当日，无论是否结班。Last day of the class group, included.",
        examples=["2026-12-31"],
    ),
]
OutlookOfSomebody = Annotated[
    Outlook | None,
    Query(
        title="预判 / Outlook",
        description="有学员如此的在班班级。Running ones in which somebody stands so.",
        examples=["at_risk"],
    ),
]


class UnknownParameter(Invalid):
    """A misspelt filter would quietly answer more than was asked."""

    code = "unknown_parameter"

    def __init__(self, unknown: list[str], known: list[str]) -> None:
        sentence = Text(
            f"没有这个参数。可用参数：{'、'.join(known) or '无'}。",
            f"There is no such parameter. There are: {', '.join(known) or 'none'}.",
        )
        super().__init__(
            Text("请求中有未知的查询参数。", "The request has unknown query parameters."),
            errors=tuple(FieldError(f"/query/{_told(name)}", self.code, sentence) for name in unknown),
        )


def _told(name: str) -> str:
    """A word is repeated; what may be personal data in the wrong place is not."""
    return name if _WORD.fullmatch(name) else "…"


class RepeatedParameter(Invalid):
    """Of two values one would quietly count, and the other not."""

    code = "repeated_parameter"

    def __init__(self, repeated: list[str]) -> None:
        sentence = Text("此参数只能出现一次。", "This parameter may be given once.")
        super().__init__(
            Text("请求中有重复的查询参数。", "The request repeats query parameters."),
            errors=tuple(FieldError(f"/query/{name}", self.code, sentence) for name in repeated),
        )


class PeriodReversed(Invalid):
    code = "invalid_interval"

    def __init__(self, first: str, last: str) -> None:
        sentence = Text(f"{first} 不得晚于 {last}。", f"{first} must not be later than {last}.")
        super().__init__(sentence, errors=(FieldError(f"/query/{first}", self.code, sentence),))


async def no_repeated_parameters(request: Request) -> None:
    times = Counter(name for name, _ in request.query_params.multi_items())
    if repeated := [name for name in times if times[name] > 1]:
        raise RepeatedParameter([_told(name) for name in repeated])


EachOnce = Depends(no_repeated_parameters)


async def no_unknown_parameters(request: Request) -> None:
    known = list(_declared(request.scope["route"].dependant))
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise UnknownParameter(unknown, known)
    await no_repeated_parameters(request)


def _declared(dependant: Dependant) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for needed in dependant.dependencies:
        yield from _declared(needed)


OnlyKnown = Depends(no_unknown_parameters)
"""And each of them once."""


async def selection(
    *,
    platform: Annotated[
        PlatformCode | None, Query(pattern=ID, title="平台代码 / Platform", examples=["live-a"])
    ] = None,
    class_group_id: Annotated[
        ClassGroupId | None, Query(pattern=ID, title="班级编号 / Class group", examples=["C2026-001"])
    ] = None,
    programme: Annotated[
        str | None, Query(pattern=ID, title="补贴项目 / Programme", examples=["standard"])
    ] = None,
    enterprise: Annotated[
        Uscc | None,
        Query(pattern=USCC, title="企业统一社会信用代码 / USCC of the enterprise"),
    ] = None,
    district: Annotated[
        str | None,
        Query(
            pattern=DISTRICT,
            title="行政区划 / District",
            description="企业所属区划代码（GB/T 2260），省、市代码包含其下辖区县。"
            "District code of the enterprise; a province or city covers its counties.",
            examples=["440200"],
        ),
    ] = None,
    closed_from: ClosedFrom = None,
    closed_to: ClosedTo = None,
    ends_from: EndsFrom = None,
    ends_to: EndsTo = None,
) -> Selection:
    if closed_from is not None and closed_to is not None and closed_from > closed_to:
        raise PeriodReversed("closed_from", "closed_to")
    if ends_from is not None and ends_to is not None and ends_from > ends_to:
        raise PeriodReversed("ends_from", "ends_to")
    return Selection(
        platform=platform,
        class_group_id=class_group_id,
        programme=programme,
        enterprise=enterprise,
        districts=None if district is None else (districts.prefix_of(district),),
        closed_from=closed_from,
        closed_to=closed_to,
        ends_from=ends_from,
        ends_to=ends_to,
    )


Selected = Annotated[Selection, Depends(selection)]
"""The filters that all lists share. `within(caller.reach)` narrows them to what the caller may see."""
