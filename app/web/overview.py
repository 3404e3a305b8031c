"""The overview of officials: how everything stands, each figure leading to the list behind it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from app.api.language import language_of
from app.api.overview import overview
from app.api.overview_schemas import Overview
from app.api.parameters import OnlyKnown
from app.core import districts
from app.core.clock import SHANGHAI
from app.core.errors import Text
from app.core.vocabulary import DataHealth, Eligibility, Outlook
from app.records.quality_freshness import MOST_PLATFORMS
from app.web.pages import PageRoute, page
from app.web.templating import told

router = APIRouter(
    prefix="/overview", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)


class Lists:
    """Addresses of lists, each with the filters of the overview."""

    def __init__(self, filters: Mapping[str, str], found: Overview) -> None:
        self._filters = filters
        self.ending = self._ends(found.today, found.ending_until)
        """Filters of class groups that end soon; None: none of those filtered can."""
        self.overdue = self._ends(None, found.today - timedelta(days=1))
        self.charted = self._closes(found.weeks[0].monday)
        """Filters of class groups that the chart is about; None: none of those filtered can be."""
        self.since_today = datetime.combine(found.today, time(), SHANGHAI).isoformat()

    def __call__(self, path: str, **more: object) -> str:
        wanted = {**self._filters, **{name: str(value) for name, value in more.items() if value is not None}}
        return f"{path}?{urlencode(wanted)}" if wanted else path

    def platforms(self, health: DataHealth | None = None) -> str:
        """Narrowed as their figures are."""
        wanted = {"platform": self._filters.get("platform"), "health": health}
        query = urlencode({name: value for name, value in wanted.items() if value})
        return f"/platforms?{query}" if query else "/platforms"

    @staticmethod
    def of_row(kind: str, group: str | None) -> dict[str, str] | None:
        """Filters of a row of a table; None: no filter is about what the row counts alone."""
        if not group or (kind == "district" and not districts.is_county(group)):
            return None
        return {kind: group}

    def _closes(self, first: date) -> dict[str, str] | None:
        wanted_from = max(self._filters.get("closed_from", ""), first.isoformat())
        if wanted_from > self._filters.get("closed_to", "9"):
            return None
        return {"closed": "true", "closed_from": wanted_from}

    def _ends(self, first: date | None, last: date) -> dict[str, str] | None:
        """Within the period that is filtered; days in this form sort as they follow one another."""
        firsts = [self._filters.get("ends_from", ""), "" if first is None else first.isoformat()]
        wanted_from, wanted_to = max(firsts), min(self._filters.get("ends_to", "9"), last.isoformat())
        if wanted_from > wanted_to:
            return None
        began = {"ends_from": wanted_from} if wanted_from else {}
        return {"closed": "false", **began, "ends_to": wanted_to}


@router.get("")
async def overview_page(request: Request, found: Annotated[Overview, Depends(overview)]) -> Response:
    filters = {name: value for name, value in request.query_params.items() if value}
    context: dict[str, Any] = {
        "found": found,
        "lists": Lists(filters, found),
        "programmes": [
            (each.group, told(each.title, language_of(request)) if each.title else each.group)
            for each in found.by_programme
        ],
        "trend": _trend(request, found),
        "most_platforms": MOST_PLATFORMS,
        "Eligibility": Eligibility,
        "Outlook": Outlook,
        "DataHealth": DataHealth,
    }
    return page(request, "overview", **context)


def _trend(request: Request, found: Overview) -> dict[str, object]:
    """As `c.chart` draws it."""
    language = language_of(request)
    lines = (
        (Text("符合资格", "Eligible"), [week.eligible for week in found.weeks]),
        (Text("证据不足", "Insufficient evidence"), [week.insufficient_evidence for week in found.weeks]),
        (Text("不符合资格", "Ineligible"), [week.ineligible for week in found.weeks]),
    )
    return {
        "kind": "line",
        "unit": Text("人次", "enrollments").in_language(language),
        "labels": [week.monday.strftime("%m-%d") for week in found.weeks],
        "series": [{"name": name.in_language(language), "values": values} for name, values in lines],
    }
