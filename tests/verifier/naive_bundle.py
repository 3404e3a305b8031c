"""An evidence bundle of a few records, put together by docs/ledger-format.md and docs/bundles.md alone."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from tests.verifier.naive_log import NaiveLog, base64_of, canonical, inclusion, sha256, tree

SCRIPT = Path(__file__).parents[2] / "app" / "verifier" / "supervise_verify.py"
BATCH_IDS = ["019cae6b-6600-7138-a013-5c6d7e8f9a0b", "019cae6b-6600-7138-a013-5c6d7e8f9a0c"]
RUN_ID = "019d4bb6-2af8-7a51-8c77-0f1e2d3c4b5a"
RECORDS = [
    [
        '{"class_group_id":"C1","lesson_id":"S1","title":"第一课"}'.encode(),
        b'{"n":1.50, "x":"\\u0041"}',
        b"{}",
    ],
    [b'{"class_group_id":"C1","learner_id":"L1"}', b'{"broken":"\xff"}', b'{"a":1}', b"\xe9", b"5"],
]
OUTCOMES = [[1, 2, 4], [1, 4, 3, 4, 2]]
DOCUMENTS = [
    canonical(
        {
            "v": 1,
            "platform": "live-a",
            "learner_id": learner,
            "eligibility": "eligible",
            "facts": {"出勤": "4/5"},
        }
    )
    for learner in ("L1", "L2", "L3")
]
POLICY = {"id": "standard", "version": "2026-01-01", "hash": "ab" * 32}
TEXT = "id: standard\nversion: 2026-01-01\n条款: 《通知》第三条\n".encode()
READABLE = {
    "README.txt": b"how to verify\n",
    "report.html": b"<p>",
    "report.pdf": b"%PDF",
    "facts/L1.json": b"{}",
}


def salt(name: str, number: int) -> bytes:
    return sha256(f"{name}/{number}".encode())[:16]


def leaves(name: str, contents: Sequence[bytes]) -> list[bytes]:
    return [sha256(b"\x00" + salt(name, n) + content) for n, content in enumerate(contents)]


def told(name: str, number: int, content: bytes, *, is_document: bool) -> dict[str, object]:
    line: dict[str, object] = {"n": number, "salt": salt(name, number).hex()}
    if is_document:
        return {**line, "document": content.decode()}
    line["outcome"] = content[0]
    try:
        return {**line, "record_utf8": content[1:].decode()}
    except UnicodeDecodeError:
        return {**line, "record_base64": base64_of(content[1:])}


def ndjson(
    name: str, contents: Sequence[bytes], chosen: Sequence[int], *, is_document: bool = False
) -> bytes:
    """Of all contents without paths, of some with."""
    lines = []
    for number in chosen:
        line = told(name, number, contents[number], is_document=is_document)
        if len(chosen) < len(contents):
            line["path"] = [each.hex() for each in inclusion(number, leaves(name, contents))]
        lines.append(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    return b"".join(lines)


def batch_contents(number: int) -> list[bytes]:
    pairs = zip(OUTCOMES[number], RECORDS[number], strict=True)
    return [bytes([outcome]) + record for outcome, record in pairs]


def batch_envelope(number: int) -> bytes:
    outcomes, root = OUTCOMES[number], tree(leaves(BATCH_IDS[number], batch_contents(number)))
    words = ("accepted", "unchanged", "stale", "rejected")
    counts = {word: outcomes.count(byte) for byte, word in enumerate(words, 1)} | {"received": len(outcomes)}
    of = {"v": 1, "kind": "batch", "batch_id": BATCH_IDS[number], "platform": "live-a", "feed": "lessons"}
    return canonical({**of, "client_id": "c", "counts": counts, "records_root": root.hex()})


def run_envelope(batches: Sequence[bytes]) -> bytes:
    hashes = [sha256(b"\x00" + each) for each in batches]
    return canonical(
        {
            "v": 1,
            "kind": "assessment",
            "run_id": RUN_ID,
            "platform": "live-a",
            "class_group_id": "C1",
            "ledger_size": 7,
            "policy": POLICY,
            "batches": {"size": len(hashes), "root": tree(hashes).hex()},
            "decisions": {"size": len(DOCUMENTS), "root": tree(leaves(RUN_ID, DOCUMENTS)).hex()},
        }
    )


def policy_envelope() -> bytes:
    text_hash = hashlib.sha256(TEXT).hexdigest()
    return canonical({"v": 1, "kind": "policy", "policy": POLICY, "text_hash": text_hash})


def evidence() -> tuple[NaiveLog, dict[int, dict[str, object]]]:
    """A ledger of eleven entries, and those of them that the bundle shows."""
    others = [canonical({"v": 1, "kind": "access", "number": number}) for number in range(7)]
    batches = [batch_envelope(0), batch_envelope(1)]
    entries = [others[0], policy_envelope(), batches[0], *others[1:4], batches[1], run_envelope(batches)]
    log = NaiveLog([*entries, *others[4:]])
    kinds = {1: "policy", 2: "batch", 6: "batch", 7: "assessment"}
    table = {n: {"index": n, "kind": kind, "name": f"entries/{n}"} for n, kind in kinds.items()}
    return log, {**table, 7: {**table[7], "batches": [2, 6]}}


def files_of_a_bundle() -> dict[str, bytes]:
    """One batch whole, of the other two records; one decision of three."""
    log, table = evidence()
    files = {**READABLE, "verify.py": SCRIPT.read_bytes()}
    files |= {"checkpoint": log.checkpoint().encode(), "keys": log.keys.encode()}
    for index in table:
        files[f"entries/{index}.json"] = log.entries[index]
        files[f"entries/{index}.tlog-proof"] = log.tlog_proof(index).encode()
    files[f"batches/{BATCH_IDS[0]}.ndjson"] = ndjson(BATCH_IDS[0], batch_contents(0), [0, 1, 2])
    files[f"batches/{BATCH_IDS[1]}.ndjson"] = ndjson(BATCH_IDS[1], batch_contents(1), [0, 3])
    files[f"runs/{RUN_ID}.ndjson"] = ndjson(RUN_ID, DOCUMENTS, [1], is_document=True)
    files["policies/standard-2026-01-01.yaml"] = TEXT
    stated = {"v": 1, "kind": "bundle", "about": {"platform": "live-a"}, "checkpoint_size": 11}
    return listed({**files, "bundle.json": json.dumps({**stated, "entries": [*table.values()]}).encode()})


def listed(files: dict[str, bytes]) -> dict[str, bytes]:
    """With the hashes of all files in bundle.json, as somebody would who alters one and hides it."""
    others = {name: content for name, content in files.items() if name != "bundle.json"}
    stated = json.loads(files["bundle.json"])
    stated["files"] = {name: sha256(content).hex() for name, content in others.items()}
    return {**others, "bundle.json": json.dumps(stated, indent=1).encode()}
