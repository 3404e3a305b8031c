"""What can be refused about personal data and rights."""

from app.core.errors import Conflict, NotFound, Text, TooManyRequests


class EnrollmentUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个花名册条目，或者不在您的范围内。请核对平台、班级与学员编号。",
                "There is no such enrollment, or it is beyond your reach. "
                "Check platform, class group and learner.",
            )
        )


class RevealLimitReached(TooManyRequests):
    code = "reveal_limit_reached"

    def __init__(self, most: int, retry_after_s: int) -> None:
        super().__init__(
            Text(
                f"今日查看明文已达 {most} 次上限。请于次日再试，确有需要请联系管理员调整上限。",
                f"Personal data was revealed to you {most} times today, which is the most. "
                "Come back tomorrow, or ask the operator for a higher limit.",
            ),
            retry_after_s=retry_after_s,
        )


class RequestUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个更正或异议请求，或者不由您受理。请核对请求编号。",
                "There is no such correction or objection, or it is not addressed to you. Check its id.",
            )
        )


class SubjectUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "您没有这个决定或预警。请从本人导出中查找其编号。",
                "There is no such decision or finding about you. Your own export names them.",
            )
        )


class RequestClosed(Conflict):
    code = "rights_request_closed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "该请求已答复或已撤回，不能再变更。如有新的理由，本人可另行提出。",
                "The request was answered or withdrawn and stays so. The person may submit another one.",
            )
        )
