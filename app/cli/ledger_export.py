"""`supervise ledger export`: the log as a directory that verifies offline."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import AsJson, DataDir, result, say
from app.cli.place import opened
from app.ledger.export import export

app = typer.Typer()


@app.command("export")
def export_log(
    directory: Annotated[Path, typer.Argument(help="Where it is written; what is there already stays.")],
    *,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write checkpoints, tiles, entries and keys as C2SP tlog-tiles lays them out."""
    with opened(data_dir) as place:
        newest = place.read(lambda session: export(session, directory), repeatable=True)
    result(
        {"directory": str(directory), "size": newest.size, "root": newest.root.hex()},
        as_json=as_json,
        in_words=lambda: say(
            f"{newest.size} 个条目已导出到 {directory}。",
            f"{newest.size} entries are exported to {directory}.",
        ),
    )
