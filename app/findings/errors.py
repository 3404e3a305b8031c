"""What can be asked of findings in vain."""

from app.core.errors import NotFound, Text


class FindingNotOpen(NotFound):
    code = "finding_not_open"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这条可豁免的预警：编号有误、已消除或已豁免、属于视频保管，或者不在您的辖区。"
                "请在预警列表中查询。",
                "There is no such open finding: the id is wrong, it was resolved or waived, it is one of the "
                "custody of videos, or it lies outside your districts. Look it up in the list of findings.",
            )
        )


class WaiverUnknown(NotFound):
    code = "waiver_unknown"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这项有效的豁免：编号有误、已终止，或者不在您的辖区。请在预警列表中查询。",
                "There is no such waiver in force: the id is wrong, it has ended, or it lies outside your "
                "districts. Look it up in the list of findings.",
            )
        )
