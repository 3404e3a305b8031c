"""Why a what-if over HTTP is not begun."""

from app.core.errors import Text, TooLarge, Unavailable

RETRY_AFTER_S = 10


class SimulationTooLarge(TooLarge):
    code = "simulation_too_large"
    title = Text("模拟范围过大", "What-if too large")

    def __init__(self, enrollments: int, most: int) -> None:
        super().__init__(
            Text(
                f"该范围有 {enrollments} 个花名册条目，在线模拟最多 {most} 个。"
                "请按平台、区划、企业或结班日期缩小范围，或由运维人员运行 supervise policy simulate。",
                f"There are {enrollments} enrollments, and a what-if over HTTP judges at most {most}. "
                "Filter by platform, district, enterprise or day of closing, or have an operator run "
                "`supervise policy simulate`.",
            )
        )


class SimulationsBusy(Unavailable):
    code = "simulations_busy"

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"正在进行另一次政策模拟，请在 {RETRY_AFTER_S} 秒后重试。",
                f"Another what-if is being made at this moment; try again after {RETRY_AFTER_S} s.",
            ),
            retry_after_s=RETRY_AFTER_S,
        )
