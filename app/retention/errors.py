"""What can be asked of retention in vain."""

from datetime import date

from app.core.errors import Conflict, NotFound, Text


class RetentionUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个班级，或不在您的权限范围内。请核对平台和班级编号。",
                "There is no such class group, or it is none of yours. Check platform and class group.",
            )
        )


class HoldSubjectUnknown(NotFound):
    code = "hold_subject_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "冻结对象不存在，或不在您的权限范围内。请核对平台、班级、学员或企业编号。",
                "There is nothing of that name to hold, or it is none of yours. "
                "Check platform, class group, learner or enterprise.",
            )
        )


class HoldUnknown(NotFound):
    code = "hold_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这条生效中的冻结，或不在您的权限范围内。请从冻结列表中选取。",
                "There is no such hold in force, or it is none of yours. Choose one of the list.",
            )
        )


class DisposalUnknown(NotFound):
    code = "disposal_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这条处置记录，或不在您的权限范围内，或记录中列有其他区域的班级。"
                "请从处置列表中选取，或由不限区域的人员调取。",
                "There is no such disposal, or it is none of yours, or its record names class groups "
                "of other districts. Choose one of the list, or ask an official who is bound to no district.",
            )
        )


class StillKept(Conflict):
    code = "still_kept"

    def __init__(self, until: date | None) -> None:
        if until is None:
            zh = "该班级的保存期限没有终点（未结班，或政策未规定年限），不能处置。"
            en = "The class group is kept without end: it runs, or its policy sets no length."
        else:
            zh = f"该班级须保存至 {until.isoformat()}，届时之后方可处置。"
            en = f"The class group is kept until {until.isoformat()}. It may be disposed of after that day."
        super().__init__(Text(f"{zh}请查询其保存期限和依据条款。", f"{en} Look up its terms and clauses."))


class HoldStands(Conflict):
    code = "hold_stands"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该班级或与其有共同学员且同年的班级处于冻结之中，无论期限是否届满均不能处置。请先由两人解除冻结。",
                "A legal hold stands on the class group, or on one that was judged with its hours, "
                "whatever the clock says. Two persons may lift it.",
            )
        )
