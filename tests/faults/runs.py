"""Runs over closed class groups, opened and hashed again by the letter of docs/ledger-format.md.

As evidence.py does it with batches: nothing is shared with the code that wrote them, except the key ring, and
the packs that say which policies there are.
"""

import hashlib
import json
from collections import defaultdict
from functools import cache
from itertools import pairwise
from operator import itemgetter
from typing import Any
from uuid import UUID

import asyncpg

from app import __version__
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from tests.faults.evidence import Evidence, class_groups_of, instant, salts, sorted_json, tree_hash

RUNS = """
    SELECT assessment_runs.*, index, kind, recorded_at, envelope
    FROM assessment_runs LEFT JOIN ledger_entries ON subject_id = run_id
    ORDER BY run_id, index
"""
DECISIONS = """
    SELECT decisions.*, policy_id, policy_version, policy_hash, assessed_at
    FROM decisions LEFT JOIN assessment_runs USING (run_id)
    ORDER BY decisions.platform, decisions.class_group_id, learner_id, decided_at, decision_id
"""
STANDINGS = """
    SELECT platform, class_group_id, learner_id, decision_id, eligibility, facts::text, rules::text
    FROM assessments WHERE decision_id IS NOT NULL
"""
SAYS = itemgetter("document", "policy_id", "policy_version", "policy_hash")

Enrollment = tuple[str, str, str]
Batches = dict[tuple[str, str], list[asyncpg.Record]]
"""By class group, in the order of their indexes."""


async def check_runs(connection: asyncpg.Connection, key_ring: KeyRing, found: list[Evidence]) -> int:
    """How many there are. Each leaf follows from the decisions and the batches that are stored."""
    runs = await connection.fetch(RUNS)
    decisions = await connection.fetch(DECISIONS)
    assert len({run["run_id"] for run in runs}) == len(runs), "a run has two entries"
    of_run, batches = _by_run(decisions), _by_class_group(found)
    assert of_run.keys() == {run["run_id"] for run in runs}, "a run and its decisions go together"
    for run in runs:
        group = run["platform"], run["class_group_id"]
        _check_run(run, of_run[run["run_id"]], batches[group], key_ring)
    latest = _check_decisions(decisions)
    for standing in await connection.fetch(STANDINGS):
        _check_standing(standing, latest[_enrollment(standing)])
    return len(runs)


def _by_run(decisions: list[asyncpg.Record]) -> dict[UUID, list[asyncpg.Record]]:
    of_run: dict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for decision in decisions:
        of_run[decision["run_id"]].append(decision)
    return of_run


def _by_class_group(found: list[Evidence]) -> Batches:
    batches: Batches = defaultdict(list)
    for each in sorted(found, key=lambda each: each.row["index"]):
        for class_group in class_groups_of(each):
            batches[class_group].append(each.row)
    return batches


def _check_run(
    run: asyncpg.Record, decisions: list[asyncpg.Record], batches: list[asyncpg.Record], key_ring: KeyRing
) -> None:
    assert run["index"] is not None, "a run without its entry"
    assert (run["kind"], run["recorded_at"]) == ("assessment", run["assessed_at"])
    assert run["index"] >= run["ledger_size"]
    assert run["policy_hash"].hex() == _policy_hash(run["policy_id"], run["policy_version"])
    assert run["program_version"] == __version__
    seen = [batch for batch in batches if batch["index"] < run["ledger_size"]]
    assert run["batch_ids"] == [batch["batch_id"] for batch in seen], "a run rests on other batches"
    assert len({decision["learner_id"] for decision in decisions}) == len(decisions), "decided twice"
    assert run["decisions_root"] == tree_hash(_decision_leaves(run, decisions, key_ring))
    leaf_hashes = [batch["leaf_hash"] for batch in seen]
    assert run["envelope"] == sorted_json(_envelope(run, len(decisions), leaf_hashes))


def _decision_leaves(run: asyncpg.Record, decisions: list[asyncpg.Record], key_ring: KeyRing) -> list[bytes]:
    secret = key_ring.open(run["secret_sealed"], f"assessment_runs.secret_sealed {run['run_id']}")
    return [
        hashlib.sha256(b"\0" + salt + decision["document"]).digest()
        for salt, decision in zip(
            salts(secret, len(decisions)), sorted(decisions, key=itemgetter("learner_id")), strict=True
        )
    ]


def _envelope(run: asyncpg.Record, decisions: int, leaf_hashes: list[bytes]) -> dict[str, Any]:
    return {
        "v": 1,
        "kind": "assessment",
        "run_id": str(run["run_id"]),
        "platform": run["platform"],
        "class_group_id": run["class_group_id"],
        "assessed_at": instant(run["assessed_at"]),
        "ledger_size": run["ledger_size"],
        "batches": {"size": len(leaf_hashes), "root": tree_hash(leaf_hashes).hex()},
        "policy": {
            "id": run["policy_id"],
            "version": run["policy_version"],
            "hash": run["policy_hash"].hex(),
        },
        "program_version": run["program_version"],
        "decisions": {"size": decisions, "root": run["decisions_root"].hex()},
    }


@cache
def _policy_hash(policy_id: str, version: str) -> str:
    return Policies.load().version(policy_id, version).content_hash


def _check_decisions(decisions: list[asyncpg.Record]) -> dict[Enrollment, asyncpg.Record]:
    """The latest by enrollment. Each says what its columns say, and something else than the one before it."""
    for decision in decisions:
        document = json.loads(decision["document"])
        assert sorted_json(document) == decision["document"]
        assert {**document, "facts": None, "rules": None} == {
            "v": 1,
            "platform": decision["platform"],
            "class_group_id": decision["class_group_id"],
            "learner_id": decision["learner_id"],
            "eligibility": decision["eligibility"],
            "facts": None,
            "rules": None,
        }
        assert decision["decided_at"] >= decision["assessed_at"]
    for before, after in pairwise(decisions):
        if _enrollment(before) == _enrollment(after):
            assert SAYS(before) != SAYS(after), "decided again in the same words"
    return {_enrollment(decision): decision for decision in decisions}


def _check_standing(standing: asyncpg.Record, latest: asyncpg.Record) -> None:
    assert latest["decision_id"] == standing["decision_id"], "a standing on another decision than the latest"
    document = json.loads(latest["document"])
    assert [document[name] for name in ("eligibility", "facts", "rules")] == [
        standing["eligibility"],
        json.loads(standing["facts"]),
        json.loads(standing["rules"]),
    ]


def _enrollment(row: asyncpg.Record) -> Enrollment:
    return row["platform"], row["class_group_id"], row["learner_id"]
