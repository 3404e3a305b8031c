"""What cannot be asked."""

from uuid import UUID

from app.core.errors import Conflict, NotFound, Text


class DecisionUnknown(NotFound):
    def __init__(self, decision_id: UUID) -> None:
        super().__init__(
            Text(
                f"没有编号为 {decision_id} 的判定。请核对编号：花名册条目的判定单中列有其判定编号。",
                f"There is no decision {decision_id}. Compare it with the decision sheet of the enrollment.",
            )
        )


class DecisionsNotComparable(Conflict):
    code = "decisions_not_comparable"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "这两个判定不属于同一花名册条目，无法比较。请给出同一学员在同一班级的两个判定。",
                "These decisions are not on one enrollment, so they cannot be compared. Name two decisions "
                "on the same learner in the same class group.",
            )
        )
