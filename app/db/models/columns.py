"""Column types and the shape that all feed tables share."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

Key = Annotated[str, mapped_column(Text, primary_key=True)]
KeyNumber = Annotated[int, mapped_column(Integer, primary_key=True, autoincrement=False)]
Name = Annotated[str | None, mapped_column(Text)]
Count = Annotated[int | None, mapped_column(Integer)]
BigCount = Annotated[int | None, mapped_column(BigInteger)]
Measure = Annotated[Decimal | None, mapped_column(Numeric)]
Flag = Annotated[bool | None, mapped_column(Boolean)]
Instant = Annotated[datetime | None, mapped_column(DateTime(timezone=True))]
Day = Annotated[date | None, mapped_column(Date)]
Names = Annotated[list[str] | None, mapped_column(ARRAY(Text))]
Sealed = Annotated[bytes | None, mapped_column(LargeBinary)]
"""AES-256-GCM under the key ring; see privacy/."""
Digest = Annotated[bytes | None, mapped_column(LargeBinary)]

RequiredText = Annotated[str, mapped_column(Text)]
RequiredInstant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
RequiredDay = Annotated[date, mapped_column(Date)]
RequiredCount = Annotated[int, mapped_column(Integer)]
RequiredBigCount = Annotated[int, mapped_column(BigInteger)]
RequiredBytes = Annotated[bytes, mapped_column(LargeBinary)]
OptionalBytes = Annotated[bytes | None, mapped_column(LargeBinary)]
RequiredFlag = Annotated[bool, mapped_column(Boolean)]
RequiredUuid = Annotated[UUID, mapped_column(Uuid)]
RequiredJson = Annotated[Any, mapped_column(JSONB)]
OptionalJson = Annotated[Any | None, mapped_column(JSONB)]
OptionalUuid = Annotated[UUID | None, mapped_column(Uuid)]


class FeedRow:
    """What every row of a feed carries beside its fields.

    Non-key fields are nullable: a tombstone may come first and knows only its key. `content_hash` is keyed
    and covers the normalised fields, so that "same content" needs no plain ID number. `batch_id` and `line`
    lead back to the very bytes in the archive.
    """

    platform: Mapped[Key] = mapped_column(sort_order=-1)
    revision: Mapped[RequiredBigCount] = mapped_column(sort_order=100)
    deleted: Mapped[RequiredFlag] = mapped_column(sort_order=100)
    content_hash: Mapped[RequiredBytes] = mapped_column(sort_order=100)
    batch_id: Mapped[RequiredUuid] = mapped_column(sort_order=100)
    line: Mapped[RequiredCount] = mapped_column(sort_order=100)
