"""Findings that officials have waived (docs/semantics.md W): each for exactly what was found, and no more."""

from typing import NamedTuple

from app.core.vocabulary import Outcome
from app.rules.figures import Figure


class Waiver(NamedTuple):
    """Two officials have waived what a rule said; should it say anything else, the waiver does not hold."""

    waiver_id: str
    rule: str
    outcome: Outcome
    observed: Figure
    threshold: Figure
