"""How long the script for auditors takes over a large evidence bundle, in a process of its own.

`python -m tests.load.bundle [RECORDS]`
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import clock
from app.core.ids import BatchId, ClientId, PlatformCode
from app.core.vocabulary import Feed
from app.ledger import merkle, proofs
from app.ledger.checkpoint import Checkpoint, signed_note, verifier_key
from app.ledger.envelope import Counts, batch_envelope, leaf_hash
from app.ledger.leaves import record_leaves, salts
from app.verifier import supervise_verify
from tests.load.bodies import records, written

RECORDS, QUICK_RECORDS = 100_000, 10_000
REQUIRED_S = 5
A_BATCH, A_SMALL_BATCH = 10_000, 100
ORIGIN = "supervise.example/ledger"
ACCEPTED = 1
COLUMNS = ("disclosed", "records", "batches", "MB", "s", "processor s", "records/s")


class Verified(NamedTuple):
    disclosed: str
    records: int
    batches: int
    megabytes: float
    seconds: float
    """Of the whole process, its start included."""
    processor_s: float

    def row(self) -> tuple[str, ...]:
        rate = f"{self.records / self.seconds:,.0f}"
        numbers = (f"{self.records:,}", f"{self.batches:,}", f"{self.megabytes:.0f}")
        return (self.disclosed, *numbers, f"{self.seconds:.2f}", f"{self.processor_s:.2f}", rate)


def measure(number: int = RECORDS) -> list[Verified]:
    """Whole batches; half of each batch, every record with its path; and many small batches."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "bundle.zip"
        return [
            _verified("whole batches", path, number, of_a_batch=A_BATCH, every=1),
            _verified("every second record, with paths", path, number, of_a_batch=A_BATCH, every=2),
            _verified("small batches", path, number, of_a_batch=A_SMALL_BATCH, every=1),
        ]


def _verified(disclosed: str, path: Path, number: int, *, of_a_batch: int, every: int) -> Verified:
    batches = write(path, number, of_a_batch=of_a_batch, every=every)
    command = [sys.executable, "-I", "-S", supervise_verify.__file__, str(path)]
    started, before = time.monotonic(), _processor_s()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds, processor_s = time.monotonic() - started, _processor_s() - before
    return Verified(disclosed, number, batches, path.stat().st_size / 1e6, seconds, processor_s)


def _processor_s() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def write(path: Path, number: int, *, of_a_batch: int, every: int) -> int:
    """A bundle of so many learning records; how many batches it names."""
    files = dict[str, bytes]()
    body = [written(each) for each in islice(records(Feed.learning_records), number * every)]
    parts = [body[start : start + of_a_batch] for start in range(0, len(body), of_a_batch)]
    envelopes = [_add_batch(files, place, part, every) for place, part in enumerate(parts)]
    levels, key = merkle.Levels([leaf_hash(each) for each in envelopes]), Ed25519PrivateKey.generate()
    size, leaves = len(envelopes), [leaf_hash(each) for each in envelopes]
    note = signed_note(ORIGIN, size, levels.root, [key])
    checkpoint = Checkpoint(size, levels.root, clock.now(), note)
    for index, envelope in enumerate(envelopes):
        inclusion = proofs.Inclusion(index, size, leaves[index], levels.path(index))
        files[f"entries/{index}.json"] = envelope
        files[f"entries/{index}.tlog-proof"] = proofs.tlog_proof(inclusion, checkpoint).encode()
    files["checkpoint"] = note.encode()
    files["keys"] = f"log {verifier_key(ORIGIN, key.public_key().public_bytes_raw())}\n".encode()
    files["bundle.json"] = _table(files, size)
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return size


def _add_batch(files: dict[str, bytes], place: int, body: Sequence[bytes], every: int) -> bytes:
    batch_id, secret = BatchId(UUID(int=place)), place.to_bytes(32)
    levels = merkle.Levels(record_leaves(secret, body, bytes([ACCEPTED]) * len(body)))
    lines = _lines(body, list(salts(secret, len(body))), levels if every > 1 else None, every)
    files[f"batches/{batch_id}.ndjson"] = b"".join(lines)
    return batch_envelope(
        batch_id=batch_id,
        platform=PlatformCode("live-a"),
        feed=Feed.learning_records,
        client_id=ClientId("client-1"),
        received_at=clock.now(),
        counts=Counts(len(body), len(body), 0, 0, 0),
        records_root=levels.root,
    )


def _lines(
    body: Sequence[bytes], salted: Sequence[bytes], levels: merkle.Levels | None, every: int
) -> Iterator[bytes]:
    for place in range(0, len(body), every):
        salt, record = salted[place].hex(), body[place]
        told: dict[str, object] = {
            "n": place,
            "salt": salt,
            "outcome": ACCEPTED,
            "record_utf8": record.decode(),
        }
        if levels is not None:
            told["path"] = [each.hex() for each in levels.path(place)]
        yield msgspec.json.encode(told) + b"\n"


def _table(files: dict[str, bytes], size: int) -> bytes:
    entries = [{"index": index, "kind": "batch", "name": f"entries/{index}"} for index in range(size)]
    hashes = {name: supervise_verify.sha256(content).hex() for name, content in files.items()}
    stated = {"v": 1, "kind": "bundle", "checkpoint_size": size, "entries": entries, "files": hashes}
    return msgspec.json.encode(stated)


if __name__ == "__main__":
    asked_for = int(sys.argv[1]) if sys.argv[1:] else RECORDS
    for row in [COLUMNS, *(each.row() for each in measure(asked_for))]:
        print(*row, sep="\t")  # noqa: T201
