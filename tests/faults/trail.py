"""Hours of the audit trail, opened and hashed again by the letter of docs/ledger-format.md.

As evidence.py does it with batches: nothing is shared with the code that wrote them, except the key ring.
"""

import hashlib
import json
from collections import defaultdict
from datetime import datetime
from typing import Any

import asyncpg

from app.privacy.keyring import KeyRing
from tests.faults.evidence import instant, salts, sorted_json, tree_hash

DIGESTS = """
    SELECT trail_digests.*, index, kind, recorded_at, envelope
    FROM trail_digests LEFT JOIN ledger_entries ON subject_id = digest_id
    ORDER BY digest_id, index
"""
ENTRIES = "SELECT *, subject::text AS told FROM trail_entries ORDER BY entry_id"
PLAIN = ("actor_id", "role", "organisation", "action", "kind", "number", "address", "request_id")


async def check_trail(connection: asyncpg.Connection, key_ring: KeyRing) -> int:
    """How many hours are closed. Each leaf follows from the entries, and no closed hour has others."""
    digests = await connection.fetch(DIGESTS)
    assert len({digest["digest_id"] for digest in digests}) == len(digests), "an hour has two entries"
    documents: dict[datetime, list[bytes]] = defaultdict(list)
    for entry in await connection.fetch(ENTRIES):
        documents[entry["hour"]].append(sorted_json(_document(entry)))
    for digest in digests:
        _check_digest(digest, documents.pop(digest["hour"], []), key_ring)
    open_from = await connection.fetchval("SELECT next_hour FROM trail_head")
    assert [hour for hour in documents if hour < open_from] == [], "entries of a closed hour in no digest"
    return len(digests)


def _check_digest(digest: asyncpg.Record, documents: list[bytes], key_ring: KeyRing) -> None:
    assert digest["index"] is not None, "an hour without its entry"
    assert (digest["kind"], digest["recorded_at"]) == ("access", digest["closed_at"])
    secret = key_ring.open(digest["secret_sealed"], f"trail_digests.secret_sealed {digest['digest_id']}")
    leaves = [
        hashlib.sha256(b"\0" + salt + document).digest()
        for salt, document in zip(salts(secret, len(documents)), documents, strict=True)
    ]
    assert (digest["size"], digest["root"]) == (len(leaves), tree_hash(leaves))
    assert digest["envelope"] == sorted_json(
        {
            "v": 1,
            "kind": "access",
            "digest_id": str(digest["digest_id"]),
            "hour": instant(digest["hour"]),
            "closed_at": instant(digest["closed_at"]),
            "entries": {"size": digest["size"], "root": digest["root"].hex()},
        }
    )


def _document(entry: asyncpg.Record) -> dict[str, Any]:
    purpose = {"code": entry["purpose_code"], "text": entry["purpose"]}
    return {
        "v": 1,
        "entry_id": str(entry["entry_id"]),
        "occurred_at": instant(entry["occurred_at"]),
        "hour": instant(entry["hour"]),
        **{name: entry[name] for name in PLAIN},
        "subject": json.loads(entry["told"]),
        "purpose": None if entry["purpose_code"] is None else purpose,
        "session_id": None if entry["session_id"] is None else str(entry["session_id"]),
    }
