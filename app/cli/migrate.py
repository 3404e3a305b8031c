"""`supervise migrate`: brings the schema to this version."""

import typer

from app.cli.console import DataDir, say
from app.cli.place import opened

app = typer.Typer()


@app.command("migrate")
def migrate(*, data_dir: DataDir = None) -> None:
    """Bring the database schema to this version of the program."""
    with opened(data_dir, migrates_foreign=True):
        say("数据库结构已是最新。", "The database schema is up to date.")
