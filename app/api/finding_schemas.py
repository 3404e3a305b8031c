"""Findings in the form of the API, and what is done about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.authorisation import Caller
from app.api.finding_words import RuleBook
from app.api.pagination import Listing
from app.api.standings import CLASS_GROUP_NAME, PLATFORM_NAME, Number, Shown
from app.approvals.schemas import ProposalView
from app.core.ids import ActorId
from app.core.vocabulary import CustodyRule, FindingState, Outcome, Role, Severity, Subject
from app.db.session import ReadSession
from app.findings import work
from app.findings.schemas import Event, EventKind, FindingView, Work
from app.people import directory
from app.people.directory import Colleague
from app.policies.library import PolicyLibrary
from app.policies.schemas import Bilingual
from app.rules.engine import RuleOutcome

MOST_AT_ONCE = 200
PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Without control characters but line ends."""
Ids = Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE, title="预警编号 / Findings")]
Names = Mapping[ActorId, Colleague]


class Person(Shown):
    """监管人员。An official, as colleagues know one another."""

    user_id: str = Field(title="用户 / User", examples=["user-0f1e2d3c4b5a6978"])
    display_name: str = Field(title="姓名 / Name", examples=["李某"])
    role: Role = Field(title="角色 / Role", examples=["reviewer"])


class WaitingProposal(Shown):
    """等待审批的提请。What somebody proposed, and a second person has not decided yet."""

    proposal_id: UUID = Field(title="提请编号 / Proposal")
    act: str = Field(
        title="操作 / Act",
        description="finding:waive 豁免，waiver:end 终止豁免。To waive it, or to end its waiver.",
        examples=["finding:waive"],
    )
    by: Person | None = Field(title="提请人 / Proposed by")
    proposed_at: datetime = Field(title="提请时间 / Proposed at")
    expires_at: datetime = Field(title="失效时间 / Expires at")


class FindingItem(Shown):
    """一条预警。A finding: a learner or class group and a rule, with what the rule observed."""

    finding_id: UUID = Field(title="预警编号 / Finding")
    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    learner_id: str | None = Field(
        title="学员 / Learner",
        description="null 表示班级本身的预警。Null: about the class group, or what belongs to it.",
    )
    subject: Subject = Field(title="对象 / Subject")
    enterprise_uscc: str | None = Field(title="企业 / Enterprise")
    programme: str | None = Field(title="补贴项目 / Programme")
    rule: str = Field(title="规则 / Rule", examples=["attendance-rate"])
    outcome: Outcome = Field(title="判定 / Outcome")
    severity: Severity = Field(title="效力 / Severity")
    state: FindingState = Field(
        title="状态 / State",
        description="open 未消除，resolved 已消除，waived 已豁免。"
        "Resolved once the rule passes or no longer applies; waived by two officials.",
    )
    observed: bool | int | Number | str | None = Field(title="实际值 / Observed", examples=[0.75])
    threshold: bool | int | Number | str | None = Field(title="要求值 / Threshold", examples=[0.8])
    shortfall: int | Number | None = Field(title="差额 / Shortfall", examples=[1])
    clause: str = Field(title="依据条款 / Clause")
    raised_at: datetime = Field(title="提出时间 / Raised at")
    confirmed_at: datetime = Field(title="最近确认时间 / Confirmed at")
    resolved_at: datetime | None = Field(title="消除时间 / Resolved at")
    places: Sequence[str] = Field(
        title="位置 / Places", description="涉及的课次、课程或视频。The lessons, courses or videos concerned."
    )
    waived_at: datetime | None = Field(title="豁免时间 / Waived at")
    waiver_id: UUID | None = Field(title="豁免编号 / Waiver")
    waiver_reason: str | None = Field(title="豁免理由 / Why it was waived")
    assignee: Person | None = Field(
        default=None,
        title="办理人 / Assignee",
        description="仅监管人员与审计人员可见。For officials and auditors only.",
    )
    comments: int | None = Field(
        default=None, title="备注条数 / Comments", description="同上。Likewise.", examples=[2]
    )
    proposal: WaitingProposal | None = Field(
        default=None,
        title="等待审批的提请 / What is proposed",
        description="没有等待审批的提请时为 null；同上。Null where nothing waits; likewise.",
    )
    title: Bilingual | None = Field(default=None, title="规则名称 / Title of the rule")
    told: Bilingual | None = Field(default=None, title="问题说明 / What is wrong, in words")


class AssignedCount(Shown):
    """分配情况。By who takes care of them."""

    me: int = Field(title="本人 / Oneself")
    somebody: int = Field(title="已分配 / Somebody", description="含本人。With oneself.")
    nobody: int = Field(title="未分配 / Nobody")
    nobody_open: int = Field(title="未分配且未消除 / Nobody, and open")


class FindingCount(Shown):
    rule: str = Field(title="规则 / Rule")
    outcome: Outcome = Field(title="判定 / Outcome")
    severity: Severity = Field(title="效力 / Severity")
    state: FindingState = Field(title="状态 / State")
    findings: int = Field(title="条数 / Findings")


class FindingListing(Listing[FindingItem]):
    counts: Sequence[FindingCount] | None = Field(
        title="计数 / Counts",
        description="筛选范围内的全部预警，仅首页给出。"
        "Of everything that is filtered; on the first page only.",
    )
    assigned: AssignedCount | None = Field(
        default=None,
        title="分配情况 / By assignee",
        description="同上，仅监管人员与审计人员可见。Likewise, for officials and auditors only.",
    )


class WantedAssignment(BaseModel):
    """分配预警。Who is to take care of findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding_ids: Ids
    assignee_id: Annotated[str, Field(max_length=64)] | None = Field(
        title="办理人 / Assignee",
        description="null 表示不再由任何人办理。Null: nobody any more.",
        examples=["user-0f1e2d3c4b5a6978"],
    )


class WantedComment(BaseModel):
    """预警备注。Words about findings, for officials and auditors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    finding_ids: Ids
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=PLAIN)
    ] = Field(
        title="备注 / Comment",
        description="含形似身份证号码、电话的内容将被拒绝。"
        "Refused where it holds what looks like an ID number or a phone number.",
        examples=["已致电平台核实，等待补报签退记录。"],
    )


class FindingsWorkedOn(BaseModel):
    """已办理的预警。The findings that were worked on."""

    model_config = ConfigDict(frozen=True)

    finding_ids: Sequence[UUID] = Field(title="预警编号 / Findings")


class Colleagues(BaseModel):
    """可分配的人员。To whom findings may be assigned."""

    model_config = ConfigDict(frozen=True)

    items: Sequence[Person] = Field(title="人员 / People")


class FindingEvent(BaseModel):
    """一条经过。Something that happened to a finding."""

    model_config = ConfigDict(frozen=True)

    at: datetime = Field(title="时间 / At")
    kind: EventKind = Field(
        title="经过 / What",
        description="confirmed 为最近一次确认。confirmed: the last time that it was found again.",
    )
    by: Person | None = Field(
        title="何人 / By whom", description="null 表示由评定产生。Null: by the assessment."
    )
    to: Person | None = Field(title="办理人 / Assignee")
    text: str | None = Field(title="内容 / Words", description="备注或理由。A comment, or a reason.")


class FindingDetail(FindingItem):
    """一条预警及其经过。A finding, and what became of it."""

    remedy: Bilingual | None = Field(title="补救办法 / Remedy")
    history: Sequence[FindingEvent] = Field(
        title="经过 / History",
        description="最新的在前。平台只见预警本身的经过。"
        "Newest first. Platforms see what became of the finding alone.",
    )


class Telling(NamedTuple):
    """What it takes to tell a caller of findings."""

    session: ReadSession
    book: RuleBook
    with_work: bool

    @classmethod
    async def open(cls, session: ReadSession, library: PolicyLibrary, caller: Caller) -> Self:
        return cls(session, RuleBook.of(await library.in_force(session)), work.may_read_work(caller))

    async def items(self, views: Sequence[FindingView]) -> list[FindingItem]:
        if not self.with_work:
            return [finding_item(view, self.book) for view in views]
        done = await work.work_on(self.session, views)
        people = [each.assignee_id for each in done.values()]
        people += [each.proposal.proposer_id for each in done.values() if each.proposal is not None]
        names = await directory.named(self.session, people)
        return [finding_item(view, self.book, done[view.finding_id], names) for view in views]

    async def detail(self, view: FindingView) -> FindingDetail:
        (item,) = await self.items([view])
        events = await work.history(self.session, view, with_work=self.with_work)
        names = await directory.named(
            self.session, [actor for event in events for actor in (event.by, event.to)]
        )
        remedy = self.book.remedy(view.programme, view.rule)
        history = [_event(event, names) for event in events]
        return FindingDetail(
            **dict(item), remedy=None if remedy is None else Bilingual.of(remedy), history=history
        )


def finding_item(
    view: FindingView, book: RuleBook | None = None, done: Work | None = None, names: Names | None = None
) -> FindingItem:
    """In words with a `book`; with the work on it as far as that is told."""
    is_custodys = view.rule in list(CustodyRule)  # whose evidence is kept as it is shown
    told = view.evidence if is_custodys else RuleOutcome.from_stored(view.evidence).shown()
    figures = {name: told[name] for name in ("observed", "threshold", "shortfall", "clause", "places")}
    more: dict[str, object] = {}
    if book is not None:
        title = book.title(view.programme, view.rule)
        more |= {"title": title and Bilingual.of(title), "told": Bilingual.of(book.told(view))}
    if done is not None:
        more |= {"assignee": person(done.assignee_id, names or {}), "comments": done.comments}
        more["proposal"] = _waiting(done.proposal, names or {})
    return FindingItem.model_validate({**view._asdict(), **figures, **more})


def person(user_id: ActorId | None, names: Names) -> Person | None:
    """Programs have no name here."""
    return None if user_id is None or user_id not in names else Person.model_validate(names[user_id])


def _waiting(proposal: ProposalView | None, names: Names) -> WaitingProposal | None:
    if proposal is None:
        return None
    by = person(proposal.proposer_id, names)
    said = proposal._asdict()
    return WaitingProposal(
        by=by, **{name: said[name] for name in WaitingProposal.model_fields if name != "by"}
    )


def _event(event: Event, names: Names) -> FindingEvent:
    by, to = person(event.by, names), person(event.to, names)
    return FindingEvent(at=event.at, kind=event.kind, by=by, to=to, text=event.text)
