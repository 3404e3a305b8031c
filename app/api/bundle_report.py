"""The readable part of a bundle: facts of each learner as the API tells them, and the report on paper.

The report of one enrollment is its decision sheet; of more it is a list of who stands how, and by what.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from app.accounts.authorisation import Reach
from app.api.decision_sheet import EnrollmentDetail, enrollment_detail
from app.api.sheet_document import ELIGIBILITIES, moment, sheet_document, yuan
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome, Severity
from app.db.session import ReadSession
from app.eligibility.answers_class_groups import ClassGroupAnswer, class_group
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.judged import judged_enrollments
from app.evidence.schemas import Contents, Mark, Readable
from app.policies.library import PolicyLibrary
from app.privacy.fields import Fields
from app.records.selection import Selection
from app.reports.documents import Document, Grid, Pair, Section, Tone, numbered
from app.reports.printing import PrintFormat, printed
from app.reports.watermark import Watermark

TITLE = Text("证据包报告", "Report of an evidence bundle")
CLASS_GROUP = Text("班级", "Class group")
MOST_LEARNERS = 2000


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: how personal data appears, and how far other class groups of a person are named."""

    library: PolicyLibrary
    reach: Reach
    fields: Fields
    actor_id: str
    organisation: str | None
    with_subsidy: bool

    async def present(
        self, session: ReadSession, contents: Sequence[Contents], mark: Mark
    ) -> AsyncIterator[Readable]:
        """Facts one learner after the other, then the report as HTML and as PDF."""
        watermark = Watermark(mark.bundle_id, self.actor_id, self.organisation, mark.made_at)
        overview = _Overview()
        document: Document | None = None
        for each in contents:
            key = each.item.key
            answer = await class_group(session, Selection(*key).within(self.reach))
            overview.begin(answer, each)
            wanted, told = EnrollmentFilter(learner_id=each.item.learner_id), frozenset(each.learner_ids)
            async for judged in judged_enrollments(
                session, self.library, Selection(*key), wanted, reach=self.reach
            ):
                if judged.standing.learner_id not in told:
                    continue
                detail = enrollment_detail(judged, "zh-CN", self.fields, with_subsidy=self.with_subsidy)
                name = f"facts/{key.platform}/{key.class_group_id}/{detail.learner_id}.json"
                yield Readable(name, detail.model_dump_json(indent=1).encode())
                overview.add(detail)
                if len(contents) == 1 and each.item.learner_id is not None:
                    document = sheet_document(judged, answer, detail, watermark)
        document = document or overview.document(watermark)
        for form in PrintFormat:
            yield Readable(f"report.{form}", await printed(document, form))


class _Overview:
    """Rows alone are kept, so that many learners do not fill the memory."""

    def __init__(self) -> None:
        self._class_groups: list[list[str]] = []
        self._learners: list[list[str]] = []
        self._eligible = 0

    def begin(self, answer: ClassGroupAnswer, contents: Contents) -> None:
        self._class_groups.append(
            [
                f"{answer.name}（{answer.platform} {answer.class_group_id}）",
                answer.enterprise_name or answer.enterprise_uscc,
                f"{answer.starts_on} 至 {answer.ends_on}",
                moment(answer.closed_at),
                str(len(contents.learner_ids)),
                str(len(contents.batch_ids())),
                "、".join(f"{run.policy_id} {run.policy_version}" for run in contents.runs[-1:]),
            ]
        )

    def add(self, sheet: EnrollmentDetail) -> None:
        self._eligible += sheet.eligibility is Eligibility.eligible
        self._learners.append(
            [
                f"{sheet.platform} {sheet.class_group_id}",
                sheet.learner_id,
                sheet.learner_name or "—",
                ELIGIBILITIES[sheet.eligibility][0].zh,
                "、".join(_at_fault(sheet)),
                yuan(sheet.subsidy_fen),
                "—" if sheet.decision is None else str(sheet.decision.decision_id),
            ]
        )

    def document(self, mark: Watermark) -> Document:
        whole = len(self._learners)
        return Document(
            title=TITLE,
            number=str(mark.export_id),
            verdict=Text(
                f"{whole} 人中 {self._eligible} 人符合补贴资格", f"{self._eligible} of {whole} eligible"
            ),
            tone=Tone.plain,
            remark=None,
            pairs=[Pair(Text("制作时间", "Made at"), moment(mark.at))],
            sections=numbered(list(self._sections())),
            mark=mark,
        )

    def _sections(self) -> Iterator[Section]:
        columns = [
            CLASS_GROUP,
            Text("企业", "Enterprise"),
            Text("培训期", "Period"),
            Text("结班时间", "Closed at"),
            Text("人数", "Learners"),
            Text("批次", "Batches"),
            Text("政策版本", "Policy"),
        ]
        yield Section(
            Text("班级", "Class groups"), grid=Grid.cut(columns, [5, 4, 4, 4, 2, 2, 4], self._class_groups)
        )
        columns = [
            CLASS_GROUP,
            Text("学员", "Learner"),
            Text("姓名", "Name"),
            Text("补贴资格", "Eligibility"),
            Text("未通过或缺数据", "Failed or without data"),
            Text("补贴（元）", "Subsidy, yuan"),
            Text("判定编号", "Decision"),
        ]
        yield Section(
            Text("学员", "Learners"),
            Text("各学员的指标与证据见 facts 目录。", "Figures and evidence of each are in `facts`."),
            grid=Grid.cut(columns, [3, 3, 3, 3, 5, 3, 6], self._learners, most=MOST_LEARNERS),
        )


def _at_fault(sheet: EnrollmentDetail) -> Iterator[str]:
    for rule in sheet.rules:
        if rule.severity is Severity.blocking and rule.outcome in {Outcome.failed, Outcome.missing}:
            yield rule.code if rule.outcome is Outcome.failed else f"{rule.code}（缺）"
