"""What is wrong with a video, by what was registered and what was seen. Pure: no rows, no clock."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from app.core.clock import SHANGHAI
from app.core.config import Settings
from app.core.vocabulary import CheckKind, CheckOutcome, CustodyRule, CustodyState
from app.custody.schemas import FIGURES, Found, Keeping, Registered, Standing, Wrong

RECORDING = "live_recording"
MONTHS_OF_A_YEAR = 12
SECONDS_OF_A_MINUTE = 60
KILO = 1000

CLAUSES: Mapping[CustodyRule, str] = {
    CustodyRule.changed: "数据接口 videos：hash",
    CustodyRule.vanished: "数据接口 videos：url",
    CustodyRule.short: "数据接口 videos：size_bytes、duration_seconds",
    CustodyRule.shared_hash: "数据接口 videos：hash、lesson_id",
    CustodyRule.figures_differ: "数据接口 videos：技术参数",
}
"""What the platform promised by sending the record."""


def months_after(at: datetime, months: int) -> datetime:
    """The same day of a later month in Shanghai, or the last one of it.

    >>> months_after(datetime(2026, 8, 31, 4, tzinfo=UTC), 6).isoformat()
    '2027-02-28T12:00:00+08:00'
    """
    local = at.astimezone(SHANGHAI)
    year, month = divmod(local.year * MONTHS_OF_A_YEAR + local.month - 1 + months, MONTHS_OF_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return local.replace(year=year, month=month + 1, day=min(local.day, last))


def promised_until(video: Registered, keeping: Keeping | None) -> datetime | None:
    """When the link may go; None: nobody says."""
    moments = (video.available_until, keeping and keeping.until)
    return max((moment for moment in moments if moment), default=None)


def judge(video: Registered, standing: Standing, keeping: Keeping | None, settings: Settings) -> Wrong:
    seen = {kind: standing.observed.get(kind) for kind in CheckKind}
    found = {
        CustodyRule.changed: _changed(video, seen[CheckKind.hash]),
        CustodyRule.vanished: _vanished(standing),
        CustodyRule.short: next(_short(video, seen, settings), None),
        CustodyRule.shared_hash: _shared(video),
        CustodyRule.link_ends_early: _ends_early(video, standing, keeping),
        CustodyRule.figures_differ: _figures(video, seen[CheckKind.examination]),
    }
    return {rule: each for rule, each in found.items() if each is not None}


def _changed(video: Registered, hashed: Mapping[str, Any] | None) -> Found | None:
    if hashed is None or hashed["outcome"] != CheckOutcome.changed:
        return None
    observed = hashed.get("hash") or f"> {hashed['more_than_bytes']} bytes"
    return Found(observed, video.named_hash, None, CLAUSES[CustodyRule.changed])


def _vanished(standing: Standing) -> Found | None:
    if standing.state != CustodyState.vanished:
        return None
    fetched = standing.observed.get(CheckKind.hash, {})
    is_fetch = fetched.get("outcome") == CheckOutcome.gone
    last = fetched if is_fetch else standing.observed[CheckKind.probe]
    return Found(last.get("status") or last.get("error"), None, None, CLAUSES[CustodyRule.vanished])


def _short(
    video: Registered, seen: Mapping[CheckKind, Mapping[str, Any] | None], settings: Settings
) -> Iterator[Found]:
    clause = CLAUSES[CustodyRule.short]
    for kind in (CheckKind.hash, CheckKind.probe):
        length = (seen[kind] or {}).get("bytes")
        if length is not None and length < video.size_bytes:
            yield Found(length, video.size_bytes, video.size_bytes - length, clause)
    milliseconds = (seen[CheckKind.examination] or {}).get("milliseconds")
    registered_ms = int(video.duration_seconds * KILO)
    if milliseconds is not None and milliseconds < registered_ms - settings.video_tolerance_s * KILO:
        missing = (registered_ms - milliseconds) // KILO
        yield Found(milliseconds // KILO, registered_ms // KILO, missing, clause)
    if video.kind == RECORDING and video.planned_minutes is not None:
        least = Fraction(video.planned_minutes * SECONDS_OF_A_MINUTE * settings.video_lesson_percent, 100)
        if Fraction(video.lesson_seconds) < least:
            whole = int(video.lesson_seconds)
            yield Found(whole, int(least), int(least) - whole, clause)


def _shared(video: Registered) -> Found | None:
    """Named in the own class group only: who reads of it may not be one who reads of others."""
    if not video.sharing:
        return None
    own = [each for each in video.sharing if each.startswith("/".join((*video.key, "")))]
    elsewhere = len(video.sharing) - len(own)
    named = " ".join([*own, *([f"(+{elsewhere})"] if elsewhere else [])])
    return Found(named, None, None, CLAUSES[CustodyRule.shared_hash])


def _ends_early(video: Registered, standing: Standing, keeping: Keeping | None) -> Found | None:
    if keeping is None:
        return None
    if video.available_until is not None and video.available_until < keeping.until:
        return Found(_told(video.available_until), _told(keeping.until), None, keeping.clause)
    if standing.state == CustodyState.vanished:
        died_at = datetime.fromisoformat(standing.observed[CheckKind.probe]["at"])
        if died_at < keeping.until:
            return Found(_told(died_at), _told(keeping.until), None, keeping.clause)
    return None


def _figures(video: Registered, examined: Mapping[str, Any] | None) -> Found | None:
    clause = CLAUSES[CustodyRule.figures_differ]
    if examined is None or examined["outcome"] not in {CheckOutcome.differs, CheckOutcome.unreadable}:
        return None
    if examined["outcome"] == CheckOutcome.unreadable:
        return Found(CheckOutcome.unreadable.value, None, None, clause)
    names = examined["differing"].split()
    read = " ".join(f"{name}={_read(examined, name)}" for name in names)
    given = " ".join(f"{name}={getattr(video, name)}" for name in names)
    return Found(read, given, None, clause)


def _read(examined: Mapping[str, Any], name: str) -> object:
    return examined.get(name) if name in FIGURES else examined["milliseconds"] // KILO


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
