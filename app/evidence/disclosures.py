"""One record or one decision with all that leads from its bytes to a signed checkpoint, and nothing else."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from app.accounts.authorisation import Caller
from app.core.ids import BatchId, ClassGroupId, LearnerId, PlatformCode, RunId
from app.db.session import ReadSession, WriteSession
from app.eligibility.answers import enrollment
from app.eligibility.answers_final import final_class_group
from app.eligibility.errors import ClassGroupNotFound, EnrollmentNotFound
from app.evidence import repository
from app.evidence.errors import DecisionUnknown, LineUnknown, NotProvableYet
from app.evidence.leaves import Opened, open_batch, open_run
from app.evidence.members import Named, named_by
from app.evidence.schemas import DecisionProof, Disclosed, Entry, RecordProof, SealedBatch
from app.ingest import receipts
from app.ingest.errors import BatchDisposed
from app.ledger import proofs, publication
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.rights.schemas import Why
from app.trail.schemas import Purpose
from app.trail.service import record


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks, in which action. What is disclosed leaves one entry of the trail."""

    session: WriteSession
    key_ring: KeyRing
    caller: Caller
    action: str

    async def record(self, batch_id: BatchId, line: int, why: Why | None = None) -> RecordProof:
        """As it was received, rejected ones too; `line` as the receipt counts.

        Whoever is bound to districts gets only records that name a class group of theirs: of others nobody
        can say whose they are. Raises `BatchUnknown`, `BatchDisposed`, `LineUnknown`,
        `NotProvableYet`, `ArchiveAltered`.
        """
        await receipts.summary(self.session, batch_id, self.caller.reach)
        sealed = await repository.sealed_batch(self.session, batch_id)
        if sealed is None:
            raise BatchDisposed
        entry = await _entry(self.session, batch_id)
        opened = await asyncio.to_thread(open_batch, self.key_ring, sealed, entry.envelope)
        if line not in opened.lines:
            raise LineUnknown
        position = opened.lines.index(line)
        content, named = opened.contents[position], named_by(opened.contents[position])
        if not await self._is_theirs(sealed.platform, named):
            raise LineUnknown
        disclosed = await _disclosed(self.session, opened, position, entry)
        entry_id = await self._leave_entry(_subject(sealed, line, named), why)
        outcome = opened.outcomes[position]
        return RecordProof(
            batch_id, sealed.platform, sealed.feed, line, outcome, content, disclosed, entry_id
        )

    async def _is_theirs(self, platform: PlatformCode, named: Named) -> bool:
        reach = self.caller.reach
        if reach.districts is None:
            return True
        if not isinstance(named.class_group_id, str):
            return False
        wanted = Selection(platform, ClassGroupId(named.class_group_id))
        return await repository.is_class_group(self.session, wanted.within(reach))

    async def decision(self, decision_id: UUID) -> DecisionProof:
        """Of a class group whose eligibility is final, within the caller's reach; superseded ones too.

        Raises `DecisionUnknown`, `NotFinal`, `NotProvableYet`, `ArchiveAltered`.
        """
        found = await repository.run_of(self.session, decision_id)
        if found is None:
            raise DecisionUnknown
        run, learner_id = found
        await self._assert_final(Selection(*run.key).within(self.caller.reach), learner_id)
        entry = await _entry(self.session, run.run_id)
        decided = await repository.documents(self.session, run)
        opened = await asyncio.to_thread(open_run, self.key_ring, run, decided, entry.envelope)
        position = [each.decision_id for each in decided].index(decision_id)
        disclosed = await _disclosed(self.session, opened, position, entry)
        subject = {**run.key._asdict(), "learner_id": learner_id, "decision_id": str(decision_id)}
        entry_id = await self._leave_entry(subject, None)
        return DecisionProof(decision_id, RunId(run.run_id), opened.contents[position], disclosed, entry_id)

    async def _assert_final(self, selection: Selection, learner_id: LearnerId) -> None:
        try:
            await final_class_group(self.session, selection)
            await enrollment(self.session, selection, learner_id)
        except (ClassGroupNotFound, EnrollmentNotFound):
            raise DecisionUnknown from None

    async def _leave_entry(self, subject: dict[str, str], why: Why | None) -> UUID:
        purpose = None
        if why is not None:
            purpose = Purpose(why.purpose, why.reason)
            subject |= {} if why.case_reference is None else {"case_reference": why.case_reference}
        return await record(self.session, self.caller, self.action, subject, number=1, purpose=purpose)


def _subject(sealed: SealedBatch, line: int, named: Named) -> dict[str, str]:
    """The person concerned finds the entry by the enrollment."""
    subject = {"batch_id": str(sealed.batch_id), "line": str(line), "platform": sealed.platform}
    told = {"class_group_id": named.class_group_id, "learner_id": named.learner_id}
    return subject | {name: value for name, value in told.items() if isinstance(value, str)}


async def _entry(session: ReadSession, subject_id: UUID) -> Entry:
    entry = (await repository.entries(session, [subject_id])).get(subject_id)
    if entry is None:
        raise NotProvableYet
    return entry


async def _disclosed(session: ReadSession, opened: Opened, position: int, entry: Entry) -> Disclosed:
    checkpoint = await publication.newest(session)
    if checkpoint is None or entry.ledger_index >= checkpoint.size:
        raise NotProvableYet
    inclusion = await proofs.inclusion(session, entry.ledger_index, checkpoint.size)
    return Disclosed(
        position=position,
        size=len(opened.contents),
        salt=opened.salts[position],
        path=opened.levels.path(position),
        root=opened.levels.root,
        envelope=entry.envelope,
        ledger_index=entry.ledger_index,
        tlog_proof=proofs.tlog_proof(inclusion, checkpoint),
    )
