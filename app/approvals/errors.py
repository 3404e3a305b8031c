"""What the second person can be refused, and the first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.core.clock import SHANGHAI
from app.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Text


class ActUnknown(Invalid):
    code = "unknown_act"

    def __init__(self, known: Sequence[str]) -> None:
        listed = ", ".join(known)
        sentence = Text(f"没有这种操作。可选：{listed}。", f"There is no such act. Known: {listed}.")
        super().__init__(sentence, errors=(FieldError("/act", "invalid_value", sentence),))


class UnusableArguments(Invalid):
    code = "unusable_arguments"

    def __init__(self, names: Sequence[str]) -> None:
        listed = ", ".join(names)
        sentence = Text(
            f"此操作的参数为 {listed}，每个为 1–64 个 A-Z a-z 0-9 _ . : - 字符的编号。",
            f"The arguments of this act are {listed}, each an id of 1-64 characters of A-Z a-z 0-9 _ . : -.",
        )
        super().__init__(sentence, errors=(FieldError("/arguments", "invalid_value", sentence),))


class ProposalUnknown(NotFound):
    code = "proposal_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这条提请，或不在您的权限范围内。请从列表中选取。",
                "There is no such proposal, or it is none of yours. Choose one of the list.",
            )
        )


class SecondPersonNeeded(Forbidden):
    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "提请人不能审批自己的提请。请由另一位有权限的人员审批。",
                "Who proposed an act cannot decide on it. Ask another person with the right to.",
            )
        )


class ProposalDecided(Conflict):
    code = "proposal_decided"

    def __init__(self, decided_at: datetime | None) -> None:
        on = "" if decided_at is None else f" {decided_at.isoformat(timespec='seconds')}"
        super().__init__(
            Text(
                f"这条提请已于{on} 作出决定，不能更改。如有需要请另行提请。",
                f"This proposal was decided{on} and cannot change. Propose anew if need be.",
            )
        )


class AlreadyProposed(Conflict):
    code = "already_proposed"

    def __init__(self, *, by: str, at: datetime, proposal_id: UUID, about: Mapping[str, str]) -> None:
        named = ", ".join(about.values())
        on = at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="minutes")
        super().__init__(
            Text(
                f"同一事项（{named}）已由 {by} 于 {on} 提请，正等待审批，没有再次提请。"
                f"请另一位有权限的人员在“待我决定”（/desk）中决定提请 {proposal_id}；"
                "被驳回或过期后可另行提请。",
                f"{by} proposed the same ({named}) on {on}; it waits, and was not proposed again. "
                f"Let another person with the right to decide on proposal {proposal_id} on the page "
                '"To decide" (/desk); propose anew once it was rejected or has expired.',
            )
        )


class ProposalExpired(Conflict):
    code = "proposal_expired"

    def __init__(self) -> None:
        super().__init__(
            Text("这条提请已过期。请重新提请。", "This proposal has expired. Propose anew if need be.")
        )


class ProposerWithoutRight(Conflict):
    code = "proposer_without_right"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "提请人已被停用或不再有提请的权限，这条提请不能执行。请由他人重新提请。",
                "The proposer was disabled or may not propose this any more, so it is not carried out. "
                "Let somebody else propose it.",
            )
        )
