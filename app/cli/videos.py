"""`supervise videos`: which hosts may be asked for the videos of a platform."""

from typing import Annotated

import typer

from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.place import opened
from app.core import clock
from app.custody.service import add_host, list_hosts, remove_host
from app.db.session import WriteSession

app = typer.Typer(
    name="videos", help="Videos in custody: the hosts that may be asked for them.", no_args_is_help=True
)

Platform = Annotated[str, typer.Argument(help="Code of the platform.")]
Host = Annotated[str, typer.Argument(help="Full domain name, in lower case, as its links name it.")]


@app.command("add-host")
def add(platform: Platform, host: Host, *, data_dir: DataDir = None) -> None:
    """Let the videos of a platform on this host be looked at: https on port 443, public addresses only."""

    async def work(session: WriteSession) -> None:
        await add_host(session, platform, host, clock.now())
        await changed(session, "videos:add-host", {"platform": platform, "host": host})

    with opened(data_dir) as place:
        place.write(work)
    say(f"已登记平台 {platform} 的视频主机 {host}。", f"Host {host} is registered for platform {platform}.")


@app.command("remove-host")
def remove(platform: Platform, host: Host, *, data_dir: DataDir = None) -> None:
    """Ask this host no more for the videos of a platform."""

    async def work(session: WriteSession) -> bool:
        was_there = await remove_host(session, platform, host)
        if was_there:
            await changed(session, "videos:remove-host", {"platform": platform, "host": host})
        return was_there

    with opened(data_dir) as place:
        was_there = place.write(work)
    if was_there:
        say(
            f"不再访问平台 {platform} 的视频主机 {host}。",
            f"Host {host} is not asked for {platform} any more.",
        )
    else:
        say(f"平台 {platform} 没有登记主机 {host}。", f"Host {host} was not registered for {platform}.")


@app.command("hosts")
def hosts(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the hosts that are registered."""
    with opened(data_dir) as place:
        found = place.read(list_hosts)
    told = [
        {"platform": platform, "host": host, "registered_at": since.isoformat()}
        for platform, host, since in found
    ]

    def in_words() -> None:
        for each in told:
            typer.echo(f"{each['platform']}  {each['host']}  {each['registered_at']}")

    result(told, as_json=as_json, in_words=in_words)
