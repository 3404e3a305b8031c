"""Which kinds of entries there are, and how each is held against what it attests.

A room that adds a kind adds a line: the question that brings each leaf of the kind with its rows
(attested_repository.py), the table and the name of its id, and the check that makes the envelope again.
"""

from collections.abc import Mapping

from app.audit import attested_repository as repository
from app.audit.attested import Attested, batch_told, policy_told, run_told
from app.audit.attested_acts import (
    approval_told,
    custody_told,
    disposal_told,
    distrust_told,
    draw_told,
    hold_told,
    log_key_told,
    withdrawal_told,
)
from app.ledger.envelope import EntryKind

ATTESTED: Mapping[str, Attested] = {
    EntryKind.batch: Attested(repository.BATCHES, "batches", "batch_id", batch_told, "records"),
    EntryKind.assessment: Attested(repository.RUNS, "assessment_runs", "run_id", run_told, "decisions"),
    EntryKind.policy: Attested(repository.POLICIES, "policy_versions", "record_id", policy_told),
    EntryKind.approval: Attested(repository.APPROVALS, "proposals", "proposal_id", approval_told),
    EntryKind.distrust: Attested(repository.DISTRUSTS, "distrusts", "distrust_id", distrust_told),
    EntryKind.withdrawal: Attested(
        repository.WITHDRAWALS, "distrusted_batches", "withdrawal_id", withdrawal_told
    ),
    EntryKind.custody: Attested(repository.ROUNDS, "custody_rounds", "round_id", custody_told),
    EntryKind.draw: Attested(repository.DRAWS, "draws", "draw_id", draw_told),
    EntryKind.hold: Attested(repository.HOLDS, "legal_holds", "hold_id", hold_told),
    EntryKind.disposal: Attested(repository.DISPOSALS, "disposals", "disposal_id", disposal_told),
    EntryKind.key: Attested(repository.LOG_KEYS, "ledger_log_keys", "record_id", log_key_told),
}
HELD_ELSEWHERE = {str(EntryKind.access)}
"""Hours of access are the trail's own (trail/audit.py)."""
