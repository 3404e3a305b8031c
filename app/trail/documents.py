"""An entry as the ledger knows it: the document that its leaf is made of (docs/ledger-format.md)."""

from collections.abc import Sequence

from app.ledger.canonical import instant
from app.ledger.envelope import access_document
from app.ledger.leaves import document_leaves
from app.ledger.merkle import Commitment, commitment
from app.trail.schemas import Entry


def document(entry: Entry) -> bytes:
    if entry.hour is None:
        raise TypeError("Only the database says in which hour an entry was written.")
    purpose = None if entry.purpose_code is None else {"code": entry.purpose_code, "text": entry.purpose}
    return access_document(
        {
            "entry_id": str(entry.entry_id),
            "occurred_at": instant(entry.occurred_at),
            "hour": instant(entry.hour),
            "actor_id": entry.actor_id,
            "role": entry.role,
            "organisation": entry.organisation,
            "action": entry.action,
            "kind": entry.kind,
            "subject": dict(entry.subject),
            "number": entry.number,
            "purpose": purpose,
            "address": entry.address,
            "request_id": entry.request_id,
            "session_id": None if entry.session_id is None else str(entry.session_id),
        }
    )


def commitment_of(secret: bytes, documents: Sequence[bytes]) -> Commitment:
    """To the documents of one hour, in the order of their entry ids."""
    return commitment(document_leaves(secret, documents))
