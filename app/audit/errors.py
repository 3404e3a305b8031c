"""Why a deep check is not made."""

from app.core.errors import Conflict, Text


class DeepCheckRunning(Conflict):
    code = "deep_check_running"
    title = Text("深度核对正在进行", "A deep check is under way")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "另一次深度核对正在进行。请等它结束，再重新运行。",
                "Another deep check of this database is under way. Wait until it has ended.",
            )
        )


class DeepCheckWithoutKeys(Conflict):
    code = "deep_check_without_keys"
    title = Text("密钥文件不符", "The key ring does not fit")

    def __init__(self) -> None:
        super().__init__(
            Text(
                "密钥文件不属于此数据库，或缺少其中的密钥，无法打开归档。请设置正确的 SUPERVISE_KEY_RING。",
                "The key ring is not that of this database, or lacks some of its keys: archives cannot be "
                "opened. Set SUPERVISE_KEY_RING to the right one.",
            )
        )
