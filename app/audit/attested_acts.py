"""The same of acts: what two persons decided, what is distrusted, drawn, held, looked at, disposed of."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit.attested import Attested, Told
from app.audit.schemas import Fault
from app.core.errors import AppError
from app.core.ids import ClassGroupId, ClassGroupKey, ClientId, Credential, PlatformCode
from app.custody.documents import KeptCheck, custody_envelope
from app.custody.rounds import committed_to, secret_context
from app.ledger.draws import draw_envelope, population_of
from app.ledger.envelope import approval_envelope, distrust_envelope, key_envelope, withdrawal_envelope
from app.ledger.log_keys import KeyAct
from app.ledger.merkle import Commitment, commitment
from app.ledger.retention_envelopes import disposal_envelope, hold_envelope
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing


def approval_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    if row["proposal_id"] is None:
        yield kind.difference(row, Fault.missing)
        return
    if row["decided_at"] is None:
        yield kind.difference(row, Fault.changed, ("state",))
        return
    envelope = approval_envelope(
        proposal_id=row["proposal_id"],
        act=row["act"],
        arguments=json.loads(row["arguments"]),
        outcome=row["state"],
        proposer_id=row["proposer_id"],
        proposed_at=row["proposed_at"],
        decider_id=row["decider_id"],
        decided_at=row["decided_at"],
    )
    yield from kind.apart(row, envelope, {"outcome": (kind.table, ("state",))})


def distrust_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    if row["distrust_id"] is None:
        yield kind.difference(row, Fault.missing)
        return
    envelope = distrust_envelope(
        distrust_id=row["distrust_id"],
        client_id=ClientId(row["client_id"]),
        credential=Credential(row["credential"]),
        since=row["since"],
        recorded_at=row["recorded_at"],
    )
    yield from kind.apart(row, envelope, {})


def withdrawal_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    """How many records were restored and removed follows from the rows, and is compared there."""
    said = json.loads(row["envelope"])
    envelope = withdrawal_envelope(
        withdrawal_id=row["entry_of"],
        platform=said["platform"],
        feed=said["feed"],
        withdrawn_at=row["entered_at"],
        batches=commitment(row["leaf_hashes"] or []),
        restored=said["restored"],
        removed=said["removed"],
    )
    yield from kind.apart(row, envelope, {"batches": (kind.table, ("batch_id", "withdrawn_at"))})


def draw_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    if row["draw_id"] is None:
        yield kind.difference(row, Fault.missing)
        return
    envelope = draw_envelope(
        draw_id=row["draw_id"],
        purpose=row["purpose"],
        announced_at=row["announced_at"],
        population=population_of(row["secret"], row["population"]),
        wanted=row["wanted"],
    )
    yield from kind.apart(row, envelope, {})


def log_key_told(kind: Attested, row: asyncpg.Record, key_ring: KeyRing) -> Iterator[Told]:
    """A key is retired where an entry says so, and nowhere else; one that is not must be able to sign."""
    if row["kid"] is None or row["origin"] is None:
        table = "ledger_log_keys" if row["kid"] is None else "ledger_origin"
        yield kind.difference(row, Fault.missing, table=table)
        return
    act = json.loads(row["envelope"])["act"]
    column = "created_at" if act == KeyAct.created else "retired_at"
    if row[column] is None:
        yield kind.difference(row, Fault.changed, (column,))
        return
    envelope = key_envelope(
        record_id=row["entry_of"],
        act=act,
        key_name=row["origin"],
        key_id=row["kid"],
        public_key=row["public_key"],
        recorded_at=row[column],
    )
    places = {"key_name": ("ledger_origin", ("origin",)), "recorded_at": (kind.table, (column,))}
    yield from kind.apart(row, envelope, places)
    if act != KeyAct.created:
        return
    if row["retired_at"] is not None and not row["is_said_retired"]:
        yield kind.difference(row, Fault.changed, ("retired_at",))
    if row["retired_at"] is None:
        yield from _unable_to_sign(kind, row, key_ring)


def _unable_to_sign(kind: Attested, row: asyncpg.Record, key_ring: KeyRing) -> Iterator[Told]:
    """Where what is sealed cannot be opened, or is not the private key of its public one."""
    column = "private_key_sealed"
    try:
        opened = key_ring.open(row[column], row_context(kind.table, column, row["kid"]))
        public_key = Ed25519PrivateKey.from_private_bytes(opened).public_key().public_bytes_raw()
    except (AppError, ValueError):
        yield kind.difference(row, Fault.unreadable, (column,))
        return
    if public_key != row["public_key"]:
        yield kind.difference(row, Fault.changed, (column,))


def hold_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    if row["hold_id"] is None:
        yield kind.difference(row, Fault.missing)
        return
    envelope = hold_envelope(
        hold_id=row["hold_id"],
        about=row["about"],
        platform=row["platform"],
        class_group_id=row["class_group_id"],
        uscc=row["uscc"],
        placed_by=row["placed_by"],
        placed_at=row["placed_at"],
    )
    yield from kind.apart(row, envelope, {})


def disposal_told(kind: Attested, row: asyncpg.Record, _: KeyRing) -> Iterator[Told]:
    """The record too, and that it says of the same objects, with the same hashes, that they are gone."""
    if row["disposal_id"] is None or row["document"] is None:
        yield kind.difference(row, Fault.missing, table=None if row["document"] else "disposal_records")
        return
    envelope = disposal_envelope(
        disposal_id=row["disposal_id"],
        class_group=ClassGroupKey(PlatformCode(row["platform"]), ClassGroupId(row["class_group_id"])),
        disposed_at=row["disposed_at"],
        proposal_id=row["proposal_id"],
        document_hash=hashlib.sha256(row["document"]).digest(),
    )
    yield from kind.apart(row, envelope, {"document_hash": ("disposal_records", ("document",))})
    document = json.loads(row["document"])
    yield from _objects_apart(kind, row, _said_gone(document))
    beside = document["neighbours"]
    if {f"{each['platform']} {each['class_group_id']}" for each in beside} != {*(row["neighbours"] or ())}:
        yield kind.difference(row, Fault.changed, table="disposal_neighbours")


def _said_gone(document: Mapping[str, Any]) -> dict[str, str | None]:
    """By kind and id, each with its hash where the record has it."""
    gone = {
        f"batch {each['batch_id']}": each["leaf_hash"]
        for each in document["batches"]
        if each["archive"] == "destroyed"
    }
    gone |= {f"run {each['run_id']}": each["decisions_root"] for each in document["runs"]}
    gone |= {f"decision {each}": None for each in document["decisions"]}
    return gone | {f"report {each}": None for each in document["reports"]}


def _objects_apart(kind: Attested, row: asyncpg.Record, said: Mapping[str, str | None]) -> Iterator[Told]:
    """A batch that the record names may have gone with an earlier disposal."""
    named = dict(zip(row["objects"] or (), row["hashes"] or (), strict=True))
    if named.keys() - said.keys():
        yield kind.difference(row, Fault.added, table="disposed_objects")
    if any(not each.startswith("batch ") for each in said.keys() - named.keys()):
        yield kind.difference(row, Fault.missing, table="disposed_objects")
    if any(said.get(each) not in {None, told} for each, told in named.items()):
        yield kind.difference(row, Fault.changed, ("hash",), "disposed_objects")


def custody_told(kind: Attested, row: asyncpg.Record, key_ring: KeyRing) -> Iterator[Told]:
    """Where looks are gone, and disposals account for so many, the root is taken as kept."""
    if row["round_id"] is None:
        yield kind.difference(row, Fault.missing)
        return
    kept = Commitment(len(row["check_ids"]), row["root"])
    checks = [_kept_check(each) for each in row["checks"] or ()]
    if len(checks) == kept.size:
        secret = key_ring.open(row["secret_sealed"], secret_context(row["round_id"]))
        kept = committed_to(secret, checks)
        if kept.root != row["root"]:
            yield kind.difference(row, Fault.changed, ("root",))
    elif not row["is_accounted_for"]:
        yield kind.difference(row, Fault.missing, table="video_checks")
    envelope = custody_envelope(round_id=row["round_id"], closed_at=row["closed_at"], checks=kept)
    yield from kind.apart(row, envelope, {"checks": ("video_checks", ("figures", "outcome"))})


def _kept_check(told: Mapping[str, Any]) -> KeptCheck:
    named = {name: told[name] for name in KeptCheck._fields}
    return KeptCheck(**named | {"checked_at": datetime.fromisoformat(told["checked_at"])})
