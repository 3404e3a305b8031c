"""`supervise demo`: everything from nothing, a term of training, and who is eligible in the end."""

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import people, say
from app.cli.demo_clients import accesses, add_clients, signed_in_as
from app.cli.demo_people import print_people
from app.cli.demo_site import (
    DemoState,
    OtherTerm,
    RunningServer,
    ServerEnded,
    demo_dir,
    free_port,
    load,
    running_server,
    save,
)
from app.cli.place import opened
from app.cli.playing import play_side_by_side
from app.cli.signals import end_in_order_when_told_to
from app.cli.term_options import AsOf, Learners, Seed, term
from app.cli.words import print_access, print_differences, print_summary, said
from app.core import clock
from app.simulator.difference import Difference
from app.simulator.learners import who_enrolled_twice
from app.simulator.organisations import enterprise
from app.simulator.term import LIVE, VOD
from app.simulator.verdict import verdicts

app = typer.Typer()

HOST = "127.0.0.1"
PORT = 8000
ASSESSMENT_LIMIT_S = 6 * 3600


@app.command("demo")
def demo(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with what was meant; exit 1 where it differs.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Keep serving until Ctrl-C.")] = False,
    learners: Learners = None,
    seed: Seed = None,
    as_of: AsOf = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Directory of the demo. [default: var/demo]", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option(help="Port; the next free one if it is taken.")] = PORT,
) -> None:
    """Start everything from nothing, play a term of training, and show who is eligible."""
    end_in_order_when_told_to()
    os.environ.pop("DATABASE_URL", None)  # a demo never touches the database that the environment may name
    directory = demo_dir(data_dir)
    state = _state(directory, learners, seed, as_of)
    chosen = free_port(HOST, port)
    if chosen != port:
        say(f"端口 {port} 已被占用，改用 {chosen}。", f"Port {port} is taken; using {chosen}.")
    with opened(directory) as place, running_server(directory, HOST, chosen) as server:
        add_clients(place, state)
        save(directory, state)
        differences = _play(directory, state, server.url) + _look(state, server.url)
        if check:
            _tell_verdict(differences)
        if serve:
            uscc, somebody = enterprise(state.seed, 0).uscc, who_enrolled_twice(state.term)
            print_access(server.url, accesses(state, server.url), uscc, somebody.id_number)
            print_people(place, state, server.url)
            _serve_until_told(server)
    if check and differences:
        raise typer.Exit(1)


def _state(directory: Path, learners: int | None, seed: int | None, as_of: datetime | None) -> DemoState:
    """The term that the directory holds already, unless another one is asked for."""
    held = load(directory)
    wanted = term(learners, seed, as_of, held=held.term if held else None)
    if held and wanted != held.term:
        raise OtherTerm(directory, held.term)
    return held or DemoState(*wanted)


def _play(directory: Path, state: DemoState, url: str) -> list[Difference]:
    """A term that was played to its end is not played again."""
    if state.is_played:
        say(
            f"沿用 {directory} 中 {state.as_of} 的学期；删除该目录可重新开始。",
            f"Using the term of {state.as_of} in {directory}; delete the directory to start anew.",
        )
        return []
    say(
        f"两个平台开始推送：{state.learners} 名学员，截至 {state.as_of}。",
        f"Two platforms push a term of {state.learners} learners, as of {state.as_of}.",
    )
    started = time.monotonic()
    with signed_in_as("live-platform", state, url) as live, signed_in_as("vod-platform", state, url) as vod:
        tallies = play_side_by_side(state.term, [(LIVE, live), (VOD, vod)])
    received = sum(tally.received for tally in tallies)
    seconds = time.monotonic() - started
    say(
        f"已推送 {received:,} 条记录，用时 {seconds:.1f} 秒（含网络往返）。",
        f"Pushed {received:,} records in {seconds:.1f} s over HTTP.",
    )
    state.is_played = True
    save(directory, state)
    return [difference for tally in tallies for difference in tally.differences]


def _look(state: DemoState, url: str) -> list[Difference]:
    """Waits until every answer reflects every receipt, then asks as a regulator would."""
    with signed_in_as("regulator", state, url) as regulator:
        with people.status(said("等待评定……", "Waiting for the assessment ...")):
            assessed = regulator.wait_until_assessed(limit_s=ASSESSMENT_LIMIT_S)
        say(
            f"评定完成，账本共 {assessed.ledger_size} 条，签名树头见 /api/v1/ledger/checkpoint。",
            f"Assessed; the ledger has {assessed.ledger_size} entries, signed at /api/v1/ledger/checkpoint.",
        )
        found = list(verdicts(state.term, regulator, is_current=state.as_of == clock.today()))
    print_summary(found)
    return [difference for verdict in found for difference in verdict.differences]


def _tell_verdict(differences: list[Difference]) -> None:
    if differences:
        print_differences(differences)
    else:
        say("结果与模拟设定完全一致。", "Everything came out as the simulator meant it.")


def _serve_until_told(server: RunningServer) -> None:
    say("按 Ctrl-C 结束。", "Ctrl-C ends it.")
    try:
        server.wait_until_it_ends()
    except SystemExit:
        return
    raise ServerEnded(server.log)
