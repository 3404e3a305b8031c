"""Which class groups a question is about: the filters that all lists share, within what the caller may see.

Class groups are few where enrollments and records are many, so every list narrows them first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from sqlalchemy import ColumnElement, and_, exists

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, Outlook
from app.db.models import Assessment, ClassGroup
from app.records.districts import class_group_in
from app.records.periods import closed_between


@dataclass(frozen=True, slots=True)
class Selection:
    """What is not set does not narrow."""

    platform: PlatformCode | None = None
    class_group_id: ClassGroupId | None = None
    programme: str | None = None
    enterprise: Uscc | None = None
    districts: tuple[str, ...] | None = None
    """Prefixes of district codes; an empty tuple selects nothing."""
    closed_from: date | None = None
    closed_to: date | None = None
    """Days of Asia/Shanghai, both included."""
    ends_from: date | None = None
    ends_to: date | None = None
    """Of the last day, both included, whether closed or not."""
    is_running: bool | None = None
    """Not closed; False: closed."""
    outlook: Outlook | None = None
    """Running, and somebody who has not withdrawn stands so."""

    def within(self, reach: Reach) -> Self:
        """What of it the caller may see."""
        if reach.person_key is not None:
            return replace(self, districts=())  # a learner's record is no class group
        if _contradict(self.platform, reach.platform) or _contradict(self.enterprise, reach.enterprise):
            return replace(self, districts=())
        return replace(
            self,
            platform=self.platform or reach.platform,
            enterprise=self.enterprise or reach.enterprise,
            districts=_common(self.districts, reach.districts),
        )

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """On `ClassGroup`, which the statement must name."""
        exact = {
            ClassGroup.platform: self.platform,
            ClassGroup.class_group_id: self.class_group_id,
            ClassGroup.programme: self.programme,
            ClassGroup.enterprise_uscc: self.enterprise,
        }
        yield from (column == value for column, value in exact.items() if value is not None)
        yield from closed_between(self.closed_from, self.closed_to)
        if self.ends_from is not None:
            yield ClassGroup.ends_on >= self.ends_from
        if self.ends_to is not None:
            yield ClassGroup.ends_on <= self.ends_to
        if self.is_running is not None:
            yield ClassGroup.closed_at.is_(None) if self.is_running else ClassGroup.closed_at.is_not(None)
        if self.outlook is not None:
            yield somebody_stands(self.outlook)
        if self.districts is not None:
            yield class_group_in(self.districts)


def somebody_stands(outlook: Outlook) -> ColumnElement[bool]:
    """In the class group, while it runs; who has withdrawn has an outlook that concerns nobody."""
    is_its = and_(
        Assessment.platform == ClassGroup.platform,
        Assessment.class_group_id == ClassGroup.class_group_id,
        *stands(outlook),
    )
    return and_(ClassGroup.closed_at.is_(None), exists().where(is_its))


def stands(outlook: Outlook) -> Iterator[ColumnElement[bool]]:
    """On `Assessment`."""
    yield Assessment.outlook == outlook
    yield Assessment.eligibility != Eligibility.withdrawn


def _contradict(wanted: str | None, allowed: str | None) -> bool:
    return wanted is not None and allowed is not None and wanted != allowed


def _common(wanted: tuple[str, ...] | None, allowed: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Where one prefix begins with the other, the longer one is what they have in common."""
    if wanted is None or allowed is None:
        return allowed if wanted is None else wanted
    pairs = [(one, other) for one in wanted for other in allowed]
    return tuple(
        max(pair, key=len) for pair in pairs if pair[0].startswith(pair[1]) or pair[1].startswith(pair[0])
    )
