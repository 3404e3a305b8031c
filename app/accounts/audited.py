"""Which actions are recorded in the audit trail, and how: the other column of the authorisation table.

The guard (api/middleware.py) lets no answer out that should have left an entry and has not.
"""

from collections.abc import Mapping
from enum import StrEnum

from app.accounts.authorisation import Action


class Audited(StrEnum):
    """What a good answer leaves in the trail."""

    nothing = "nothing"
    """It tells of no person, or in pages of masked names only."""
    exports = "exports"
    """As a file it leaves an entry; its pages show masked names and leave none."""
    reads = "reads"
    """It tells of persons, and leaves one entry."""
    changes = "changes"
    """It has changed something, and leaves one entry."""


AUDIT: Mapping[Action, Audited] = {
    Action.push_feed: Audited.nothing,  # the batch, its archive and the ledger say more than an entry could
    Action.read_feeds: Audited.nothing,
    Action.read_batches: Audited.exports,
    Action.manage_keys: Audited.nothing,  # but the routes that change keys, which say so
    Action.read_originals: Audited.reads,
    Action.reveal_original: Audited.reads,
    Action.read_decision_proof: Audited.reads,
    Action.make_bundle: Audited.reads,
    Action.read_records: Audited.reads,
    Action.read_data_quality: Audited.nothing,
    Action.read_assessment: Audited.nothing,
    Action.read_policies: Audited.nothing,
    Action.read_ledger: Audited.nothing,
    Action.read_deep_checks: Audited.nothing,
    Action.read_draws: Audited.nothing,
    Action.publish_checkpoint: Audited.nothing,  # it says nothing that the next one would not
    Action.read_simulation: Audited.nothing,  # it changes nothing, and shows pages of masked names
    Action.read_compliance: Audited.exports,  # but the evidence of one enrollment, whose route says so
    Action.search_person: Audited.reads,
    Action.search: Audited.nothing,
    Action.read_findings: Audited.exports,
    Action.read_eligibility: Audited.reads,
    Action.read_progress: Audited.reads,
    Action.read_report: Audited.reads,
    Action.read_own_record: Audited.reads,
    Action.reveal_personal_data: Audited.reads,
    Action.export_own_record: Audited.reads,
    Action.submit_rights_request: Audited.changes,
    Action.read_rights_requests: Audited.reads,  # but their list, which tells of nobody by name
    Action.answer_rights_request: Audited.changes,
    Action.read_session: Audited.nothing,
    Action.end_session: Audited.changes,
    Action.read_users: Audited.nothing,
    Action.manage_users: Audited.changes,
    Action.read_clients: Audited.nothing,
    Action.manage_clients: Audited.changes,
    Action.issue_learner_link: Audited.changes,
    Action.propose_act: Audited.changes,
    Action.decide_act: Audited.changes,
    Action.read_approvals: Audited.nothing,
    Action.propose_revocation: Audited.changes,
    Action.approve_revocation: Audited.changes,
    Action.propose_distrust: Audited.changes,
    Action.approve_distrust: Audited.changes,
    Action.read_checklist: Audited.nothing,
    Action.answer_checklist: Audited.changes,
    Action.read_videos: Audited.nothing,
    Action.read_finding_work: Audited.nothing,  # which official does what
    Action.assign_finding: Audited.changes,
    Action.comment_finding: Audited.changes,
    Action.propose_waiver: Audited.changes,
    Action.approve_waiver: Audited.changes,
    Action.check_policy: Audited.nothing,
    Action.propose_policy: Audited.changes,
    Action.approve_policy: Audited.changes,
    Action.read_retention: Audited.nothing,  # clauses, counts and hashes
    Action.place_hold: Audited.changes,
    Action.propose_lifting: Audited.changes,
    Action.approve_lifting: Audited.changes,
    Action.propose_disposal: Audited.changes,
    Action.approve_disposal: Audited.changes,
    Action.read_trail: Audited.reads,
}
