"""What the page of a class group says in sentences: how it stands, and each value against what is asked."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from app.api.class_group_sheets import ShortLearner
from app.api.compliance_class_groups import ClassGroupDetail
from app.api.sheet_document import exactly
from app.api.standings import RuleItem
from app.core.errors import Text
from app.core.vocabulary import Eligibility, Feed, Outcome, Outlook, Severity, Subject
from app.reports.documents import Tone
from app.rules.fact_names import FactName
from app.rules.figures import shown_ratio
from app.rules.policy import Rule
from app.rules.provisions import About
from app.rules.retention import Kind
from app.rules.words import asked_in_words, in_words
from app.web.rulebook import Rulebook, VersionRules
from app.web.sheet_words import Verdict, hours_short, time_short
from app.web.terms import term

NOT_ASSESSED = Verdict(
    Text(
        "尚未评定：数据到齐后自动评定。", "Not assessed yet: that follows by itself once records are there."
    ),
    Tone.plain,
)
ORDER = (Outcome.failed, Outcome.missing, Outcome.passed, Outcome.not_applicable)
ABOUT = {
    About.platform: Text("平台", "the platform"),
    About.project: Text("项目", "the project"),
    About.class_group: Text("本班", "this class group"),
    About.enterprise: Text("企业", "the enterprise"),
    About.claim: Text("申领时核查", "the claim"),
}
KINDS = {
    Kind.feed_rows: Text("各数据集记录", "Records of all feeds"),
    Kind.archives: Text("批次原件", "Originals of batches"),
    Kind.videos: Text("视频", "Videos"),
    Kind.decisions: Text("判定", "Decisions"),
    Kind.assessment_runs: Text("评定", "Assessments"),
    Kind.reports: Text("资格报告", "Eligibility reports"),
    Kind.rights_requests: Text("更正与异议", "Corrections and objections"),
}


class Rate(NamedTuple):
    """A rate of the class group, and what the policy asks of each learner."""

    name: str
    title: Text
    about: Text
    value: Decimal | None
    asked: Text | None
    least: Decimal | None


class Words:
    def __init__(self, group: ClassGroupDetail, book: Rulebook) -> None:
        self.group = group
        self.rules: VersionRules = book.of(group.programme, group.policy_version or "")
        self.programmes = dict(book.programmes())
        self.abouts = ABOUT
        self.kinds = KINDS

    def programme(self) -> Text:
        named = Text(self.group.programme, self.group.programme)
        return self.programmes.get(self.group.programme, named)

    def verdict(self) -> Verdict:
        if self.group.assessed_at is None:
            return NOT_ASSESSED
        return self._foreseen() if self.group.closed_at is None else self._decided()

    def rates(self) -> Sequence[Rate]:
        """Those that there is anything of."""
        values = self.group.rates.model_dump()
        found = [self._rate(name, *told, values[name]) for name, told in RATES.items()]
        return [rate for rate in found if rate.value is not None or rate.asked is not None]

    def class_rules(self) -> Sequence[RuleItem]:
        """What failed first, and of that what decides."""
        severities = list(Severity)
        return sorted(
            self.group.rules, key=lambda rule: (ORDER.index(rule.outcome), severities.index(rule.severity))
        )

    def observed(self, item: RuleItem) -> Text:
        rule = self.rules.rule(item.code)
        if rule is None or item.observed is None:
            return Text("—", "—")
        return in_words(rule.comparison.fact, exactly(item.observed))

    def asked(self, code: str) -> Text:
        rule = self.rules.rule(code)
        return Text("—", "—") if rule is None else asked_in_words(rule.comparison)

    def feed(self, name: str) -> Text:
        return term(Feed(name)).text

    def words_of(self, code: str) -> str | None:
        """The clause's own."""
        rule = self.rules.rule(code)
        return None if rule is None else rule.comparison.threshold.words

    def missing(self, learner: ShortLearner, needed: Decimal) -> Text:
        """Of the hours that are asked for."""
        if learner.short_seconds is None:
            return Text("—", "—")
        return time_short(learner.short_seconds, hours_short(learner.credited_hours, needed))

    def least(self, name: str) -> Decimal | None:
        """The number that a rule on learners asks of a fact."""
        rule = self._on_learners(FactName(name))
        value = None if rule is None else rule.comparison.threshold.value
        return shown_ratio(value) if isinstance(value, Fraction) else None

    def _rate(self, name: str, title: Text, about: Text, value: Decimal | None) -> Rate:
        rule = self._on_learners(FactName(name)) if name in list(FactName) else None
        asked = None if rule is None else asked_in_words(rule.comparison)
        return Rate(name, title, about, value, asked, None if rule is None else self.least(name))

    def _on_learners(self, fact: FactName) -> Rule | None:
        rules = () if self.rules.version is None else self.rules.version.rules
        return next(
            (rule for rule in rules if rule.comparison.fact is fact and rule.subject is Subject.enrollment),
            None,
        )

    def _foreseen(self) -> Verdict:
        counts = self.group.outlooks or {}
        lost, at_risk, fine = (
            counts.get(each, 0) for each in (Outlook.lost, Outlook.at_risk, Outlook.on_track)
        )
        if not lost and not at_risk:
            return Verdict(
                Text(f"在班：{fine} 人目前都正常。", f"Running: all {fine} are on track."), Tone.good
            )
        told = _joined(
            (lost, Text("人已无法达标", "cannot pass any more")),
            (at_risk, Text("人有风险但还来得及", "are at risk but can still pass")),
            (fine, Text("人正常", "are on track")),
        )
        return Verdict(Text(f"在班：{told.zh}。", f"Running: {told.en}."), Tone.bad if lost else Tone.open)

    def _decided(self) -> Verdict:
        counts = self.group.counts
        fine, failed, unproven, waiting = (
            counts[each]
            for each in (
                Eligibility.eligible,
                Eligibility.ineligible,
                Eligibility.insufficient_evidence,
                Eligibility.in_progress,
            )
        )
        if waiting:
            return Verdict(
                Text(f"已结班：{waiting} 人尚待评定。", f"Closed: {waiting} are yet to be judged."), Tone.open
            )
        told = _joined(
            (fine, Text("人符合补贴资格", "are eligible")),
            (failed, Text("人不符合", "are not")),
            (unproven, Text("人证据不足", "lack evidence")),
        )
        tone = Tone.good if not failed and not unproven else Tone.open if fine else Tone.bad
        return Verdict(Text(f"已结班：{told.zh}。", f"Closed: {told.en}."), tone)


def _joined(*parts: tuple[int, Text]) -> Text:
    """What there is anybody of.

    >>> _joined((2, Text("人符合", "are eligible")), (0, Text("人不符合", "are not"))).en
    '2 are eligible'
    """
    there = [(number, text) for number, text in parts if number] or [parts[0]]
    return Text(
        "，".join(f"{number} {text.zh}" for number, text in there),
        ", ".join(f"{number} {text.en}" for number, text in there),
    )


RATES = {
    "attendance_rate": (
        Text("到课率", "Attendance"),
        Text("全班实到课次之和 ÷ 应到课次之和。", "Lessons attended ÷ lessons required, of all together."),
    ),
    "answer_accuracy": (
        Text("答题正确率", "Answers right"),
        Text("全班答对数之和 ÷ 提问数之和。", "Answers right ÷ questions asked, of all together."),
    ),
    "exam_pass_rate": (
        Text("考核合格率", "Exams passed"),
        Text("全班合格科目之和 ÷ 应考科目之和。", "Exams passed ÷ exams required, of all together."),
    ),
    "verification_pass_rate": (
        Text("随机验证通过率", "Verifications passed"),
        Text("全班通过的随机验证 ÷ 发出的随机验证。", "Verifications passed ÷ issued, of all together."),
    ),
    "completion_rate": (
        Text("完成率", "Completion"),
        Text("全班完成课次之和 ÷ 应到课次之和。", "Lessons completed ÷ lessons required, of all together."),
    ),
    "evaluation_rate": (
        Text("评价率", "Evaluations"),
        Text("提交评价的人数 ÷ 未退班人数。", "Who submitted an evaluation ÷ who has not withdrawn."),
    ),
    "eligible_rate": (
        Text("符合资格的比例", "Eligible"),
        Text("符合补贴资格的人数 ÷ 未退班人数。", "Who is eligible ÷ who has not withdrawn."),
    ),
}
"""Of the class group: what each is called, and how it is defined."""
