"""Eligibility reports: issued once, stored for ever, and each says what changed since the last one.

Who asks again on the same day, while nothing changed, is given the same report.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from app.core.clock import SHANGHAI
from app.core.ids import ActorId, ClassGroupId, LearnerId, PlatformCode, Uscc, new_uuid
from app.core.vocabulary import Eligibility
from app.db.session import WriteSession
from app.reports import repository
from app.reports.repository import Edition
from app.reports.schemas import Change, IssuedReport, PackVersion, Period, Report, ReportedClassGroup

Subject = tuple[PlatformCode, ClassGroupId, LearnerId]
Said = tuple[Eligibility | None, int | None]
"""Eligibility and subsidy in fen."""
NOTHING: Said = (None, None)


async def issue(
    session: WriteSession,
    *,
    uscc: Uscc,
    period: Period,
    created_by: ActorId,
    at: datetime,
    ledger_size: int,
    policy_versions: Sequence[PackVersion],
    class_groups: Sequence[ReportedClassGroup],
    contents: bytes,
) -> IssuedReport:
    """Append-only: a report that left the house is never changed, the next one tells the difference.

    `contents`: a hash of all that is told. The caller's last report on this very period is given again, as it
    was, if it is of this day in Shanghai and told the same. In a repeatable session the second of two at once
    is overtaken (`failures.is_overtaken`) and asks again.
    """
    before = await repository.last_edition(session, uscc, period, created_by)
    if before is not None and _still_stands(before, at, contents):
        last = before.last_report_id and await repository.report(session, before.last_report_id)
        return _told(before.report, last or None)
    report = Report(new_uuid(at), uscc, period, at, ledger_size, policy_versions, class_groups)
    last = await repository.last_report(session, uscc, period, created_by)
    number = 1 if before is None else before.number + 1
    edition = Edition(number, report, None if last is None else last.report_id, contents)
    await repository.store(session, edition, created_by)
    return _told(report, last)


def _still_stands(before: Edition, at: datetime, contents: bytes) -> bool:
    days = {each.astimezone(SHANGHAI).date() for each in (before.report.created_at, at)}
    return before.contents == contents and len(days) == 1


def _told(report: Report, last: Report | None) -> IssuedReport:
    return IssuedReport(report, last, [] if last is None else list(_changes(last, report)))


def _changes(last: Report, now: Report) -> Iterator[Change]:
    """Only of class groups that both periods hold: what one of them never asked about has not changed."""
    before, after = _said(last, within=now.period), _said(now, within=last.period)
    for subject in sorted(before.keys() | after.keys()):
        said, says = before.get(subject, NOTHING), after.get(subject, NOTHING)
        if said != says:
            yield Change(*subject, said[0], says[0], said[1], says[1])


def _said(report: Report, *, within: Period) -> Mapping[Subject, Said]:
    return {
        (class_group.platform, class_group.class_group_id, learner.learner_id): learner[1:]
        for class_group in report.class_groups
        if within.holds(class_group.closed_at)
        for learner in class_group.learners
    }
