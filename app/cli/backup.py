"""`supervise backup`: base backups, what they are worth, and whether the ledger still holds."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from app.backup import retention, service
from app.backup.manifest import Backup
from app.backup.service import Source
from app.backup.wal import Log
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.place import Place, opened
from app.cli.settings import settings_of
from app.cli.signals import fail_when_told_to
from app.core.config import Settings
from app.db.embedded import binaries
from app.db.embedded.errors import BinariesUnusable

TAKE = "take"


class OrTake(TyperGroup):
    """`backup DIR` means `backup take DIR`; a directory that is called like a command is written `./list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 (typer keeps its types)
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [TAKE, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="backup",
    cls=OrTake,
    help="Take a base backup into a directory; list, verify, and hold the ledger against its archives.",
    no_args_is_help=True,
)

Directory = Annotated[Path, typer.Argument(help="Directory of the backups, or one of them.")]
WalArchive = Annotated[
    Path | None,
    typer.Option(help="Where the archived log is now; without it, where it was.", show_default=False),
]


@app.command(TAKE)
def take(
    directory: Annotated[Path, typer.Argument(help="Directory of the backups; not where the key ring is.")],
    *,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a base backup into a new directory below DIRECTORY, while everything goes on."""
    fail_when_told_to()
    with opened(data_dir) as place:
        taken = service.take_backup(directory, _source(place), place.settings.key_ring_path)
        place.write(lambda session: changed(session, "backup:take", {"backup": taken.manifest.name}))
    told = described(taken)

    def in_words() -> None:
        typer.echo(str(taken.place))
        say(
            f"备份完成：{told['bytes']} 字节，账本 {taken.manifest.ledger.size} 条。"
            "密钥文件不在其中，请另行保管。",
            f"Done: {told['bytes']} bytes, {taken.manifest.ledger.size} ledger entries. "
            "The key ring is not in it; keep that apart.",
        )
        if taken.manifest.is_embedded and taken.manifest.wal_directory is None:
            say(
                "未归档预写日志：此后写入的数据不在备份中。请设置 SUPERVISE_WAL_ARCHIVE。",
                "The log is not archived: what is written from now on is in no backup. "
                "Set SUPERVISE_WAL_ARCHIVE.",
            )

    result(told, as_json=as_json, in_words=in_words)


@app.command("list")
def list_all(directory: Directory, *, as_json: AsJson = False) -> None:
    """List the backups of a directory, the oldest first."""
    found = service.backups(directory)

    def in_words() -> None:
        for each in found:
            manifest = each.manifest
            typer.echo(
                f"{manifest.name}  {manifest.finished_at.isoformat(timespec='seconds')}  "
                f"{manifest.bytes}  {manifest.ledger.size}  {manifest.wal_directory or '-'}"
            )

    result([described(each) for each in found], as_json=as_json, in_words=in_words)


@app.command("verify")
def verify(
    directory: Directory,
    *,
    all_of_them: Annotated[bool, typer.Option("--all", help="Each backup, not only the newest.")] = False,
    wal_archive: WalArchive = None,
    as_json: AsJson = False,
) -> None:
    """Hash every file of a backup and read every record of the log behind it."""
    programs = programs_of(settings_of(None))
    found = service.backups(directory)
    verified = [
        (each, service.verify_backup(each, programs, wal_archive))
        for each in (found if all_of_them else found[-1:])
    ]

    def in_words() -> None:
        for backup, log in verified:
            say(
                f"{backup.manifest.name} 完好，其后有 {len(log.segments)} 段日志。",
                f"{backup.manifest.name} is whole, with {len(log.segments)} segments of the log behind it.",
            )

    values = [described(backup) | segments_of(log) for backup, log in verified]
    result(values, as_json=as_json, in_words=in_words)


@app.command("prune")
def prune(
    directory: Annotated[Path, typer.Argument(help="Directory of the backups.")],
    *,
    keep: Annotated[int, typer.Option(help="So many of the newest stay.", min=1)],
    wal_archive: WalArchive = None,
    as_json: AsJson = False,
) -> None:
    """Delete old backups, and the archived log that only they needed."""
    gone = retention.prune(directory, keep=keep, wal_root=wal_archive)
    result(
        gone._asdict(),
        as_json=as_json,
        in_words=lambda: say(
            f"已删除 {len(gone.backups)} 份备份和 {gone.segments} 个日志文件。",
            f"Deleted {len(gone.backups)} backups and {gone.segments} files of the log.",
        ),
    )


@app.command("audit")
def audit(
    *,
    size: Annotated[
        int | None, typer.Option(help="Tell the root of the first so many entries too.", min=0)
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Hash the whole ledger of the database again, from the archives and the decisions."""
    with opened(data_dir) as place:
        path = place.settings.key_ring_path
        found = asyncio.run(service.audited(place.database_url, service.load_ring(path), path, size=size))
    values = {
        "ledger": {"size": found.head.size, "root": found.head.root.hex()},
        "root_at": {str(at): root.hex() for at, root in found.root_at.items() if at == size},
        "pending": found.pending,
        "entries": dict(found.entries),
        "records": found.records,
        "decisions": found.decisions,
    }
    result(
        values,
        as_json=as_json,
        in_words=lambda: say(
            f"账本完好：{found.head.size} 条，{found.records} 条记录，根 {found.head.root.hex()}。"
            + "".join(f"前 {at} 条的根 {root.hex()}。" for at, root in found.root_at.items() if at == size),
            f"The ledger holds: {found.head.size} entries, {found.records} records, "
            f"root {found.head.root.hex()}."
            + "".join(f" Root at {at}: {root.hex()}." for at, root in found.root_at.items() if at == size),
        ),
    )


def _source(place: Place) -> Source:
    if place.server is None:
        backup_url = place.settings.backup_url or place.database_url
        return Source(place.database_url, backup_url, programs_of(place.settings), is_embedded=False)
    server = place.server
    return Source(
        server.program_url,
        server.superuser_url,
        server.binaries.directory,
        is_embedded=True,
        wal_directory=server.state.wal_directory,
    )


def programs_of(settings: Settings) -> Path | None:
    """Of PostgreSQL: those that are set, those of the wheel, or whatever the system finds."""
    try:
        return settings.pg_bin or binaries.packaged()
    except BinariesUnusable:
        return None


def described(backup: Backup) -> dict[str, object]:
    manifest = backup.manifest
    return {
        "backup": str(backup.place),
        "finished_at": manifest.finished_at,
        "postgresql": manifest.postgresql,
        "bytes": manifest.bytes,
        "start_lsn": manifest.start_lsn,
        "end_lsn": manifest.end_lsn,
        "ledger": {"size": manifest.ledger.size, "root": manifest.ledger.root},
        "key_ids": manifest.ring.key_ids,
        "wal_directory": manifest.wal_directory,
    }


def segments_of(log: Log) -> dict[str, object]:
    archived_at: datetime | None = log.last.archived_at if log.last else None
    return {
        "segments": len(log.segments),
        "last_segment": log.last.path.name if log.last else None,
        "last_segment_archived_at": archived_at,
    }
