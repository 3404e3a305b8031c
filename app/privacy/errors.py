"""What can be wrong with the key ring or with what it sealed. No sentence repeats a key or a value."""

from pathlib import Path

from app.core.errors import AppError, Text


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
