"""From a decision to the ledger: its salt, its leaf, the root of its run, the run's entry, all made anew."""

from collections.abc import Iterator
from operator import attrgetter

from app.core.ids import RunId
from app.db.session import ReadSession
from app.eligibility.decide import secret_context
from app.ledger.envelope import assessment_envelope, leaf_hash
from app.ledger.leaves import document_leaves, salts
from app.ledger.merkle import commitment
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from app.reproduction import remarks, repository
from app.reproduction.repository import Decision, Entry
from app.reproduction.schemas import Remark, Seal


async def unsealed(
    session: ReadSession, key_ring: KeyRing, decision: Decision
) -> tuple[Seal | None, list[Remark]]:
    """None where the run's secret cannot be opened."""
    run = decision.run
    documents = await repository.documents(session, run)
    try:
        secret = key_ring.open(run.secret_sealed, secret_context(RunId(run.run_id)))
    except SealBroken:
        return None, [remarks.decision_altered(run)]
    every = list(documents.values())
    position = list(documents).index(decision.learner_id)
    leaves = document_leaves(secret, every)
    decisions = commitment(leaves)
    found = list(_flaws_of_root(decision, decisions.root))
    entries = await repository.entries(session, [run.run_id, *run.batch_ids])
    in_order = sorted(
        (entries[each] for each in run.batch_ids if each in entries), key=attrgetter("ledger_index")
    )
    envelope = assessment_envelope(
        run_id=run.run_id,
        class_group=run.key,
        assessed_at=run.assessed_at,
        ledger_size=run.ledger_size,
        batches=commitment([each.leaf_hash for each in in_order]),
        policy=run.policy,
        program_version=run.program_version,
        decisions=decisions,
    )
    entry = entries.get(run.run_id)
    if entry is None:
        waits = await repository.is_pending(session, run.run_id, envelope)
        found.append(remarks.pending(run) if waits else remarks.not_in_ledger(run))
    elif entry.envelope != envelope or entry.leaf_hash != leaf_hash(envelope):
        found.append(remarks.run_altered(run))
    salt = list(salts(secret, len(every)))[position]
    return _seal(decision, salt, leaves, position, entry), found


def _flaws_of_root(decision: Decision, root: bytes) -> Iterator[Remark]:
    if root != decision.run.decisions_root:
        yield remarks.decision_altered(decision.run)


def _seal(decision: Decision, salt: bytes, leaves: list[bytes], position: int, entry: Entry | None) -> Seal:
    return Seal(
        salt=salt,
        leaf=leaves[position],
        position=position,
        decisions=len(leaves),
        decisions_root=decision.run.decisions_root,
        entry_index=None if entry is None else entry.ledger_index,
        entry_leaf_hash=None if entry is None else entry.leaf_hash,
    )
