"""What can be wrong with the key ring or with what it sealed. No sentence repeats a key or a value."""

from pathlib import Path

from app.core.errors import AppError, Conflict, NotFound, Text


class KeyRingExposed(AppError):
    code = "key_ring_exposed"

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            Text(
                f"密钥文件 {path} 的权限为 {mode:04o}，其他用户可以访问。请执行 chmod 600 后重新启动。",
                f"The key ring {path} has mode {mode:04o}: others can reach it. "
                "Run chmod 600 on it and start again.",
            )
        )


class KeyRingUnreachable(AppError):
    code = "key_ring_unreachable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            Text(
                f"无法读取或创建密钥文件 {path}（{reason}）。请检查 SUPERVISE_KEY_RING 及其目录的权限。",
                f"The key ring {path} can be neither read nor made ({reason}). "
                "Check SUPERVISE_KEY_RING and the rights of its directory.",
            )
        )


class KeyRingBroken(AppError):
    code = "key_ring_broken"

    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                f"密钥文件 {path} 已损坏。请从备份恢复；切勿删除，否则已加密的数据将无法读取。",
                f"The key ring {path} is broken. Restore it from its backup; do not delete it: "
                "what it has sealed could never be read again.",
            )
        )


class SealingKeyUnknown(NotFound):
    code = "sealing_key_unknown"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            Text(
                f"密钥文件中没有编号为 {key_id} 的密钥。请用 supervise keys status 查看现有编号。",
                f"The key ring has no key {key_id}. See `supervise keys status` for those it has.",
            )
        )


class SealingKeyInUse(Conflict):
    code = "sealing_key_in_use"

    def __init__(self, key_id: str, values: int) -> None:
        super().__init__(
            Text(
                f"密钥 {key_id} 仍加密着 {values} 个值，不能停用。"
                "请等待重新加密完成，并查看 supervise keys status。",
                f"Key {key_id} still seals {values} values and cannot be retired. "
                "Wait for the worker to seal them anew; `supervise keys status` says what is left.",
            )
        )


class SealingKeyIsNewest(Conflict):
    code = "sealing_key_is_newest"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            Text(
                f"密钥 {key_id} 正在使用。请先执行 supervise keys rotate。",
                f"Key {key_id} is the one that seals. Run `supervise keys rotate` first.",
            )
        )


class KeyRingChangedLately(Conflict):
    code = "key_ring_changed_lately"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            Text(
                f"密钥文件刚刚变更，仍可能有程序在用旧密钥写入。请在变更 {minutes} 分钟后再停用。",
                "The key ring has changed lately: a program may still be storing what it sealed before. "
                f"Retire the key {minutes} minutes after the change.",
            )
        )


class SealingKeyMissing(AppError):
    code = "sealing_key_missing"

    def __init__(self, key_id: str) -> None:
        super().__init__(
            Text(
                f"密钥文件中没有编号为 {key_id} 的密钥。请使用与该数据库配套的密钥文件。",
                f"The key ring has no key {key_id}. Use the key ring that belongs to this database.",
            )
        )


class SealBroken(AppError):
    code = "seal_broken"

    def __init__(self, context: str) -> None:
        super().__init__(
            Text(
                f"{context} 的密文无法解开：内容被改动过，或者来自别处。",
                f"What was sealed for {context} does not open: it was changed, or belongs elsewhere.",
            )
        )
