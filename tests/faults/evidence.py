"""What a batch left, opened and hashed again by the letter of docs/ledger-format.md.

Nothing here is shared with the code that wrote it, except the key ring that opens the seals.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg
import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from app.privacy.keyring import KeyRing

COUNTED = ("received", "accepted", "unchanged", "stale", "rejected")

EVIDENCE = """
    SELECT batches.*, body_sealed, secret_sealed, outcomes,
           index, ledger_entries.leaf_hash AS entered, envelope,
           (SELECT count(*) FROM rejections WHERE rejections.batch_id = batches.batch_id) AS told
    FROM batches
    LEFT JOIN batch_archives USING (batch_id)
    LEFT JOIN ledger_entries ON subject_id = batch_id
    ORDER BY batch_id, index
"""


class Evidence(NamedTuple):
    row: asyncpg.Record
    lines: tuple[bytes, ...]

    @property
    def accepted(self) -> list[tuple[int, bytes]]:
        """The lines that were accepted, with their numbers."""
        outcomes = self.row["outcomes"]
        return [(at, line) for at, line in enumerate(self.lines, 1) if outcomes[at - 1] == 1]


async def evidence(connection: asyncpg.Connection, key_ring: KeyRing) -> list[Evidence]:
    """Of every batch. Its archive and its one ledger entry are there, and agree in every bit."""
    found = [_opened(row, key_ring) for row in await connection.fetch(EVIDENCE)]
    assert len({each.row["batch_id"] for each in found}) == len(found), "a batch has two entries"
    return found


def _opened(row: asyncpg.Record, key_ring: KeyRing) -> Evidence:
    assert row["body_sealed"] is not None, "a batch without its archive"
    assert row["index"] is not None, "a batch without its entry"
    body = key_ring.open(row["body_sealed"], f"batch_archives.body_sealed {row['batch_id']}")
    secret = key_ring.open(row["secret_sealed"], f"batch_archives.secret_sealed {row['batch_id']}")
    lines = tuple(line for line in zstandard.decompress(body).split(b"\n") if line)
    root = tree_hash(record_leaves(secret, lines, row["outcomes"]))
    envelope = sorted_json(_envelope(row, root))
    assert root == row["records_root"]
    assert envelope == row["envelope"]
    assert row["leaf_hash"] == row["entered"] == hashlib.sha256(b"\0" + envelope).digest()
    assert [row[name] for name in COUNTED] == _counts(row["outcomes"])
    assert row["told"] == row["rejected"]
    return Evidence(row, lines)


def _counts(outcomes: bytes) -> list[int]:
    return [len(outcomes), *(outcomes.count(outcome) for outcome in (1, 2, 3, 4))]


def _envelope(row: asyncpg.Record, root: bytes) -> dict[str, Any]:
    return {
        "v": 1,
        "kind": "batch",
        "batch_id": str(row["batch_id"]),
        "platform": row["platform"],
        "feed": row["feed"],
        "client_id": row["client_id"],
        "received_at": instant(row["received_at"]),
        "counts": {name: row[name] for name in COUNTED},
        "records_root": root.hex(),
    }


def class_groups_of(each: Evidence) -> set[tuple[str, str]]:
    """That it had a record accepted for."""
    told = [json.loads(line)["class_group_id"] for _, line in each.accepted]
    return {(each.row["platform"], class_group_id) for class_group_id in told}


def record_leaves(secret: bytes, lines: tuple[bytes, ...], outcomes: bytes) -> list[bytes]:
    return [
        hashlib.sha256(b"\0" + salt + outcomes[at : at + 1] + lines[at]).digest()
        for at, salt in enumerate(salts(secret, len(lines)))
    ]


def salts(secret: bytes, count: int) -> list[bytes]:
    stream = Cipher(AES256(secret), CTR(bytes(16))).encryptor().update(bytes(16 * count))
    return [stream[16 * at : 16 * at + 16] for at in range(count)]


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sorted_json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def tree_hash(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()
