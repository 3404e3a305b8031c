"""What passes in and out of this room."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import CheckKind, CheckOutcome, CustodyRule, CustodyState

FIGURES = (
    "container",
    "video_codec",
    "video_kbps",
    "width",
    "height",
    "fps",
    "audio_codec",
    "audio_kbps",
    "audio_sample_rate",
)
"""Technical figures that a platform may give of a video, and ffprobe reads."""

Figures = Mapping[str, int | str | None]


class Check(NamedTuple):
    """One look at a video. Figures are whole numbers and words: they go into the ledger."""

    kind: CheckKind
    at: datetime
    outcome: CheckOutcome
    figures: Figures


class Registered(NamedTuple):
    """A video as its platform registered it, with what is known around it."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    video_id: str
    lesson_id: str
    kind: str
    url: str
    hash_algorithm: str
    hash: str
    size_bytes: int
    duration_seconds: Decimal
    recorded_at: datetime | None
    available_until: datetime | None
    container: str | None
    video_codec: str | None
    video_kbps: Decimal | None
    width: int | None
    height: int | None
    fps: Decimal | None
    audio_codec: str | None
    audio_kbps: Decimal | None
    audio_sample_rate: int | None
    batch_id: UUID
    line: int
    planned_minutes: int | None
    """Of its lesson; None: that is not stored."""
    lesson_ends_at: datetime | None
    lesson_seconds: Decimal
    """Of all videos of its lesson together."""
    programme: str | None
    starts_on: date | None
    sharing: Sequence[str]
    """Other lessons' videos with the same hash: platform, class group and video."""

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)

    @property
    def named_hash(self) -> str:
        return f"{self.hash_algorithm}:{self.hash}"


class Standing(NamedTuple):
    """How a video stands, as its row in custody keeps it."""

    state: CustodyState
    next_due_at: datetime | None
    fetch_wanted: bool
    failures: int
    failing_since: datetime | None
    observed: Mapping[str, Any]
    """By the kind of check: `at`, `outcome` and the figures of the last look of that kind."""


class Keeping(NamedTuple):
    """How long a policy has videos of a kind kept."""

    until: datetime
    clause: str


class Found(NamedTuple):
    """What is wrong with a video."""

    observed: int | str | None
    threshold: int | str | None
    shortfall: int | None
    clause: str


Wrong = Mapping[CustodyRule, Found]


class VideoView(NamedTuple):
    platform: str
    class_group_id: str
    video_id: str
    lesson_id: str
    kind: str
    host: str
    hash: str
    state: str
    next_due_at: datetime | None
    failures: int
    failing_since: datetime | None
    observed: Any
    found: Any
    platform_name: str | None
    class_group_name: str | None


class CheckView(NamedTuple):
    check_id: UUID
    kind: str
    checked_at: datetime
    outcome: str
    figures: Any
    batch_id: UUID
    line: int
    round_id: UUID | None
    """The round that took it into the ledger; None: it waits for one."""
