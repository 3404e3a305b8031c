"""All SQL of proofs and bundles: reads only."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.core.ids import BatchId, ClassGroupKey, LearnerId, PlatformCode, RunId
from app.core.vocabulary import Feed
from app.db.models import (
    Assessment,
    AssessmentRun,
    Batch,
    BatchArchive,
    ClassGroup,
    Course,
    Decision,
    LedgerEntry,
    PolicyRecord,
    PolicyText,
    Project,
    Waiver,
)
from app.db.session import ReadSession
from app.evidence.schemas import Decided, Entry, Item, PolicyWords, References, Run, SealedBatch
from app.ingest.schemas import MediaType
from app.records.selection import Selection

RUN: tuple[Any, ...] = (
    AssessmentRun.run_id,
    AssessmentRun.platform,
    AssessmentRun.class_group_id,
    AssessmentRun.batch_ids,
    AssessmentRun.policy_id,
    AssessmentRun.policy_version,
    AssessmentRun.policy_hash,
    AssessmentRun.secret_sealed,
)


async def sealed_batch(session: ReadSession, batch_id: BatchId) -> SealedBatch | None:
    """None too where its archive is out of the session's sight: that of another owner."""
    statement = (
        select(
            Batch.batch_id,
            Batch.platform,
            Batch.feed,
            Batch.received_at,
            BatchArchive.media_type,
            BatchArchive.body_sealed,
            BatchArchive.secret_sealed,
            BatchArchive.outcomes,
        )
        .join(
            BatchArchive,
            (BatchArchive.batch_id == Batch.batch_id) & (BatchArchive.received_at == Batch.received_at),
        )
        .where(Batch.batch_id == batch_id)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return None
    stored = SealedBatch._make(row)
    return stored._replace(feed=Feed(stored.feed), media_type=MediaType(stored.media_type))


async def is_class_group(session: ReadSession, selection: Selection) -> bool:
    """Whether the selection holds one, deleted ones too: what was said of it stays evidence."""
    statement = select(ClassGroup.class_group_id).where(*selection.conditions()).limit(1)
    return await session.scalar(statement) is not None


async def entries(session: ReadSession, subject_ids: Collection[UUID]) -> dict[UUID, Entry]:
    """The first of each that has an index."""
    statement = (
        select(LedgerEntry.subject_id, LedgerEntry.index, LedgerEntry.kind, LedgerEntry.envelope)
        .where(LedgerEntry.subject_id.in_(list(subject_ids)))
        .order_by(LedgerEntry.index.desc())
    )
    return {row[0]: Entry(*row[1:]) for row in await session.execute(statement)}


async def standing(session: ReadSession, item: Item) -> dict[LearnerId, RunId]:
    """Who stands on a decision, by learner id, and in which run it was made."""
    statement = (
        select(Assessment.learner_id, Decision.run_id)
        .join(Decision, Decision.decision_id == Assessment.decision_id)
        .where(Assessment.platform == item.key.platform, Assessment.class_group_id == item.key.class_group_id)
        .order_by(Assessment.learner_id.collate("C"))
    )
    if item.learner_id is not None:
        statement = statement.where(Assessment.learner_id == item.learner_id)
    return {LearnerId(learner_id): RunId(run_id) for learner_id, run_id in await session.execute(statement)}


async def runs(session: ReadSession, run_ids: Collection[RunId]) -> list[Run]:
    """The oldest first."""
    statement = select(*RUN).where(AssessmentRun.run_id.in_(list(run_ids)))
    ordered = statement.order_by(AssessmentRun.assessed_at, AssessmentRun.run_id)
    return [_run(row) for row in await session.execute(ordered)]


async def run_of(session: ReadSession, decision_id: UUID) -> tuple[Run, LearnerId] | None:
    statement = (
        select(*RUN, Decision.learner_id)
        .join(Decision, Decision.run_id == AssessmentRun.run_id)
        .where(Decision.decision_id == decision_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (_run(row), LearnerId(row.learner_id))


def _run(row: Sequence[Any]) -> Run:
    run_id, platform, class_group_id, *rest = row[: len(RUN)]
    return Run(run_id, ClassGroupKey(platform, class_group_id), *rest)


async def documents(session: ReadSession, run: Run) -> list[Decided]:
    """All of the run, in the order of its leaves."""
    statement = (
        select(Decision.decision_id, Decision.learner_id, Decision.document)
        .where(
            Decision.platform == run.key.platform,
            Decision.class_group_id == run.key.class_group_id,
            Decision.run_id == run.run_id,
        )
        .order_by(Decision.learner_id.collate("C"))
    )
    return [Decided._make(row) for row in await session.execute(statement)]


async def policy_words(session: ReadSession, run: Run) -> PolicyWords | None:
    """The version that judged: None where it was never recorded."""
    statement = (
        select(PolicyRecord.record_id, PolicyText.text)
        .join(PolicyText, PolicyText.text_hash == PolicyRecord.text_hash)
        .where(
            PolicyRecord.programme == run.policy_id,
            PolicyRecord.effective_from == date.fromisoformat(run.policy_version),
            PolicyRecord.content_hash == run.policy_hash,
        )
        .order_by(PolicyRecord.number)
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else PolicyWords(row.record_id, run.policy_id, run.policy_version, row.text)


async def waivers(session: ReadSession, item: Item) -> list[UUID]:
    """The proposals that two officials waived findings by, ended ones too."""
    statement = select(Waiver.waiver_id).where(
        Waiver.platform == item.key.platform, Waiver.class_group_id == item.key.class_group_id
    )
    if item.learner_id is not None:
        statement = statement.where(Waiver.learner_id.in_(["", item.learner_id]))
    return list(await session.scalars(statement.order_by(Waiver.waiver_id)))


async def references(session: ReadSession, key: ClassGroupKey) -> References:
    """The project that the class group belongs to, and its courses."""
    project_id = await session.scalar(
        select(ClassGroup.project_id).where(
            ClassGroup.platform == key.platform, ClassGroup.class_group_id == key.class_group_id
        )
    )
    if project_id is None:
        return References(None, [])
    found = [
        batch_id
        for statement in _of_project(key.platform, project_id)
        for batch_id in await session.scalars(statement)
    ]
    return References(project_id, sorted(set(found)))


def _of_project(platform: PlatformCode, project_id: str) -> list[Select[UUID]]:
    return [
        select(Project.batch_id).where(Project.platform == platform, Project.project_id == project_id),
        select(Course.batch_id).where(Course.platform == platform, Course.project_id == project_id),
    ]
