"""Decision sheets to print, as HTML or PDF, for regulators and platforms, and for enterprises once final."""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.decision_sheet import enrollment_detail
from app.api.deps import Allowed, RepeatableUnit, Resources, Shared
from app.api.parameters import ClassGroupPath, LearnerPath, OnlyKnown, PlatformPath
from app.api.printouts import PRINTED, printout
from app.api.problems import documented
from app.api.sheet_document import sheet_document
from app.core import clock
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import WriteSession
from app.eligibility.answers_class_groups import class_group
from app.eligibility.answers_final import final_class_group
from app.eligibility.judged import judged_enrollment
from app.records.selection import Selection
from app.reports.printing import PrintFormat
from app.reports.watermark import Watermark
from app.trail.service import organisation, record

router = APIRouter(prefix="/api/v1", dependencies=[OnlyKnown])

WantedFormat = Annotated[
    Literal["html", "pdf"] | None,
    Query(
        title="格式 / Format",
        description="未给出时按 `Accept`，默认为 html。By default what `Accept` prefers, else html.",
    ),
]


class Desk(NamedTuple):
    """Who has something printed, in which action."""

    session: WriteSession
    shared: Resources
    caller: Caller
    action: Action

    async def mark(self, subject: Mapping[str, str], *, number: int) -> Watermark:
        """What is printed leaves an entry of the trail, whose id it bears."""
        export_id = await record(self.session, self.caller, self.action, subject, number=number)
        return Watermark(export_id, self.caller.actor_id, organisation(self.caller), clock.now())


@router.get(
    "/compliance/enrollments/{platform}/{class_group_id}/{learner_id}/sheet",
    summary="判定单（打印） / A decision sheet to print",
    tags=["合规 / Compliance"],
    response_class=Response,
    responses={**PRINTED, **documented(404)},
)
async def sheet(
    *,
    request: Request,
    caller: Annotated[Caller, Allowed(Action.read_compliance, Audited.reads)],
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    learner_id: LearnerPath,
    format: WantedFormat = None,  # noqa: A002 (its name in the contract)
) -> Response:
    """The decision sheet as HTML or PDF/A, in Chinese and English. Each page bears who printed it and when.

    判定单的打印件（HTML 或 PDF/A），中英对照；每页注明打印人与时间，并记入审计日志。
    """
    desk = Desk(session, shared, caller, Action.read_compliance)
    key = ClassGroupKey(platform, class_group_id)
    return await _sheet(desk, key, learner_id, _wanted(request, format))


@router.get(
    "/eligibility/class-groups/{platform}/{class_group_id}/learners/{learner_id}/sheet",
    summary="本企业学员的判定单（打印） / A decision sheet to print, for the enterprise",
    tags=["补贴资格 / Eligibility"],
    response_class=Response,
    responses={**PRINTED, **documented(404, 409)},
)
async def final_sheet(
    *,
    request: Request,
    caller: Annotated[Caller, Allowed(Action.read_eligibility)],
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    learner_id: LearnerPath,
    format: WantedFormat = None,  # noqa: A002
) -> Response:
    """Once the class group's eligibility is final; before: 409 `not_final`.

    班级资格确定之后方可查询，此前返回 409 `not_final`。企业可见本企业学员全名。
    """
    key = ClassGroupKey(platform, class_group_id)
    await final_class_group(session, Selection(*key).within(caller.reach))
    desk = Desk(session, shared, caller, Action.read_eligibility)
    return await _sheet(desk, key, learner_id, _wanted(request, format))


async def _sheet(desk: Desk, key: ClassGroupKey, learner_id: LearnerId, wanted: PrintFormat) -> Response:
    caller, selection = desk.caller, Selection(*key).within(desk.caller.reach)
    library = desk.shared.library
    judged = await judged_enrollment(desk.session, library, selection, learner_id, reach=caller.reach)
    of_class_group = await class_group(desk.session, selection)
    subject = {**key._asdict(), "learner_id": learner_id, "export": f"decision-sheet.{wanted}"}
    mark = await desk.mark(subject, number=1)
    detail = enrollment_detail(judged, "zh-CN", caller.fields, with_subsidy=caller.reach.platform is None)
    document = sheet_document(judged, of_class_group, detail, mark)
    name = f"decision-sheet-{key.platform}-{key.class_group_id}-{learner_id}"
    return await printout(desk.shared, document, wanted, name)


def _wanted(request: Request, named: Literal["html", "pdf"] | None) -> PrintFormat:
    if named is not None:
        return PrintFormat(named)
    accepted = request.headers.get("accept", "")
    is_pdf = "application/pdf" in accepted and "text/html" not in accepted
    return PrintFormat.pdf if is_pdf else PrintFormat.html
