"""All SQL of verifications: to what a number was given, and which recordings have a hash."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app.accounts.authorisation import Action
from app.core.vocabulary import CustodyState, Eligibility
from app.db.models import Batch, Decision, EligibilityReport, TrailEntry, Video, VideoCustody
from app.db.session import ReadSession
from app.verification.schemas import Issue, Issued


async def issued(session: ReadSession, number: UUID) -> Issued | None:
    """Of decisions, reports, exports and batches; None: to none of them."""
    for look in (_decision, _report, _export, _batch):
        found = await look(session, number)
        if found is not None:
            return found
    return None


async def _decision(session: ReadSession, number: UUID) -> Issued | None:
    later = aliased(Decision)
    is_replaced = exists().where(
        later.platform == Decision.platform,
        later.class_group_id == Decision.class_group_id,
        later.learner_id == Decision.learner_id,
        later.decided_at > Decision.decided_at,
    )
    row = await _one(
        session,
        select(Decision.decided_at, Decision.eligibility, is_replaced).where(Decision.decision_id == number),
    )
    return None if row is None else Issued(Issue.decision, row[0], Eligibility(row[1]), is_replaced=row[2])


async def _report(session: ReadSession, number: UUID) -> Issued | None:
    columns = (EligibilityReport.created_at, EligibilityReport.ledger_size)
    row = await _one(session, select(*columns).where(EligibilityReport.report_id == number))
    return None if row is None else Issued(Issue.report, row[0], ledger_size=row[1])


async def _export(session: ReadSession, number: UUID) -> Issued | None:
    """Only entries of the trail that papers and files bear: who looked at what is nobody's affair."""
    is_export = TrailEntry.subject.has_key("export") | (TrailEntry.action == Action.make_bundle)
    row = await _one(session, select(TrailEntry.occurred_at).where(TrailEntry.entry_id == number, is_export))
    return None if row is None else Issued(Issue.export, row[0])


async def _batch(session: ReadSession, number: UUID) -> Issued | None:
    row = await _one(session, select(Batch.received_at).where(Batch.batch_id == number))
    return None if row is None else Issued(Issue.batch, row[0])


async def _one(session: ReadSession, statement: Any) -> Sequence[Any] | None:  # noqa: ANN401
    row = (await session.execute(statement)).first()
    return None if row is None else tuple(row)


async def registered(session: ReadSession, hashes: Sequence[str]) -> tuple[datetime | None, UUID | None]:
    """Since when a video with one of these hashes stands registered, and by which batch."""
    its_record = (
        (Video.platform == VideoCustody.platform)
        & (Video.class_group_id == VideoCustody.class_group_id)
        & (Video.video_id == VideoCustody.video_id)
    )
    statement = (
        select(Batch.received_at, Batch.batch_id)
        .select_from(VideoCustody)
        .join(Video, its_record)
        .join(Batch, Batch.batch_id == Video.batch_id)
        .where(VideoCustody.hash.in_(hashes), VideoCustody.state != CustodyState.withdrawn)
        .order_by(Batch.received_at, Batch.batch_id)
        .limit(1)
    )
    row = await _one(session, statement)
    return (None, None) if row is None else (row[0], row[1])
