"""docs/ledger-format.md is true: its vectors follow from its words, and the platform's code agrees with them.

The words are followed here with the standard library and one block cipher, without the platform's own code.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.core.ids import BatchId, ClassGroupId, ClassGroupKey, ClientId, LearnerId, PlatformCode, RunId
from app.core.vocabulary import Eligibility, Feed
from app.ledger import merkle
from app.ledger.envelope import (
    Counts,
    PolicyReference,
    access_document,
    access_envelope,
    approval_envelope,
    assessment_envelope,
    batch_envelope,
    decision_document,
    leaf_hash,
    policy_envelope,
)
from app.ledger.leaves import document_leaves, record_leaves
from tests.ledger.vectors import VECTORS, decoded, salt, sha256, sorted_json, text


class TestTheWords:
    def test_salts_are_the_key_stream(self) -> None:
        (secret,) = decoded("batch-secret")
        assert decoded("salts") == [salt(secret, number) for number in range(3)]

    def test_record_leaves_hash_salt_outcome_and_bytes(self) -> None:
        (outcomes,) = decoded("outcomes")
        leaves = [
            sha256(b"\x00" + salt + bytes([outcome]) + record)
            for salt, outcome, record in zip(decoded("salts"), outcomes, VECTORS["records"], strict=True)
        ]
        assert decoded("record-leaves") == leaves

    def test_the_records_root_joins_three_leaves(self) -> None:
        first, second, third = decoded("record-leaves")
        assert decoded("records-root") == [sha256(b"\x01" + sha256(b"\x01" + first + second) + third)]

    def test_document_leaves_hash_salt_and_document(self) -> None:
        (secret,) = decoded("run-secret")
        leaves = [
            sha256(b"\x00" + salt(secret, number) + document)
            for number, document in enumerate(VECTORS["decision-documents"])
        ]
        assert decoded("decision-leaves") == leaves

    def test_the_roots_of_the_run_join_its_leaves(self) -> None:
        first, second = decoded("decision-leaves")
        assert decoded("decisions-root") == [sha256(b"\x01" + first + second)]
        assert decoded("batches-root") == decoded("batch-leaf-hash")

    def test_access_leaves_hash_salt_and_document(self) -> None:
        (secret,), documents = decoded("access-secret"), VECTORS["access-documents"]
        leaves = [
            sha256(b"\x00" + salt(secret, number) + document) for number, document in enumerate(documents)
        ]
        assert decoded("access-leaves") == leaves
        assert decoded("access-root") == [sha256(b"\x01" + b"".join(leaves))]
        assert [sorted_json(json.loads(document)) for document in documents] == documents
        hour = json.loads(text("access-envelope"))
        assert hour["entries"] == {"size": 2, "root": text("access-root").decode()}
        assert sorted_json(hour) == text("access-envelope")

    def test_envelopes_and_documents_are_sorted_json_and_carry_the_roots(self) -> None:
        batch, run = json.loads(text("batch-envelope")), json.loads(text("assessment-envelope"))
        assert text("batch-envelope") == sorted_json(batch)
        assert text("assessment-envelope") == sorted_json(run)
        assert batch["records_root"].encode() == text("records-root")
        assert run["decisions"] == {"size": 2, "root": text("decisions-root").decode()}
        assert run["batches"] == {"size": 1, "root": text("batches-root").decode()}
        for document in VECTORS["decision-documents"]:
            assert document == sorted_json(json.loads(document))

    def test_leaf_hashes_hash_the_envelopes(self) -> None:
        for kind in ("batch", "assessment", "access", "approval", "policy", "key"):
            assert decoded(f"{kind}-leaf-hash") == [sha256(b"\x00" + text(f"{kind}-envelope"))]


class TestTheCode:
    def test_leaves_and_roots_of_the_batch(self) -> None:
        (secret,), (outcomes,) = decoded("batch-secret"), decoded("outcomes")
        leaves = record_leaves(secret, VECTORS["records"], outcomes)
        assert leaves == decoded("record-leaves")
        assert [merkle.root(leaves)] == decoded("records-root")

    def test_envelope_and_leaf_hash_of_the_batch(self) -> None:
        envelope = batch_envelope(
            batch_id=BatchId(UUID("019cae6b-6600-7138-a013-5c6d7e8f9a0b")),
            platform=PlatformCode("live-a"),
            feed=Feed.lessons,
            client_id=ClientId("client-1"),
            received_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
            counts=Counts(received=3, accepted=1, unchanged=0, stale=1, rejected=1),
            records_root=decoded("records-root")[0],
        )
        assert envelope == text("batch-envelope")
        assert [leaf_hash(envelope)] == decoded("batch-leaf-hash")

    def test_documents_leaves_and_root_of_the_decisions(self) -> None:
        documents = [self.document(json.loads(line)) for line in VECTORS["decision-documents"]]
        assert documents == VECTORS["decision-documents"]
        leaves = document_leaves(decoded("run-secret")[0], documents)
        assert leaves == decoded("decision-leaves")
        assert [merkle.root(leaves)] == decoded("decisions-root")

    def document(self, said: dict[str, Any]) -> bytes:
        return decision_document(
            class_group=ClassGroupKey(PlatformCode("live-a"), ClassGroupId("C1")),
            learner_id=LearnerId(said["learner_id"]),
            eligibility=Eligibility(said["eligibility"]),
            facts=said["facts"],
            rules=said["rules"],
        )

    def test_envelope_and_leaf_hash_of_the_assessment(self) -> None:
        envelope = assessment_envelope(
            run_id=RunId(UUID("019d4bb6-2af8-7a51-8c77-0f1e2d3c4b5a")),
            class_group=ClassGroupKey(PlatformCode("live-a"), ClassGroupId("C1")),
            assessed_at=datetime(2026, 4, 2, 1, 2, 3, 45, tzinfo=UTC),
            ledger_size=1,
            batches=merkle.commitment(decoded("batch-leaf-hash")),
            policy=PolicyReference("standard", "2026-01-01", bytes.fromhex("ab" * 32)),
            program_version="0.1.0",
            decisions=merkle.commitment(decoded("decision-leaves")),
        )
        assert envelope == text("assessment-envelope")
        assert [leaf_hash(envelope)] == decoded("assessment-leaf-hash")

    def test_documents_leaves_and_envelope_of_the_hour(self) -> None:
        said = [json.loads(line) for line in VECTORS["access-documents"]]
        documents = [
            access_document({name: value for name, value in each.items() if name != "v"}) for each in said
        ]
        assert documents == VECTORS["access-documents"]
        leaves = document_leaves(decoded("access-secret")[0], documents)
        assert leaves == decoded("access-leaves")
        envelope = access_envelope(
            digest_id=UUID("019d4be6-8a60-7d33-9f66-778899aabbcc"),
            hour=datetime(2026, 4, 2, 1, tzinfo=UTC),
            closed_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
            entries=merkle.commitment(leaves),
        )
        assert envelope == text("access-envelope")
        assert [leaf_hash(envelope)] == decoded("access-leaf-hash")

    def test_envelope_of_a_second_persons_decision(self) -> None:
        envelope = approval_envelope(
            proposal_id=UUID("019d4be6-8a60-7d33-9f66-778899aabbdd"),
            act="client:revoke",
            arguments={"client_id": "platform-0f1e2d3c4b5a6978"},
            outcome="carried_out",
            proposer_id="user-00112233445566aa",
            proposed_at=datetime(2026, 4, 2, 1, 1, 1, 500, tzinfo=UTC),
            decider_id="user-00112233445566bb",
            decided_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
        )
        assert envelope == text("approval-envelope") == sorted_json(json.loads(envelope))
        assert [leaf_hash(envelope)] == decoded("approval-leaf-hash")

    def test_envelope_of_a_version_of_a_policy(self) -> None:
        envelope = policy_envelope(
            record_id=UUID("019d4be6-8a60-7d33-9f66-778899aabbee"),
            policy=PolicyReference("standard", "2027-01-01", bytes.fromhex("cd" * 32)),
            text_hash=bytes.fromhex("ef" * 32),
            source="published",
            proposal_id=UUID("019d4be6-8a60-7d33-9f66-778899aabbdd"),
            retroactive=False,
            recorded_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
        )
        assert envelope == text("policy-envelope") == sorted_json(json.loads(envelope))
        assert [leaf_hash(envelope)] == decoded("policy-leaf-hash")


NAMES = {
    "access-documents",
    "access-envelope",
    "access-leaf-hash",
    "access-leaves",
    "access-root",
    "access-secret",
    "approval-envelope",
    "approval-leaf-hash",
    "assessment-envelope",
    "assessment-leaf-hash",
    "batch-envelope",
    "batch-leaf-hash",
    "batch-secret",
    "batches-root",
    "checkpoint",
    "custody-documents",
    "custody-envelope",
    "custody-leaf-hash",
    "custody-leaves",
    "custody-root",
    "custody-secret",
    "decision-documents",
    "decision-leaves",
    "decisions-root",
    "disposal-document",
    "disposal-document-hash",
    "disposal-envelope",
    "disposal-leaf-hash",
    "draw-checkpoint",
    "draw-chosen",
    "draw-envelope",
    "draw-leaf-hash",
    "draw-leaves",
    "draw-population",
    "draw-root",
    "draw-secret",
    "draw-seed",
    "draw-tickets",
    "outcomes",
    "hold-envelope",
    "hold-leaf-hash",
    "key-envelope",
    "key-leaf-hash",
    "key-seed",
    "log-root",
    "policy-envelope",
    "policy-leaf-hash",
    "record-leaves",
    "records",
    "records-root",
    "run-secret",
    "salts",
    "verifier-key",
}


def test_these_are_all_the_vectors_of_the_document() -> None:
    assert set(VECTORS) == NAMES
