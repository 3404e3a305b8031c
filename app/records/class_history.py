"""What has happened to a class group: batches taken in, assessments, waivers; each with its ledger entry."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.ids import ClassGroupKey
from app.db.session import ReadSession, driver


class EventKind(StrEnum):
    batch = "batch"
    assessment = "assessment"
    waiver = "waiver"


EVENTS = """
    SELECT happened.*, (
        SELECT max(index) FROM ledger_entries WHERE subject_id = happened.event_id
    ) AS ledger_index
    FROM (
        SELECT 'batch' AS kind, received_at AS happened_at, batches.batch_id AS event_id, feed AS about,
               accepted, rejected, NULL AS learner_id, NULL AS reason, NULL::timestamptz AS ended_at,
               received_at > closed_at AS is_after_closing
        FROM batch_class_groups AS concerned
        JOIN batches ON batches.batch_id = concerned.batch_id
        JOIN class_groups USING (class_group_id)
        WHERE concerned.platform = $1 AND concerned.class_group_id = $2 AND class_groups.platform = $1
        UNION ALL
        SELECT 'assessment', assessed_at, run_id, policy_id || ' ' || policy_version,
               NULL, NULL, NULL, NULL, NULL, NULL
        FROM assessment_runs WHERE platform = $1 AND class_group_id = $2
        UNION ALL
        SELECT 'waiver', waived_at, waiver_id, rule, NULL, NULL, nullif(learner_id, ''), reason, ended_at,
               NULL
        FROM waivers WHERE platform = $1 AND class_group_id = $2
    ) AS happened
    WHERE $3::timestamptz IS NULL OR (happened_at, event_id) < ($3, $4::uuid)
    ORDER BY happened_at DESC, event_id DESC
    LIMIT $5
"""


class Event(NamedTuple):
    kind: EventKind
    happened_at: datetime
    event_id: UUID
    """Of the batch, the run or the waiver."""
    about: str
    """The feed of a batch, policy and version of an assessment, the rule that was waived."""
    accepted: int | None
    """Of the whole batch, whatever else it concerns."""
    rejected: int | None
    learner_id: str | None
    """Whom a waiver concerns; None: the class group itself."""
    reason: str | None
    """Of a waiver."""
    ended_at: datetime | None
    """When a waiver ended."""
    is_after_closing: bool | None
    """The batch came after the class group was closed: a correction, or late.

    None: it is no batch, or the class group runs.
    """
    ledger_index: int | None
    """None: no index has been assigned yet, or it is part of the entry of an approval."""


async def class_history(
    session: ReadSession, key: ClassGroupKey, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Event]:
    """The newest first."""
    at, event_id = before or (None, None)
    rows = await (await driver(session)).fetch(EVENTS, *key, at, event_id, limit)
    return [Event(EventKind(row[0]), *row[1:]) for row in rows]
