"""What can be asked of checklists in vain."""

from app.core.errors import Conflict, NotFound, Text


class ChecklistUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个班级，或者其政策包没有在用的版本。请核对平台和班级编号。",
                "There is no such class group, or no version of its policy applies. "
                "Check platform and class group.",
            )
        )


class ChecklistItemUnknown(NotFound):
    code = "checklist_item_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该班级适用的政策版本没有这个核查事项。请查询班级的核查事项列表。",
                "The policy version of the class group has no such checklist item. "
                "Look it up in the class group's checklist.",
            )
        )


class AnsweredWithClaim(Conflict):
    code = "answered_with_claim"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "此事项随补贴申领核查，申领提出之前不能答复。请在收到申领后再答复。",
                "This item is checked with the claim and cannot be answered before there is one. "
                "Answer it once the claim has come.",
            )
        )
