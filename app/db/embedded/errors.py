"""What can stand in the way of an embedded server, said to the person who started the program."""

from pathlib import Path

from app.core.errors import AppError, Text


class ServerNotStarted(AppError):
    def __init__(self, log: Path) -> None:
        super().__init__(
            Text(
                f"内置 PostgreSQL 未能启动，原因见 {log}。",
                f"The embedded PostgreSQL did not start; {log} says why.",
            )
        )


class CommandFailed(AppError):
    def __init__(self, command: str, log: Path) -> None:
        super().__init__(
            Text(
                f"PostgreSQL 的 {command} 执行失败，原因见 {log}。",
                f"PostgreSQL's {command} failed; {log} says why.",
            )
        )


class UnreachableForServer(AppError):
    def __init__(self, path: Path, user: str) -> None:
        super().__init__(
            Text(
                f"以 root 身份运行时，数据库由用户 {user} 运行，但该用户无法进入 {path}。"
                "请改用其他 --data-dir，或以普通用户身份运行。",
                f"Started by root, the database runs as {user}, who cannot reach {path}. "
                "Choose another --data-dir, or run the program as an ordinary user.",
            )
        )


class BinariesUnusable(AppError):
    def __init__(self, directory: Path) -> None:
        super().__init__(
            Text(
                f"无法运行 {directory} 中的 PostgreSQL 程序。请检查 SUPERVISE_PG_BIN，或设置 DATABASE_URL。",
                f"The PostgreSQL binaries in {directory} cannot be run. "
                "Check SUPERVISE_PG_BIN, or set DATABASE_URL.",
            )
        )


class OtherVersion(AppError):
    def __init__(self, data: Path, made_by: str, found: str) -> None:
        super().__init__(
            Text(
                f"{data} 由 PostgreSQL {made_by} 创建，无法用 {found} 打开。"
                "请用原版本导出（pg_dump）后再导入。",
                f"{data} was made by PostgreSQL {made_by} and cannot be opened by {found}. "
                "Dump it with its own version (pg_dump) and load the dump.",
            )
        )


class ForeignDirectory(AppError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            Text(
                f"{path} 属于其他用户，当前用户无法使用。请以其所有者身份运行，或改用其他 --data-dir。",
                f"{path} belongs to somebody else. Run the program as its owner, or choose another "
                "--data-dir.",
            )
        )


class OtherContainer(AppError):
    def __init__(self, data: Path) -> None:
        super().__init__(
            Text(
                f"{data} 正由另一个容器中的程序使用，内置数据库不能跨容器共享。"
                "请改用独立的 PostgreSQL 并设置 DATABASE_URL。",
                f"{data} is in use by a program in another container, and the embedded database cannot be "
                "shared between containers. Run a PostgreSQL of its own and set DATABASE_URL.",
            )
        )


class DirectoryInUse(AppError):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            Text(
                f"{data_dir} 正由运行中的程序使用。请先停止所有程序，或指定另一个空的 --data-dir。",
                f"{data_dir} is in use by a program that runs. Stop all programs first, or name another, "
                "empty --data-dir.",
            )
        )


class DirectoryNotEmpty(AppError):
    def __init__(self, home: Path) -> None:
        super().__init__(
            Text(
                f"{home} 中已有数据库，恢复不会覆盖任何数据。请指定一个空的 --data-dir。",
                f"{home} holds a database already, and nothing is ever overwritten. "
                "Name an empty --data-dir.",
            )
        )
