"""How a video stands after a look at it, and when it is looked at next. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.core.config import Settings
from app.core.vocabulary import CheckKind, CheckOutcome, CustodyState
from app.custody.schemas import Check, Standing

FIRST_PAUSE = timedelta(hours=1)
"""After a look that found no answer; each further one doubles it, up to the days between probes."""
NO_ANSWER = {CheckOutcome.gone, CheckOutcome.unreachable, CheckOutcome.refused}


def after(standing: Standing, checks: Sequence[Check], settings: Settings) -> Standing:
    """Of the checks of one look, of each kind at most one; the probe is always among them."""
    at = checks[-1].at
    observed = {**standing.observed, **{check.kind.value: _observed(check) for check in checks}}
    outcomes = {check.kind: check.outcome for check in checks}
    failed = next((check for check in checks if check.outcome in NO_ANSWER), None)
    if failed is not None:
        return _failing(standing._replace(observed=observed), failed, settings)
    hashed = outcomes.get(CheckKind.hash)
    is_longer_or_shorter = outcomes[CheckKind.probe] is CheckOutcome.length_differs
    last = observed.get(CheckKind.hash.value, {}).get("outcome")
    differs = is_longer_or_shorter or last == CheckOutcome.changed
    return Standing(
        state=CustodyState.differs if differs else CustodyState.sound,
        next_due_at=at + timedelta(days=settings.video_probe_days),
        fetch_wanted=hashed is CheckOutcome.changed,  # so that one that was mended is seen
        failures=0,
        failing_since=None,
        observed=observed,
    )


def _failing(standing: Standing, failed: Check, settings: Settings) -> Standing:
    """What is gone has vanished; what does not answer has, when it has not for long enough."""
    failures, since = standing.failures + 1, standing.failing_since or failed.at
    is_long = failed.at - since >= timedelta(hours=settings.video_failing_hours)
    vanished = failed.outcome is CheckOutcome.gone or (failures >= settings.video_failed_looks and is_long)
    return standing._replace(
        state=CustodyState.vanished if vanished else CustodyState.failing,
        next_due_at=failed.at + _pause(failures, settings),
        failures=failures,
        failing_since=since,
    )


def _pause(failures: int, settings: Settings) -> timedelta:
    longest = timedelta(days=settings.video_probe_days)
    doublings = min(failures - 1, longest // FIRST_PAUSE)
    pause: timedelta = FIRST_PAUSE * 2**doublings
    return min(pause, longest)


def _observed(check: Check) -> dict[str, Any]:
    return {**check.figures, "at": check.at.isoformat(), "outcome": check.outcome.value}
