"""How far each table has been sealed anew since the key ring was last rotated."""

from sqlalchemy.orm import Mapped

from app.db.base import Base
from app.db.models.columns import Instant, Key, Names, RequiredCount, RequiredInstant, RequiredText


class Resealing(Base):
    """One pass over a table after another, until one finds nothing to do. Holds places, never a value."""

    __tablename__ = "resealings"

    table_name: Mapped[Key]
    key_id: Mapped[RequiredText]
    """The sealing key under which everything shall be."""
    rotated_at: Mapped[RequiredInstant]
    """When a worker first saw that key."""
    begun_at: Mapped[RequiredInstant]
    """Of the pass that is under way."""
    after: Mapped[Names]
    """The primary key of the last row that the pass has looked at; null: it has not begun."""
    found: Mapped[RequiredCount]
    """Values under another key that the pass has come upon."""
    due_at: Mapped[Instant]
    """When to go on; null: everything is under the key."""
