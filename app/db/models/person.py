"""One human being in several class groups: what each enrollment tells the others of its person."""

from sqlalchemy.orm import Mapped

from app.db.base import Base
from app.db.models.columns import (
    BigCount,
    Key,
    OptionalBytes,
    RequiredBigCount,
    RequiredBytes,
    RequiredDay,
    RequiredInstant,
    RequiredText,
    RequiredUuid,
)


class PersonTime(Base):
    """A summary of one enrollment whose person is in another class group too (docs/semantics.md T).

    Instants are microseconds since 1970-01-01T00:00Z, money is fen. What is null is not compared: too many
    enrollments bear the key of this person.
    """

    __tablename__ = "person_times"

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    person_key: Mapped[RequiredBytes]
    starts_on: Mapped[RequiredDay]
    ends_on: Mapped[RequiredDay]
    closed_at: Mapped[BigCount]
    """Null while the class group runs."""
    own_spans: Mapped[OptionalBytes]
    """What its lessons take among themselves: starts and ends in order, eight bytes each."""
    taken_spans: Mapped[OptionalBytes]
    """What counts of it."""
    capped_fen: Mapped[RequiredBigCount]
    """Granted under a yearly cap."""
    before_spans: Mapped[RequiredBytes]
    """What it was told: taken by class groups that closed earlier, while the learner was present here."""
    at_once_spans: Mapped[RequiredBytes]
    """And what of its own another class group takes too."""
    granted_before_fen: Mapped[RequiredBigCount]


class ChangedDecision(Base):
    """A standing decision that says otherwise than the last eligibility report before it."""

    __tablename__ = "changed_decisions"

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    decision_id: Mapped[RequiredUuid]
    report_id: Mapped[RequiredUuid]
    reported_at: Mapped[RequiredInstant]
    reported_eligibility: Mapped[RequiredText]
    reported_subsidy_fen: Mapped[BigCount]
