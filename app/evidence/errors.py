"""What can be refused about proofs and bundles."""

from typing import Self

from app.core.errors import AppError, Conflict, NotFound, Text, TooLarge


class LineUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "该批次没有这一行，或者不在您的范围内。行号自 1 起，与回执中的行号相同，空行也计数。",
                "The batch has no record in this line, or it is beyond your reach. Lines count from 1, "
                "blank ones too, as in the receipt.",
            )
        )


class DecisionUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "没有这个判定，或者不在您的范围内。判定编号见判定单。",
                "There is no such decision, or it is beyond your reach. The decision sheet has its id.",
            )
        )


class NotProvableYet(Conflict):
    """Proofs are against a signed checkpoint, and those come at an interval."""

    code = "not_provable_yet"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "所涉账本条目尚未取得序号，或者尚未进入已签名的检查点。请稍后（通常一分钟内）重试。",
                "An entry has no index yet, or no signed checkpoint holds it yet. "
                "Try again shortly, usually within a minute.",
            )
        )


class BundleTooLarge(TooLarge):
    code = "bundle_too_large"

    def __init__(self, most: Text) -> None:
        super().__init__(
            Text(
                f"证据包超过{most.zh}的上限，未生成文件。请减少所列班级或学员，分次取得。",
                f"The bundle would hold more than {most.en}; no file was made. "
                "Name fewer class groups or learners, and get it in parts.",
            )
        )

    @classmethod
    def of_records(cls, most: int) -> Self:
        return cls(Text(f" {most} 条原始记录", f"{most} records"))

    @classmethod
    def of_learners(cls, most: int) -> Self:
        return cls(Text(f" {most} 名学员", f"{most} learners"))


class ArchiveAltered(AppError):
    """Nothing is handed out whose proof could not hold."""

    code = "archive_altered"

    def __init__(self, subject: str) -> None:
        super().__init__(
            Text(
                f"{subject} 的存档与账本条目不符，无法出具证明。请运行 supervise ledger audit 核查数据库。",
                f"What is archived of {subject} does not hash to its ledger entry, so nothing can be proved. "
                "Examine the database with `supervise ledger audit`.",
            )
        )
