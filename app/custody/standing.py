"""How a video stands after a look at it, and when it is looked at next. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.core.config import Settings
from app.core.vocabulary import CheckKind, CheckOutcome, CustodyState
from app.custody.schemas import Check, Standing

FIRST_PAUSE = timedelta(hours=1)
"""After a look that found no answer; each further one doubles it, up to the days between probes."""
SILENT = {CheckOutcome.gone, CheckOutcome.unreachable}
"""A link that is dead, or may be. That it only may be, only probes can say; that it is gone, a fetch too."""
NO_ANSWER = SILENT | {CheckOutcome.refused}


def after(standing: Standing, checks: Sequence[Check], settings: Settings) -> Standing:
    """Of the checks of one look, of each kind at most one; the probe is always among them.

    Of a fetch that failed on its way nothing is observed: what the last whole one said stands.
    """
    at = checks[-1].at
    told = [check for check in checks if _tells_of_the_link(check) or check.outcome not in NO_ANSWER]
    observed = {**standing.observed, **{check.kind.value: _observed(check) for check in told}}
    failed = next((check for check in checks if check.outcome in NO_ANSWER), None)
    if failed is not None:
        failures, since = _in_a_row(standing, observed, failed.at)
        if _tells_of_the_link(failed) or failures < settings.video_failed_looks:
            known = standing._replace(observed=observed, failures=failures, failing_since=since)
            return _failing(known, failed, settings)
    is_longer_or_shorter = _outcome(observed, CheckKind.probe) == CheckOutcome.length_differs
    was_changed = _outcome(observed, CheckKind.hash) == CheckOutcome.changed
    return Standing(
        state=CustodyState.differs if is_longer_or_shorter or was_changed else CustodyState.sound,
        next_due_at=at + timedelta(days=settings.video_probe_days),
        fetch_wanted=was_changed,  # so that one that was mended is seen; others that fail are given up
        failures=0,
        failing_since=None,
        observed=observed,
    )


def _in_a_row(standing: Standing, observed: Mapping[str, Any], at: datetime) -> tuple[int, datetime]:
    """Failures of one cause, and since when: silence, a refusal of ours, or a fetch that failed."""
    if _cause(standing.observed) != _cause(observed):
        return 1, at
    return standing.failures + 1, standing.failing_since or at


def _cause(observed: Mapping[str, Any]) -> str | None:
    """By the last probe; None: that was answered."""
    probed = _outcome(observed, CheckKind.probe)
    if probed in SILENT:
        return "silence"
    return probed if probed in NO_ANSWER else None


def _failing(standing: Standing, failed: Check, settings: Settings) -> Standing:
    """What is gone has vanished; a link that does not answer has, when it has not for long enough."""
    since = standing.failing_since or failed.at
    is_long = failed.at - since >= timedelta(hours=settings.video_failing_hours)
    is_dead = failed.outcome is CheckOutcome.gone or (
        is_long and standing.failures >= settings.video_failed_looks
    )
    is_silent = _tells_of_the_link(failed) and failed.outcome in SILENT
    return standing._replace(
        state=CustodyState.vanished if is_silent and is_dead else CustodyState.failing,
        next_due_at=failed.at + _pause(standing.failures, settings),
    )


def _tells_of_the_link(failed: Check) -> bool:
    """A host that answers probes and has nothing behind the link has nothing; a slow one accuses nobody."""
    return failed.kind is CheckKind.probe or failed.outcome is CheckOutcome.gone


def _outcome(observed: Mapping[str, Any], kind: CheckKind) -> str | None:
    outcome: str | None = observed.get(kind.value, {}).get("outcome")
    return outcome


def _pause(failures: int, settings: Settings) -> timedelta:
    longest = timedelta(days=settings.video_probe_days)
    doublings = min(failures - 1, longest // FIRST_PAUSE)
    pause: timedelta = FIRST_PAUSE * 2**doublings
    return min(pause, longest)


def _observed(check: Check) -> dict[str, Any]:
    return {**check.figures, "at": check.at.isoformat(), "outcome": check.outcome.value}
