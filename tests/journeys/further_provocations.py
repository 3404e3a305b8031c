"""The provocations of the rooms that have a file of their own."""

from collections.abc import Mapping

from app.core import errors
from tests.journeys.approvals_provocations import APPROVALS_REFUSED
from tests.journeys.checklist_provocations import CHECKLISTS_REFUSED
from tests.journeys.custody_provocations import CUSTODY_REFUSED
from tests.journeys.error_world import Provocation
from tests.journeys.evidence_provocations import EVIDENCE_REFUSED
from tests.journeys.finding_provocations import FINDINGS_REFUSED
from tests.journeys.ledger_provocations import LEDGER_REFUSED
from tests.journeys.policy_provocations import POLICIES_REFUSED
from tests.journeys.retention_provocations import RETENTION_REFUSED
from tests.journeys.rights_provocations import RIGHTS
from tests.journeys.whatif_provocations import WHATIF_REFUSED

FURTHER: Mapping[type[errors.AppError], Provocation] = {
    **RIGHTS,
    **APPROVALS_REFUSED,
    **CHECKLISTS_REFUSED,
    **CUSTODY_REFUSED,
    **EVIDENCE_REFUSED,
    **FINDINGS_REFUSED,
    **LEDGER_REFUSED,
    **POLICIES_REFUSED,
    **RETENTION_REFUSED,
    **WHATIF_REFUSED,
}
