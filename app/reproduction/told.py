"""Reproductions and differences as JSON tells them; hashes in hex, instants as the API writes them."""

from collections.abc import Sequence
from typing import Any

from app.reproduction.compared import At, Difference, ParameterChange, RecordChange, Step
from app.reproduction.schemas import FieldChange, Reproduction, Seal
from app.rules.parameters import written


def reproduction(found: Reproduction) -> dict[str, Any]:
    rests_on = found.rests_on
    return {
        "decision_id": found.decision_id,
        "identical": found.is_identical,
        "platform": rests_on.key.platform,
        "class_group_id": rests_on.key.class_group_id,
        "learner_id": found.learner_id,
        "decided_at": found.decided_at,
        "document": found.stored.decode(errors="replace"),
        "made_again": None if found.made_again is None else found.made_again.decode(),
        "differences": fields(found.differences),
        "remarks": [
            {
                "code": each.code,
                "flaw": each.code.is_flaw,
                "subject": each.subject,
                "text": each.text._asdict(),
            }
            for each in found.remarks
        ],
        "rests_on": {
            "run_id": rests_on.run_id,
            "assessed_at": rests_on.assessed_at,
            "ledger_size": rests_on.ledger_size,
            "policy": {
                "id": rests_on.policy.policy_id,
                "version": rests_on.policy.version,
                "hash": rests_on.policy.content_hash.hex(),
            },
            "program_version": rests_on.program_version,
            "batches": [each._asdict() for each in rests_on.batches],
            "references": [
                {"feed": feed, "batch_id": batch_id, "line": line}
                for feed, batch_id, line in rests_on.references
            ],
            "waivers": rests_on.waivers,
            "elsewhere": [
                {**key._asdict(), "taken_microseconds": taken} for key, taken in rests_on.elsewhere
            ],
            "granted_before_fen": rests_on.granted_before_fen,
        },
        "ledger": None if found.seal is None else _seal(found.seal),
    }


def _seal(seal: Seal) -> dict[str, Any]:
    return {
        "salt": seal.salt.hex(),
        "leaf": seal.leaf.hex(),
        "position": seal.position,
        "decisions": seal.decisions,
        "decisions_root": seal.decisions_root.hex(),
        "entry_index": seal.entry_index,
        "entry_leaf_hash": None if seal.entry_leaf_hash is None else seal.entry_leaf_hash.hex(),
    }


def difference(found: Difference) -> dict[str, Any]:
    return {
        "explained": found.is_explained,
        "first": reproduction(found.first),
        "second": reproduction(found.second),
        "changes": fields(found.changes),
        "steps": [_step(each) for each in found.steps],
    }


def fields(changes: Sequence[FieldChange]) -> list[dict[str, Any]]:
    return [each._asdict() for each in changes]


def _step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": step.kind,
        "effect": fields(step.effect),
        "lessons": [each._asdict() for each in step.lessons],
        "records": [_record(each) for each in step.records],
        "parameters": [_parameter(each) for each in step.parameters],
        "rules": list(step.rules),
        "waivers": [each._asdict() for each in step.waivers],
        "elsewhere": [
            {**({} if key is None else key._asdict()), "before": before, "after": after}
            for key, before, after in step.elsewhere
        ],
    }
    if step.policies is not None:
        told["policies"] = [
            {"id": each.policy_id, "version": each.version, "hash": each.content_hash.hex()}
            for each in step.policies
        ]
    if step.moments is not None:
        told["moments"] = list(step.moments)
    return told


def _record(change: RecordChange) -> dict[str, Any]:
    return {
        "feed": change.feed,
        "platform": change.platform,
        "key": list(change.key),
        "before": _at(change.before),
        "after": _at(change.after),
        "fields": list(change.fields),
        "effect": None if change.effect is None else fields(change.effect),
    }


def _at(at: At | None) -> dict[str, Any] | None:
    return None if at is None else at._asdict()


def _parameter(change: ParameterChange) -> dict[str, Any]:
    return {
        **change._asdict(),
        "before": written(change.before),
        "after": written(change.after),
        "effect": None if change.effect is None else fields(change.effect),
    }
