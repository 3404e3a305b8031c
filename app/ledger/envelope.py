"""The bytes of a ledger entry: canonical JSON that names what happened and holds no personal data."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.ids import BatchId, ClassGroupKey, ClientId, Credential, LearnerId, PlatformCode, RunId
from app.core.vocabulary import Eligibility, Feed
from app.ledger.canonical import Json, canonical_json, canonical_json_fast, instant
from app.ledger.leaves import LEAF_PREFIX
from app.ledger.merkle import Commitment

VERSION = 1


class EntryKind(StrEnum):
    """What an entry attests; its envelope says so too."""

    batch = "batch"
    assessment = "assessment"
    access = "access"
    approval = "approval"
    distrust = "distrust"
    withdrawal = "withdrawal"
    policy = "policy"
    custody = "custody"
    draw = "draw"
    hold = "hold"
    disposal = "disposal"
    key = "key"


class Counts(NamedTuple):
    """What became of the records of a batch."""

    received: int
    accepted: int
    unchanged: int
    stale: int
    rejected: int


class PolicyReference(NamedTuple):
    """The version of a policy that a run judged by, and the hash of its content."""

    policy_id: str
    version: str
    content_hash: bytes


def batch_envelope(
    *,
    batch_id: BatchId,
    platform: PlatformCode,
    feed: Feed,
    client_id: ClientId,
    received_at: datetime,
    counts: Counts,
    records_root: bytes,
) -> bytes:
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.batch,
            "batch_id": str(batch_id),
            "platform": platform,
            "feed": feed,
            "client_id": client_id,
            "received_at": instant(received_at),
            "counts": counts._asdict(),
            "records_root": records_root.hex(),
        }
    )


def assessment_envelope(
    *,
    run_id: RunId,
    class_group: ClassGroupKey,
    assessed_at: datetime,
    ledger_size: int,
    batches: Commitment,
    policy: PolicyReference,
    program_version: str,
    decisions: Commitment,
) -> bytes:
    """One run over one closed class group: what it rested on, and the decisions that changed.

    `batches` commits to the leaf hashes of the class group's batches in the order of their ledger indexes.
    """
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.assessment,
            "run_id": str(run_id),
            "platform": class_group.platform,
            "class_group_id": class_group.class_group_id,
            "assessed_at": instant(assessed_at),
            "ledger_size": ledger_size,
            "batches": {"size": batches.size, "root": batches.root.hex()},
            "policy": {"id": policy.policy_id, "version": policy.version, "hash": policy.content_hash.hex()},
            "program_version": program_version,
            "decisions": {"size": decisions.size, "root": decisions.root.hex()},
        }
    )


def access_envelope(*, digest_id: UUID, hour: datetime, closed_at: datetime, entries: Commitment) -> bytes:
    """One hour of the audit trail that is over: `entries` commits to the documents of all its entries."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.access,
            "digest_id": str(digest_id),
            "hour": instant(hour),
            "closed_at": instant(closed_at),
            "entries": {"size": entries.size, "root": entries.root.hex()},
        }
    )


def approval_envelope(
    *,
    proposal_id: UUID,
    act: str,
    arguments: Mapping[str, str],
    outcome: str,
    proposer_id: str,
    proposed_at: datetime,
    decider_id: str,
    decided_at: datetime,
) -> bytes:
    """What a second person decided about a sensitive act. Arguments are ids; the reason stays outside."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.approval,
            "proposal_id": str(proposal_id),
            "act": act,
            "arguments": dict(arguments),
            "outcome": outcome,
            "proposer_id": proposer_id,
            "proposed_at": instant(proposed_at),
            "decider_id": decider_id,
            "decided_at": instant(decided_at),
        }
    )


def distrust_envelope(
    *,
    distrust_id: UUID,
    client_id: ClientId,
    credential: Credential,
    since: datetime,
    recorded_at: datetime,
) -> bytes:
    """From `since` on nothing that the client sent with this credential is believed."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.distrust,
            "distrust_id": str(distrust_id),
            "client_id": client_id,
            "credential": credential,
            "since": instant(since),
            "recorded_at": instant(recorded_at),
        }
    )


def withdrawal_envelope(
    *,
    withdrawal_id: UUID,
    platform: PlatformCode,
    feed: Feed,
    withdrawn_at: datetime,
    batches: Commitment,
    restored: int,
    removed: int,
) -> bytes:
    """What stood of distrusted batches stands no longer.

    `batches` commits to their leaf hashes in the order of their ids; `restored` and `removed` count records.
    """
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.withdrawal,
            "withdrawal_id": str(withdrawal_id),
            "platform": platform,
            "feed": feed,
            "withdrawn_at": instant(withdrawn_at),
            "batches": {"size": batches.size, "root": batches.root.hex()},
            "restored": restored,
            "removed": removed,
        }
    )


def policy_envelope(
    *,
    record_id: UUID,
    policy: PolicyReference,
    text_hash: bytes,
    source: str,
    proposal_id: UUID | None,
    retroactive: bool,
    recorded_at: datetime,
) -> bytes:
    """A version of a policy came into force, in the words whose hash is told."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.policy,
            "record_id": str(record_id),
            "policy": {"id": policy.policy_id, "version": policy.version, "hash": policy.content_hash.hex()},
            "text_hash": text_hash.hex(),
            "source": source,
            "proposal_id": None if proposal_id is None else str(proposal_id),
            "retroactive": retroactive,
            "recorded_at": instant(recorded_at),
        }
    )


def key_envelope(
    *, record_id: UUID, act: str, key_name: str, key_id: str, public_key: bytes, recorded_at: datetime
) -> bytes:
    """A key of the log was `created` or `retired`."""
    return canonical_json(
        {
            "v": VERSION,
            "kind": EntryKind.key,
            "record_id": str(record_id),
            "act": act,
            "key_name": key_name,
            "key_id": key_id,
            "public_key": public_key.hex(),
            "recorded_at": instant(recorded_at),
        }
    )


def decision_document(
    *,
    class_group: ClassGroupKey,
    learner_id: LearnerId,
    eligibility: Eligibility,
    facts: Mapping[str, Json],
    rules: Sequence[Json],
    subsidy: Mapping[str, Json] | None = None,
) -> bytes:
    """What a final decision says, and nothing that changes while it says the same: no run, no moment.

    Written for every enrollment that is judged; facts and rules have names of ours. `subsidy` is in it where
    the policy names an amount.
    """
    money = {} if subsidy is None else {"subsidy": dict(subsidy)}
    return canonical_json_fast(
        {
            **money,
            "v": VERSION,
            "platform": class_group.platform,
            "class_group_id": class_group.class_group_id,
            "learner_id": learner_id,
            "eligibility": eligibility,
            "facts": dict(facts),
            "rules": list(rules),
        }
    )


def access_document(told: Mapping[str, Json]) -> bytes:
    """What an entry of the audit trail says, by the names of its fields."""
    return canonical_json_fast({"v": VERSION, **told})


def leaf_hash(envelope: bytes) -> bytes:
    return hashlib.sha256(LEAF_PREFIX + envelope).digest()
