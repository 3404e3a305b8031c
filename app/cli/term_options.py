"""The options that say which term the simulator plays."""

from datetime import datetime
from typing import Annotated

import typer

from app.core.clock import today
from app.simulator.term import FEWEST_LEARNERS, Term

DEFAULT_SEED = 1
DEFAULT_LEARNERS = 300

Learners = Annotated[
    int | None,
    typer.Option(help=f"Number of learners. [default: {DEFAULT_LEARNERS}]", min=FEWEST_LEARNERS, max=900_000),
]
Seed = Annotated[
    int | None, typer.Option(help=f"The same seed plays the same term. [default: {DEFAULT_SEED}]")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="Day on whose morning the term is looked at. [default: today in Shanghai]"
    ),
]


def term(learners: int | None, seed: int | None, as_of: datetime | None, *, held: Term | None = None) -> Term:
    """What is not said is as in `held`, or the default. Servers refuse what happens in days to come."""
    usual = held or Term(DEFAULT_SEED, today(), DEFAULT_LEARNERS)
    day = as_of.date() if as_of else usual.as_of
    if day > today():
        raise typer.BadParameter("--as-of cannot be a day to come.")
    return Term(
        seed=usual.seed if seed is None else seed,
        as_of=day,
        learners=usual.learners if learners is None else learners,
    )
