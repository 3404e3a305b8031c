"""Makes a past decision again: from its own batches, by its own policy, as of its own moment."""

from dataclasses import replace
from uuid import UUID

from app import __version__
from app.core.errors import AppError
from app.db.session import Database, ReadSession, WriteSession, rehearsing
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.reproduction import documents, judging, remarks, repository
from app.reproduction.basis import Basis, Reading
from app.reproduction.errors import DecisionUnknown
from app.reproduction.repository import Decision
from app.reproduction.schemas import Reproduction, RestsOn
from app.reproduction.seal import unsealed
from app.rules.intervals import length


async def reproduce(
    database: Database, library: PolicyLibrary, key_ring: KeyRing, decision_id: UUID
) -> Reproduction:
    """Stores nothing. Raises `DecisionUnknown`."""
    async with rehearsing(database, repeatable=True) as session:
        decision = await known_decision(session, decision_id)
        return await _reproduced(session, Reading(session, library, key_ring, decision))


async def known_decision(session: ReadSession, decision_id: UUID) -> Decision:
    decision = await repository.decision(session, decision_id)
    if decision is None:
        raise DecisionUnknown(decision_id)
    return decision


async def _reproduced(session: WriteSession, reading: Reading) -> Reproduction:
    basis = await reading.basis()
    found = await opened(session, reading)
    if basis is not None:
        await judging.prepare(session)
        await made_again(session, found, basis)
    return found


async def opened(session: ReadSession, reading: Reading) -> Reproduction:
    """What is known of the decision once its basis was read, before it is made again."""
    decision, run = reading.decision, reading.decision.run
    found = Reproduction(
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        decided_at=decision.decided_at,
        stored=decision.document,
        rests_on=RestsOn(
            run.run_id,
            run.key,
            run.assessed_at,
            run.ledger_size,
            run.policy,
            run.program_version,
            reading.batches,
            reading.references,
        ),
    )
    if run.program_version != __version__:
        found.remarks.append(remarks.other_program(run, __version__))
    found.seal, flaws = await unsealed(session, reading.key_ring, decision)
    found.remarks += [*flaws, *reading.remarks]
    return found


async def made_again(session: WriteSession, found: Reproduction, basis: Basis) -> None:
    """In the shadows that the session has."""
    found.rests_on = _rests_on(found.rests_on, basis)
    gone = await judging.lay_out(session, basis)
    found.remarks += [remarks.waiver_missing(each) for each in sorted(gone)]
    try:
        found.made_again = (await judging.judge(session, basis)).document
    except AppError as cause:
        found.remarks.append(remarks.not_judged(basis.decision.run, cause.detail))
        return
    if found.made_again is None:
        found.remarks.append(remarks.not_judged(basis.decision.run, remarks.STILL_RUNNING))
    elif found.made_again != found.stored:
        found.remarks.append(remarks.document_differs(found.decision_id))
        found.differences = documents.changes(found.stored, found.made_again)


def _rests_on(known: RestsOn, basis: Basis) -> RestsOn:
    elsewhere = basis.elsewhere
    return replace(
        known,
        waivers=sorted(basis.waivers),
        elsewhere=() if elsewhere is None else [(key, length(spans)) for key, spans in elsewhere.named],
        granted_before_fen=0 if elsewhere is None else elsewhere.granted_before_fen,
    )
