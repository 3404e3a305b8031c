"""`supervise simulate`: one platform's term of training, pushed to any server."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.console import AsJson, result
from app.cli.playing import play_side_by_side
from app.cli.session import (
    LOCAL,
    ClientId,
    ClientSecret,
    Issuer,
    KeyFile,
    KeyId,
    Server,
    credential_of,
    signed_in,
)
from app.cli.signals import end_in_order_when_told_to
from app.cli.term_options import AsOf, Learners, Seed, term
from app.cli.words import print_differences
from app.client.private_key import ISSUER
from app.core.vocabulary import PlatformKind
from app.simulator.play import Tally
from app.simulator.term import PLATFORMS

app = typer.Typer()


@app.command("simulate")
def simulate(
    *,
    client_id: ClientId,
    client_secret: ClientSecret = None,
    key_file: KeyFile = None,
    key_id: KeyId = None,
    issuer: Issuer = ISSUER,
    kind: Annotated[PlatformKind, typer.Option(help="Kind of platform to play.")] = PlatformKind.live,
    server: Server = LOCAL,
    learners: Learners = None,
    seed: Seed = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Push a simulated term to a server, and compare every receipt with what was meant."""
    end_in_order_when_told_to()
    platform = next(platform for platform in PLATFORMS if platform.kind is kind)
    credential = credential_of(client_secret, key_file, key_id)
    with signed_in(server, client_id, credential, issuer) as client:
        (tally,) = play_side_by_side(term(learners, seed, as_of), [(platform, client)])
    result(asdict(tally), as_json=as_json, in_words=lambda: _tell(tally))
    if tally.differences:
        raise typer.Exit(1)


def _tell(tally: Tally) -> None:
    typer.echo(
        f"batches {tally.batches} ({tally.replayed_batches} replayed), received {tally.received}, "
        f"accepted {tally.accepted}, unchanged {tally.unchanged}, stale {tally.stale}, "
        f"rejected {tally.rejected}"
    )
    print_differences(tally.differences)
