"""Puts the files of a bundle together, one after the other: a batch at a time is all that is in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO

import msgspec

from app import __version__, verifier
from app.core.ids import BatchId, LearnerId, PlatformCode
from app.db.session import ReadSession
from app.evidence import repository
from app.evidence.errors import BundleTooLarge
from app.evidence.leaves import open_batch, open_run, told_leaves
from app.evidence.members import Members, is_disclosed
from app.evidence.readme import readme
from app.evidence.schemas import Decided, Entry, Gathered, Mark, Order, Present, Run
from app.evidence.writer import BundleWriter
from app.ledger import proofs
from app.ledger.canonical import instant
from app.ledger.checkpoint import Checkpoint
from app.privacy.keyring import KeyRing

VERIFIER = Path(verifier.__file__).parent / "supervise_verify.py"
VERSION = 1


@dataclass
class Assembly:
    """In a repeatable session, which says of everything how it stood at one moment."""

    session: ReadSession
    key_ring: KeyRing
    order: Order
    gathered: Gathered
    checkpoint: Checkpoint
    keys: Sequence[str]
    """Lines `log <vkey>` and `witness <vkey>`."""
    mark: Mark
    disclosed: int = field(default=0, init=False)
    """Records so far."""
    without: list[str] = field(default_factory=list, init=False)
    """Batches whose originals cannot be told: disposed of, or another owner's."""

    async def write(self, file: IO[bytes], present: Present) -> None:
        """Raises `BundleTooLarge`, `ArchiveAltered`."""
        with BundleWriter(file) as writer:
            script = await asyncio.to_thread(VERIFIER.read_bytes)
            writer.add("README.txt", readme(script))
            writer.add("verify.py", script)
            writer.add("checkpoint", self.checkpoint.note.encode())
            writer.add("keys", "".join(f"{line}\n" for line in self.keys).encode())
            for entry in sorted(self.gathered.entries.values()):
                await self._write_entry(writer, entry)
            for run in self.gathered.runs():
                await self._write_run(writer, run)
            if self.order.scope.originals:
                for batch_id in self.gathered.batches():
                    await self._write_batch(writer, BatchId(batch_id))
            self._write_policies(writer)
            async for readable in present(self.session, self.gathered.contents, self.mark):
                await asyncio.to_thread(writer.add, readable.name, readable.content)
            writer.finish(self._told())

    async def _write_entry(self, writer: BundleWriter, entry: Entry) -> None:
        inclusion = await proofs.inclusion(self.session, entry.ledger_index, self.checkpoint.size)
        writer.add(f"entries/{entry.ledger_index}.json", entry.envelope)
        proof = proofs.tlog_proof(inclusion, self.checkpoint)
        writer.add(f"entries/{entry.ledger_index}.tlog-proof", proof.encode())

    async def _write_run(self, writer: BundleWriter, run: Run) -> None:
        """Documents of those it is about; of a whole class group all, superseded ones too."""
        decided = await repository.documents(self.session, run)
        entry = self.gathered.entries[run.run_id]
        opened = await asyncio.to_thread(open_run, self.key_ring, run, decided, entry.envelope)
        wanted = self._learners_of(run)
        chosen = [
            place
            for place, each in enumerate(decided)
            if (wanted is None or each.learner_id in wanted) and self._is_told(each)
        ]
        if chosen:
            writer.add_pieces(f"runs/{run.run_id}.ndjson", told_leaves(opened, chosen))

    def _learners_of(self, run: Run) -> set[LearnerId] | None:
        """None: all."""
        items = [each.item for each in self.gathered.contents if each.item.key == run.key]
        named = {item.learner_id for item in items if item.learner_id is not None}
        return named if len(named) == len(items) else None

    def _is_told(self, decided: Decided) -> bool:
        return self.order.scope.money or "subsidy" not in msgspec.json.decode(decided.document)

    async def _write_batch(self, writer: BundleWriter, batch_id: BatchId) -> None:
        """Nothing where it is out of the session's sight, or holds nothing of what the bundle is about."""
        sealed = await repository.sealed_batch(self.session, batch_id)
        if sealed is None:
            self.without.append(str(batch_id))
            return
        if not is_disclosed(sealed.feed):
            return
        members = self._members(sealed.platform)

        def write() -> None:
            envelope = self.gathered.entries[batch_id].envelope
            opened = open_batch(self.key_ring, sealed, envelope)
            chosen = members.places(sealed.feed, opened.contents, opened.outcomes)
            self._count(len(chosen))
            if chosen:
                writer.add_pieces(f"batches/{batch_id}.ndjson", told_leaves(opened, chosen))

        await asyncio.to_thread(write)

    def _members(self, platform: PlatformCode) -> Members:
        return Members.of(each for each in self.gathered.contents if each.item.key.platform == platform)

    def _count(self, records: int) -> None:
        self.disclosed += records
        if self.disclosed > self.order.most_records:
            raise BundleTooLarge.of_records(self.order.most_records)

    def _write_policies(self, writer: BundleWriter) -> None:
        """By name; of a version whose text was changed, each text once."""
        known = {words.record_id: words for each in self.gathered.contents for words in each.policies}
        texts = sorted({(words.policy_id, words.version, words.text) for words in known.values()})
        for policy_id, version, text in texts:
            name = f"policies/{policy_id}-{version}"
            name += (
                "" if f"{name}.yaml" not in writer.hashes else f"-{sha256(text.encode()).hexdigest()[:16]}"
            )
            writer.add(f"{name}.yaml", text.encode())

    def _told(self) -> dict[str, object]:
        order = self.order
        return {
            "v": VERSION,
            "kind": "bundle",
            "about": {
                "bundle_id": str(self.mark.bundle_id),
                "items": [item.subject() for item in order.items],
                "purpose": order.why.purpose,
                "originals": order.scope.originals,
                "money": order.scope.money,
                "records": self.disclosed,
                "batches_without_originals": self.without,
            },
            "made_at": instant(self.mark.made_at),
            "program_version": __version__,
            "checkpoint_size": self.checkpoint.size,
            "entries": self._listed(),
        }

    def _listed(self) -> list[dict[str, object]]:
        """Every entry by its index; of a run, the indexes of the batches that it rests on too."""
        entries = self.gathered.entries
        listed: dict[int, dict[str, object]] = {
            place: {"index": place, "kind": kind, "name": f"entries/{place}"}
            for place, kind, _ in sorted(entries.values())
        }
        for run in self.gathered.runs():
            named = sorted(entries[batch_id].ledger_index for batch_id in run.batch_ids)
            listed[entries[run.run_id].ledger_index]["batches"] = named
        return list(listed.values())
