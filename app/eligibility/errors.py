"""What can stand between a question and the eligibility of an enrollment."""

from collections.abc import Sequence

from app.core.errors import AppError, Conflict, FieldError, Invalid, NotFound, Text
from app.core.ids import ClassGroupKey
from app.eligibility.schemas import OpenPoint


class NotFinal(Conflict):
    """Findings come first: nobody is told an eligibility that may still change by what was received."""

    code = "not_final"

    def __init__(self, points: Sequence[OpenPoint]) -> None:
        super().__init__(
            Text(
                f"该班级的补贴资格尚未确定：{'；'.join(point.text.zh for point in points)}。请稍后再查。",
                f"Eligibility is not final: {'; '.join(point.text.en for point in points)}. Ask again later.",
            ),
            extension={"open": [str(point) for point in points]},
        )


class ClassGroupClosed(Conflict):
    """Progress is for what can still be mended."""

    code = "class_group_closed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该班级已结班，不再有进度。请查询其补贴资格。",
                "The class group is closed and makes no more progress. Ask for its eligibility.",
            )
        )


class EnrollmentNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这一花名册条目，或者其班级尚未上报。",
                "There is no such enrollment, or its class group has not arrived.",
            )
        )


class ClassGroupNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text("没有这个班级，或者尚未上报。", "There is no such class group, or it has not arrived.")
        )


class NotAnIdNumber(Invalid):
    """Does not say what was sent."""

    code = "invalid_id_number"

    def __init__(self) -> None:
        sentence = Text(
            "不是有效的居民身份证号码：应为 18 位，出生日期和校验码须相符。请核对后重试。",
            "This is not a valid ID number: 18 characters whose birth date and check character agree. "
            "Compare it with the card and try again.",
        )
        super().__init__(sentence, errors=(FieldError("/id_number", self.code, sentence),))


class PolicyMissing(AppError):
    """The programme was known when the class group was accepted; a pack has been taken away since."""

    code = "policy_missing"

    def __init__(self, key: ClassGroupKey, programme: str) -> None:
        super().__init__(
            Text(
                f"平台 {key.platform} 的班级 {key.class_group_id} 适用的政策包 {programme} 没有加载，"
                "无法评定。请恢复该政策包后重新启动。",
                f"The policy pack {programme} of class group {key.class_group_id} of platform {key.platform} "
                "is not loaded, so it cannot be assessed. Restore the pack and start again.",
            )
        )


class LedgerGap(AppError):
    """A batch is neither in the ledger nor waiting for its index: the database was tampered with or broke."""

    code = "ledger_gap"

    def __init__(self, key: ClassGroupKey) -> None:
        super().__init__(
            Text(
                f"平台 {key.platform} 的班级 {key.class_group_id} 有批次在账本中没有条目，不能作出决定。"
                "请核查数据库。",
                f"A batch of class group {key.class_group_id} of platform {key.platform} has no ledger "
                "entry, so nothing can be decided on it. Examine the database.",
            )
        )
