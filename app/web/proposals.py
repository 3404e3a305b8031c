"""Proposals in plain words: what approving will do, and to whom or what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.accounts.schemas import ClientAccount
from app.accounts.service import list_clients
from app.api.approvals import ACTS, ProposalItem
from app.api.finding_words import RuleBook
from app.approvals.clients import DISTRUST_CREDENTIAL, REVOKE_CLIENT
from app.approvals.schemas import ProposalState
from app.core.errors import Text
from app.core.ids import ActorId
from app.db.session import ReadSession
from app.eligibility.waiver_acts import END_WAIVER, WAIVE_FINDING
from app.findings.schemas import FindingView
from app.findings.service import named_findings
from app.people import directory
from app.people.directory import Colleague
from app.policies.library import PolicyLibrary
from app.policies.publication import PUBLISH_POLICY, YES
from app.records.selection import Selection
from app.retention.acts import DISPOSE_CLASS_GROUP, LIFT_HOLD

NO_DETAIL = Text("（对象已不存在，或不在您的辖区）", "(it is not there any more, or not in your districts)")


class Told(NamedTuple):
    """A proposal as a page tells it."""

    item: ProposalItem
    title: Text
    about: Text
    """Whom or what it concerns."""
    will: Text
    """What approving does at once."""
    href: str | None
    """Where one can look before deciding."""
    proposer: str
    decider: str | None
    is_own: bool
    may_decide: bool

    @property
    def look(self) -> str | None:
        """Where one sees what has become of it."""
        arguments = self.item.arguments
        if self.item.state is not ProposalState.carried_out:
            return self.href
        match self.item.act:
            case PUBLISH_POLICY.name:
                return f"/policies/{arguments['policy_id']}"
            case DISPOSE_CLASS_GROUP.name:
                return "/retention/disposals"
            case REVOKE_CLIENT.name | DISTRUST_CREDENTIAL.name:
                return f"/clients/{arguments['client_id']}"
            case _:
                return self.href


@dataclass(frozen=True, slots=True)
class Known:
    """What the proposals name, looked up once for all of them."""

    book: RuleBook
    findings: Mapping[str, FindingView] = field(default_factory=dict)
    """By their ids, and those of their waivers."""
    clients: Mapping[str, ClientAccount] = field(default_factory=dict)
    names: Mapping[ActorId, Colleague] = field(default_factory=dict)


async def tell(
    session: ReadSession, library: PolicyLibrary, caller: Caller, items: Sequence[ProposalItem]
) -> list[Told]:
    known = await _known(session, library, caller, items)
    return [_told(known, caller, item) for item in items]


async def _known(
    session: ReadSession, library: PolicyLibrary, caller: Caller, items: Sequence[ProposalItem]
) -> Known:
    people = [item.proposer_id for item in items] + [item.decider_id for item in items]
    names = await directory.named(session, [None if each is None else ActorId(each) for each in people])
    findings: dict[str, FindingView] = {}
    if caller.role in TABLE[Action.read_findings]:
        reach = permit(caller, Action.read_findings).reach
        found = await named_findings(
            session,
            Selection().within(reach),
            ids=_ids(items, WAIVE_FINDING.name, "finding_id"),
            waiver_ids=_ids(items, END_WAIVER.name, "waiver_id"),
        )
        findings = {str(each.finding_id): each for each in found}
        findings |= {str(each.waiver_id): each for each in found if each.waiver_id is not None}
    clients = {each.client_id: each for each in await list_clients(session)}
    book = RuleBook.of(await library.in_force(session))
    return Known(book, findings, {str(name): each for name, each in clients.items()}, names)


def _ids(items: Sequence[ProposalItem], act: str, name: str) -> list[UUID]:
    return [UUID(item.arguments[name]) for item in items if item.act == act]


def _told(known: Known, caller: Caller, item: ProposalItem) -> Told:
    act = ACTS.named(item.act)
    about, will, href = WORDS[item.act](known, item)
    proposer = known.names.get(ActorId(item.proposer_id))
    decider = known.names.get(ActorId(item.decider_id or ""))
    return Told(
        item=item,
        title=act.title,
        about=about,
        will=will,
        href=href,
        proposer=proposer.display_name if proposer else item.proposer_id,
        decider=decider.display_name if decider else item.decider_id,
        is_own=item.proposer_id == caller.actor_id,
        may_decide=item.proposer_id != caller.actor_id
        and caller.role in TABLE[act.approving]
        and caller.role in TABLE[Action.decide_act],
    )


Words = tuple[Text, Text, str | None]


def _finding(known: Known, finding_id: str) -> tuple[Text, str | None]:
    found = known.findings.get(finding_id)
    if found is None:
        return NO_DETAIL, None
    title = known.book.title(found.programme, found.rule) or Text(found.rule, found.rule)
    told = known.book.told(found)
    whom, where = found.learner_id, found.class_group_name or found.class_group_id
    zh = f"学员 {whom}（{where}）" if whom else f"班级 {where}"
    en = f"learner {whom} ({where})" if whom else f"class group {where}"
    href = f"/findings/{found.finding_id}"
    return Text(f"{zh}：{title.zh}，{told.zh}", f"{en}: {title.en}, {told.en}"), href


def _waive(known: Known, item: ProposalItem) -> Words:
    about, href = _finding(known, item.arguments["finding_id"])
    will = Text(
        "批准后，这条规则的这一结果不再妨碍补贴资格，并立即重新评定；数值一旦变化，豁免即不再适用。",
        "Once approved, this outcome of the rule no longer bars eligibility, and everything is judged anew. "
        "The waiver holds for exactly these figures.",
    )
    return about, will, href


def _end_waiver(known: Known, item: ProposalItem) -> Words:
    about, href = _finding(known, item.arguments["waiver_id"])
    will = Text(
        "批准后豁免立即终止并重新评定；问题仍存在的，将再次提出预警并可能使学员失去资格。",
        "Once approved, the waiver ends and everything is judged anew; what is still wrong is found again, "
        "and may bar eligibility.",
    )
    return about, will, href


def _client(known: Known, client_id: str) -> Text:
    found = known.clients.get(client_id)
    name = client_id if found is None else f"{found.name}（{client_id}）"
    return Text(f"客户端 {name}", f"client {name}")


def _revoke(known: Known, item: ProposalItem) -> Words:
    will = Text(
        "批准后该客户端的令牌、密钥立即失效，不能恢复；已上报的数据保留。",
        "Once approved, its tokens and keys are void for good. What it has pushed stays.",
    )
    return _client(known, item.arguments["client_id"]), will, "/clients"


def _distrust(known: Known, item: ProposalItem) -> Words:
    client = _client(known, item.arguments["client_id"])
    since, credential = item.arguments["since"], item.arguments["credential"]
    about = Text(
        f"{client.zh} 的凭证 {credential}，自 {since} 起",
        f"credential {credential} of {client.en}, since {since}",
    )
    will = Text(
        "批准后，自该时刻起凭此凭证上报的全部数据将被撤回，有关学员重新评定。",
        "Once approved, everything that came with this credential since then is taken back, and whom it "
        "concerns is judged anew.",
    )
    return about, will, "/clients"


def _publish(known: Known, item: ProposalItem) -> Words:
    policy = item.arguments["policy_id"]
    called = known.book.programmes.get(policy, Text(policy, policy))
    about = Text(f"政策“{called.zh}”的新版本", f"new versions of the policy {called.en}")
    if item.arguments["retroactive"] == YES:
        will = Text(
            "批准后新版本立即生效，并追溯适用于已开班的班级：这些班级将重新评定。",
            "Once approved, they are in force also for class groups that have begun: these are judged anew.",
        )
    else:
        will = Text(
            "批准后新版本立即登记，自其施行日起开班的班级适用。",
            "Once approved, they hold for class groups that begin from their day on.",
        )
    return about, will, f"/policies/proposals/{item.proposal_id}"


def _dispose(_known: Known, item: ProposalItem) -> Words:
    platform, class_group = item.arguments["platform"], item.arguments["class_group_id"]
    about = Text(f"班级 {class_group}（平台 {platform}）", f"class group {class_group} (platform {platform})")
    will = Text(
        "批准后，该班级的花名册、学习记录、判定、预警及备注立即永久销毁，无法恢复；仅保留处置记录和账本中的哈希。",
        "Once approved, its roster, records, decisions, findings and comments are destroyed for good. The "
        "record of the disposal and hashes in the ledger stay.",
    )
    return about, will, f"/class-groups/{platform}/{class_group}"


def _lift(_known: Known, item: ProposalItem) -> Words:
    about = Text(f"冻结 {item.arguments['hold_id']}", f"legal hold {item.arguments['hold_id']}")
    will = Text(
        "批准后冻结解除；保存期已满的班级随后可以处置。",
        "Once approved, the hold is lifted; class groups whose term is over may then be disposed of.",
    )
    return about, will, "/retention"


WORDS: Mapping[str, Callable[[Known, ProposalItem], Words]] = {
    WAIVE_FINDING.name: _waive,
    END_WAIVER.name: _end_waiver,
    REVOKE_CLIENT.name: _revoke,
    DISTRUST_CREDENTIAL.name: _distrust,
    PUBLISH_POLICY.name: _publish,
    DISPOSE_CLASS_GROUP.name: _dispose,
    LIFT_HOLD.name: _lift,
}
"""Of every act; a test holds it."""
