"""An entry of the trail becomes the very bytes of docs/ledger-format.md."""

from datetime import UTC, datetime
from uuid import UUID

from app.trail.documents import commitment_of, document
from app.trail.schemas import Entry, Kind
from tests.ledger.vectors import VECTORS, decoded

HOUR = datetime(2026, 4, 2, 1, tzinfo=UTC)
OF_AN_ENTERPRISE = Entry(
    entry_id=UUID("019d4bb5-3ac8-7b0a-9c11-223344556677"),
    occurred_at=datetime(2026, 4, 2, 1, 1, 1, 500, tzinfo=UTC),
    hour=HOUR,
    actor_id="enterprise-0f1e2d3c4b5a6978",
    role="enterprise",
    organisation="enterprise:91440200MA4UQ0A31K",
    action="eligibility:read",
    kind=Kind.read,
    subject={"platform": "live-a", "class_group_id": "C1"},
    number=30,
    purpose_code=None,
    purpose=None,
    address="192.0.2.7",
    request_id="8d1f4c5b",
    session_id=None,
)
OF_A_CLERK = Entry(
    entry_id=UUID("019d4bb6-2af8-7c22-8e55-6677889900aa"),
    occurred_at=datetime(2026, 4, 2, 1, 2, 3, 45, tzinfo=UTC),
    hour=HOUR,
    actor_id="user-00112233445566aa",
    role="clerk",
    organisation="districts:4402,4403",
    action="persons:reveal",
    kind=Kind.read,
    subject={"platform": "live-a", "class_group_id": "C1", "learner_id": "L1"},
    number=1,
    purpose_code="complaint",
    purpose="投诉编号 17",
    address="2001:db8::7",
    request_id="9e2f5d6c",
    session_id=UUID("019d4bb0-0000-7000-8000-000000000001"),
)


def test_documents_and_root_are_those_of_the_format() -> None:
    documents = [document(OF_AN_ENTERPRISE), document(OF_A_CLERK)]
    assert documents == VECTORS["access-documents"]
    assert [commitment_of(decoded("access-secret")[0], documents).root] == decoded("access-root")
