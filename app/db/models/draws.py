"""What was announced for a draw (app/ledger/draws.py)."""

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import RequiredBytes, RequiredCount, RequiredInstant, RequiredText, RequiredUuid


class Draw(Base):
    """A population and how many are drawn of it. Whom, its ledger entry and a later checkpoint say."""

    __tablename__ = "draws"

    draw_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    purpose: Mapped[RequiredText]
    announced_at: Mapped[RequiredInstant]
    wanted: Mapped[RequiredCount]
    population: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret: Mapped[RequiredBytes]
    """Of the salts of the population's leaves."""
