"""`supervise restore`: from a backup to a database that works, and one plain summary of what it holds."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.backup.restoring import Restored, Wish
from app.backup.restoring import restore as make
from app.cli.backup import Directory, WalArchive, described, segments_of
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import insider
from app.cli.settings import settings_of
from app.cli.signals import fail_when_told_to
from app.core import logs
from app.privacy.redaction import redact

app = typer.Typer()


@app.command("restore")
def restore(
    directory: Directory,
    *,
    until: Annotated[
        str | None,
        typer.Option(help="Last moment to restore, RFC 3339 with its offset; without it, all there is."),
    ] = None,
    wal_archive: WalArchive = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make the embedded database from a backup and the archived log, and check every leaf.

    The key ring must be in its place before, the data directory without a database.
    """
    fail_when_told_to()
    settings = settings_of(data_dir)
    logs.configure("warning", redact)
    wish = Wish(
        directory=directory,
        data_dir=settings.data_dir,
        key_ring_path=settings.key_ring_path,
        pg_bin=settings.pg_bin,
        wal_root=wal_archive,
        until=_moment(until),
        accept_forgetful=settings.accept_forgetful_database,
        by=insider(),
    )
    restored = make(wish)
    result(_values(restored), as_json=as_json, in_words=lambda: _in_words(restored, settings.data_dir))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter("--until is a moment with its offset, as 2026-03-02T12:00:00+08:00.")
    return moment


def _values(restored: Restored) -> dict[str, object]:
    audit = restored.audit
    return {
        **described(restored.backup),
        **segments_of(restored.log),
        "until": restored.until,
        "reached_lsn": restored.reached.lsn,
        "last_commit_at": restored.reached.last_commit_at,
        "may_be_missing_since": restored.holds_until,
        "ledger": {"size": audit.head.size, "root": audit.head.root.hex(), "pending": audit.pending},
        "last_ledger_index": audit.head.size - 1 if audit.head.size else None,
        "records": audit.records,
        "decisions": audit.decisions,
        "seconds": restored.seconds,
    }


def _in_words(restored: Restored, data_dir: Path) -> None:
    audit, seconds = restored.audit, restored.seconds
    since = restored.holds_until.isoformat(timespec="seconds")
    last = restored.log.last
    index = audit.head.size - 1 if audit.head.size else "-"
    segment = f"{last.path.name} ({last.archived_at.isoformat(timespec='seconds')})" if last else "-"
    say(
        f"已恢复到 {data_dir}，用时 {seconds['all']} 秒（核对备份 {seconds['verify']}，"
        f"复制 {seconds['copy']}，重放 {seconds['replay']}，核对账本 {seconds['audit']}）。\n"
        f"备份：{restored.backup.manifest.name}；最后一段归档日志：{segment}。\n"
        f"账本 {audit.head.size} 条（最后序号 {index}，待编号 {audit.pending} 条），"
        f"{audit.records} 条记录逐一核对无误；根 {audit.head.root.hex()}。\n"
        f"{since} 之后确认的内容可能缺失：请各平台重新推送此后的批次。\n"
        "请立即重新备份：归档从下次启动起写入新的目录。",
        f"Restored to {data_dir} in {seconds['all']} s (backup verified in {seconds['verify']}, copied in "
        f"{seconds['copy']}, log replayed in {seconds['replay']}, ledger audited in {seconds['audit']}).\n"
        f"Backup: {restored.backup.manifest.name}; last archived segment: {segment}.\n"
        f"Ledger: {audit.head.size} entries (last index {index}, {audit.pending} without an "
        f"index yet), {audit.records} records hashed again and right; root {audit.head.root.hex()}.\n"
        f"What was acknowledged after {since} may be missing: ask the platforms to push again what they "
        "sent since.\n"
        "Take a backup now: from the next start the log is archived to a new directory.",
    )
