"""What passes in and out of this room."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.core.ids import ActorId
from app.rules.provisions import ChecklistItem


class Answer(StrEnum):
    yes = "yes"
    no = "no"
    not_applicable = "not_applicable"


class Answered(NamedTuple):
    answer: Answer
    note: str | None
    answered_by: ActorId
    answered_at: datetime


class Entry(NamedTuple):
    """An item with its newest answer; None: nobody has answered it yet."""

    item: ChecklistItem
    answered: Answered | None
