"""What is asked, and what is answered: a verdict, the steps that led to it, what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import Text
from app.core.vocabulary import Eligibility


class Verdict(StrEnum):
    """`unknown` accuses nobody: what was asked for does not suffice, or cannot be checked here.

    `replaced`: genuine, and not to go by any more.
    """

    genuine = "genuine"
    not_genuine = "not_genuine"
    replaced = "replaced"
    unknown = "unknown"


class About(StrEnum):
    """What was shown to us."""

    receipt = "receipt"
    number = "number"
    recording = "recording"
    bundle = "bundle"
    proof = "proof"
    nothing = "nothing"
    """Nothing that could be recognised."""


class Issue(StrEnum):
    """What a number may have been given to."""

    decision = "decision"
    report = "report"
    export = "export"
    batch = "batch"


class Step(NamedTuple):
    """One thing that was looked at. `holds` None: it is said, and proves nothing."""

    text: Text
    holds: bool | None = None


class Asked(NamedTuple):
    """One of these: a receipt or a proof as JSON, the number of a paper, or the hash of a recording."""

    receipt: Mapping[str, Any] | None = None
    proof: str | None = None
    """Of one record or decision, as the API answered it."""
    number: UUID | None = None
    hash: str | None = None
    """`sha256:` or `sm3:` and 64 digits; the digits alone stand for either."""
    stated: Eligibility | None = None
    """What the paper with the number says, as far as it says something."""
    fault: Text | None = None
    """Why it is no JSON that the platform ever hands out."""


class Issued(NamedTuple):
    """To what a number was given, and when; nobody is named."""

    what: Issue
    at: datetime
    eligibility: Eligibility | None = None
    """Of a decision."""
    is_replaced: bool = False
    """A later decision stands in its place."""
    ledger_size: int | None = None
    """That the report states."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer. `why` and `remedy` are for whoever asked; `steps` show how it was come by."""

    about: About
    verdict: Verdict
    why: Text
    remedy: Text
    steps: Sequence[Step] = ()
    at: datetime | None = None
    """When it was received, issued or registered."""
    ledger_index: int | None = None
