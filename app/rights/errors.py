"""What can be refused about personal data and rights."""

from app.core.errors import NotFound, Text, TooManyRequests


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
