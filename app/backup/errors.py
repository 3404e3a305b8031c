"""What can be wrong with a backup or stand in the way of a restore, said to the operator."""

from datetime import datetime
from pathlib import Path

from app.core.errors import AppError, Text


class ProgramMissing(AppError):
    def __init__(self, program: str) -> None:
        super().__init__(
            Text(
                f"找不到 PostgreSQL 的 {program}。请安装同一大版本的客户端程序并设置 SUPERVISE_PG_BIN，"
                "或在数据库所在机器上用 pg_basebackup 备份。",
                f"PostgreSQL's {program} cannot be run here. Install its client programs of the same major "
                "version and set SUPERVISE_PG_BIN, or run pg_basebackup on the database's own machine.",
            )
        )


class BaseBackupFailed(AppError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            Text(
                f"pg_basebackup 失败：{reason}。备份需要有 REPLICATION 权限的登录账号"
                "（SUPERVISE_BACKUP_URL），pg_hba.conf 中允许 replication 的一行，以及足够的磁盘空间。",
                f"pg_basebackup failed: {reason}. A backup needs a login with REPLICATION "
                "(SUPERVISE_BACKUP_URL), a line for replication in pg_hba.conf, and room on the disk.",
            )
        )


class BackupRunning(AppError):
    def __init__(self, directory: Path) -> None:
        super().__init__(
            Text(
                f"另一个程序正在向 {directory} 备份。请等它结束。",
                f"Another program is taking a backup into {directory}. Wait until it has ended.",
            )
        )


class KeyRingBesideBackup(AppError):
    """Whoever has both can read everything."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            Text(
                f"密钥文件与备份不得放在同一目录 {directory}：两者兼得者可以读取一切。请分开存放。",
                f"Key ring and backups must not share the directory {directory}: whoever has both can read "
                "everything. Keep them apart.",
            )
        )


class NoBackup(AppError):
    def __init__(self, directory: Path) -> None:
        super().__init__(
            Text(f"{directory} 中没有可用的备份。", f"There is no backup in {directory} that could be used.")
        )


class NoBackupBefore(AppError):
    def __init__(self, directory: Path, until: datetime, first: datetime) -> None:
        super().__init__(
            Text(
                f"{directory} 中最早的备份完成于 {first.isoformat()}，无法恢复到 {until.isoformat()}。",
                f"The first backup in {directory} was finished at {first.isoformat()}: there is no way "
                f"back to {until.isoformat()}.",
            )
        )


class BackupDamaged(AppError):
    def __init__(self, place: Path, reason: str) -> None:
        super().__init__(
            Text(
                f"备份 {place} 已损坏（{reason}）。请改用另一份备份。",
                f"The backup {place} is damaged ({reason}). Use another one.",
            )
        )


class WalDamaged(AppError):
    def __init__(self, segment: Path, reason: str, archived_at: datetime) -> None:
        at = archived_at.isoformat(timespec="seconds")
        super().__init__(
            Text(
                f"归档的预写日志段 {segment} 已损坏或缺失（{reason}），归档时间约 {at}。"
                "请找回完好的副本，或用 --until 恢复到此前的时刻。",
                f"The archived segment {segment} is damaged or missing ({reason}); its time was about {at}. "
                "Find a good copy of it, or restore with --until to a moment before.",
            )
        )


class ArchiveUnreadable(AppError):
    def __init__(self, directory: Path, user: str) -> None:
        super().__init__(
            Text(
                f"用户 {user} 运行恢复中的数据库，但无法读取归档目录 {directory}。请调整其权限，"
                "或用 --wal-archive 指定实际位置。",
                f"The database that is restored runs as {user}, who cannot read the archive {directory}. "
                "Change its rights, or name where it is now with --wal-archive.",
            )
        )


class ForeignBackup(AppError):
    def __init__(self, place: Path) -> None:
        super().__init__(
            Text(
                f"{place} 是独立 PostgreSQL 的备份，请用该服务器自己的程序恢复（见 docs/operations.md），"
                "然后运行 supervise backup audit 核对。",
                f"{place} is of a PostgreSQL of your own: restore it with that server's programs "
                "(docs/operations.md), then check it with `supervise backup audit`.",
            )
        )


class OtherMajor(AppError):
    def __init__(self, place: Path, made_by: str, found: str) -> None:
        super().__init__(
            Text(
                f"备份 {place} 由 PostgreSQL {made_by} 创建，无法用 {found} 恢复。请安装同一大版本的程序。",
                f"The backup {place} was made by PostgreSQL {made_by} and cannot be restored by {found}. "
                "Install programs of the same major version.",
            )
        )


class KeyRingMissing(AppError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                f"没有密钥文件 {path}。请先从单独的保管处取回，放到该处或设置 SUPERVISE_KEY_RING。",
                f"There is no key ring {path}. Bring it from where it is kept apart, and put it there or set "
                "SUPERVISE_KEY_RING.",
            )
        )


class OtherKeyRing(AppError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                f"密钥文件 {path} 与该数据库不配套，无法读取其中的密文。请取回配套的密钥文件。",
                f"The key ring {path} does not belong to this database: what was sealed could not be read. "
                "Bring the ring that does.",
            )
        )


class EndNotReached(AppError):
    def __init__(self, until: datetime, last: str) -> None:
        super().__init__(
            Text(
                f"日志在到达 {until.isoformat()} 之前就结束了（最后一次提交：{last}）。请指定更早的 --until，"
                "或不指定以恢复到末尾。",
                f"The log ends before {until.isoformat()} (last commit: {last}). Name an earlier --until, or "
                "none to restore all there is.",
            )
        )


class RecoveryFailed(AppError):
    def __init__(self, log: Path) -> None:
        super().__init__(
            Text(f"数据库恢复失败，原因见 {log}。", f"The database did not recover; {log} says why.")
        )


class RecoveredTooLittle(AppError):
    def __init__(self, segment: str, reached: str) -> None:
        super().__init__(
            Text(
                f"恢复停在 {reached}，未用到已归档的 {segment}。请检查归档目录。",
                f"Recovery stopped at {reached} and did not reach {segment}, which was archived. Look into "
                "the archive.",
            )
        )


class AuditFailed(AppError):
    """The data are there, and do not say what the ledger says."""

    def __init__(self, flaws: list[str]) -> None:
        told = "; ".join(flaws[:5])
        super().__init__(
            Text(
                f"数据与账本不符，共 {len(flaws)} 处：{told}。请勿投入使用，并保留现场以供查证。",
                f"The data do not agree with the ledger in {len(flaws)} places: {told}. Do not put them into "
                "use, and keep what is there as evidence.",
            )
        )


class OtherKeyRingThere(AppError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                f"{path} 已存在且内容不同，不会被覆盖。请指定另一个目录。",
                f"{path} is there already and holds something else; it is never overwritten. Name another "
                "directory.",
            )
        )
