"""A round of custody in bytes, as docs/ledger-format.md tells it: by our code, and by its words alone."""

import json
from datetime import UTC, datetime
from uuid import UUID

from app.custody.documents import KeptCheck, check_document, custody_envelope
from app.ledger import merkle
from app.ledger.envelope import leaf_hash
from app.ledger.leaves import document_leaves
from tests.ledger.vectors import VECTORS, decoded, salt, sha256, sorted_json, text

SAID = [json.loads(line) for line in VECTORS["custody-documents"]]


def kept(said: dict[str, object]) -> KeptCheck:
    values = {name: value for name, value in said.items() if name not in {"v", "registered"}}
    registered = said["registered"]
    assert isinstance(registered, dict)
    own = {
        "check_id": UUID(str(said["check_id"])),
        "checked_at": datetime.fromisoformat(str(said["checked_at"])),
        "batch_id": UUID(registered["batch_id"]),
        "line": registered["line"],
    }
    return KeptCheck(**{**values, **own})


def test_the_platforms_code_says_the_same() -> None:
    documents = [check_document(kept(said)) for said in SAID]
    assert documents == VECTORS["custody-documents"]
    leaves = document_leaves(decoded("custody-secret")[0], documents)
    assert leaves == decoded("custody-leaves")
    envelope = custody_envelope(
        round_id=UUID("019d4be6-8a60-7d33-9f66-778899aabc00"),
        closed_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
        checks=merkle.commitment(leaves),
    )
    assert envelope == text("custody-envelope")
    assert [leaf_hash(envelope)] == decoded("custody-leaf-hash")


def test_the_words_alone_lead_to_it() -> None:
    documents = [sorted_json(said) for said in SAID]
    assert documents == VECTORS["custody-documents"]
    (secret,) = decoded("custody-secret")
    first, second, third = (
        sha256(b"\0" + salt(secret, number) + document) for number, document in enumerate(documents)
    )
    assert [first, second, third] == decoded("custody-leaves")
    root = sha256(b"\1" + sha256(b"\1" + first + second) + third)
    assert [root] == decoded("custody-root")
    envelope = json.loads(text("custody-envelope"))
    assert envelope["checks"] == {"size": 3, "root": root.hex()}
    assert [sha256(b"\0" + text("custody-envelope"))] == decoded("custody-leaf-hash")
