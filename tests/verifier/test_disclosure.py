"""One record, one decision, one receipt: each leads to the ledger, and an altered one does not."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.verifier import supervise_verify
from tests.verifier.naive_bundle import (
    BATCH_IDS,
    DOCUMENTS,
    OUTCOMES,
    RECORDS,
    RUN_ID,
    batch_contents,
    evidence,
    leaves,
    salt,
)
from tests.verifier.naive_log import NaiveLog, inclusion, sha256

LOG = evidence()[0]
BATCH_INDEX, RUN_INDEX, BINARY = 6, 7, 3


def disclosed(name: str, contents: list[bytes], position: int, index: int) -> dict[str, Any]:
    return {
        "position": position,
        "size": len(contents),
        "salt": salt(name, position).hex(),
        "path": [each.hex() for each in inclusion(position, leaves(name, contents))],
        "envelope": LOG.entries[index].decode(),
        "ledger_index": index,
        "tlog_proof": LOG.tlog_proof(index),
    }


def of_a_record(position: int = 0) -> dict[str, Any]:
    """As the API answers."""
    record, text = RECORDS[1][position], None
    if position != BINARY:
        text = record.decode()
    return {
        "batch_id": BATCH_IDS[1],
        "platform": "live-a",
        "feed": "lessons",
        "line": position + 1,
        "outcome": "accepted",
        "outcome_byte": OUTCOMES[1][position],
        "record_utf8": text,
        "record_base64": None if text is not None else base64.b64encode(record).decode(),
        "proof": disclosed(BATCH_IDS[1], batch_contents(1), position, BATCH_INDEX),
    }


def of_a_decision() -> dict[str, Any]:
    document = DOCUMENTS[1].decode()
    return {"run_id": RUN_ID, "document": document, "proof": disclosed(RUN_ID, DOCUMENTS, 1, RUN_INDEX)}


def status(directory: Path, told: object, *options: str) -> int:
    (directory / "proof.json").write_text(json.dumps(told))
    options = options or ("--key", LOG.signer.vkey)
    return supervise_verify.main([str(directory / "proof.json"), *options], lambda _: None)


def test_a_record_a_record_in_bytes_and_a_decision_are_proved(tmp_path: Path) -> None:
    for told in (of_a_record(), of_a_record(BINARY), of_a_decision()):
        assert status(tmp_path, told) == 0
        assert status(tmp_path, told, "--key", NaiveLog([]).signer.vkey) == 1
    (tmp_path / "keys").write_text(LOG.keys)
    assert supervise_verify.main([str(tmp_path / "proof.json")], lambda _: None) == 0


def in_proof(**changes: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda told: {**told, "proof": {**told["proof"], **changes}}


OF_BOTH: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "place": in_proof(position=2),
    "place beyond": in_proof(position=9),
    "salt": in_proof(salt="00" * 16),
    "salt in capitals": lambda told: in_proof(salt=told["proof"]["salt"].upper() + "AA")(told),
    "path cut off": lambda told: in_proof(path=told["proof"]["path"][:-1])(told),
    "path padded": lambda told: in_proof(path=[*told["proof"]["path"], "00" * 32])(told),
    "no path": in_proof(path=[]),
    "envelope of another entry": in_proof(envelope=LOG.entries[1].decode()),
    "envelope with a space more": lambda told: in_proof(envelope=told["proof"]["envelope"] + " ")(told),
    "proof of another entry": in_proof(tlog_proof=LOG.tlog_proof(1)),
    "proof of another log": in_proof(tlog_proof=NaiveLog(LOG.entries).tlog_proof(BATCH_INDEX)),
    "another document": lambda told: {**told, "document": "{}", "record_utf8": None},
    "document and record": lambda told: {**told, "document": "{}", "record_utf8": "{}"},
    "another run and batch": lambda told: {**told, "run_id": BATCH_IDS[0]},
}
OF_A_RECORD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "record": lambda told: {**told, "record_utf8": told["record_utf8"] + " "},
    "outcome": lambda told: {**told, "outcome_byte": 2},
    "another batch": lambda told: {**told, "batch_id": BATCH_IDS[0]},
    "another platform": lambda told: {**told, "platform": "live-b"},
    "another feed": lambda told: {**told, "feed": "attendance"},
}


@pytest.mark.parametrize("what", OF_BOTH)
@pytest.mark.parametrize("made", [of_a_record, of_a_decision])
def test_an_altered_disclosure_is_refused(
    tmp_path: Path, made: Callable[[], dict[str, Any]], what: str
) -> None:
    assert status(tmp_path, OF_BOTH[what](made())) == 1


@pytest.mark.parametrize("what", OF_A_RECORD)
def test_an_altered_record_is_refused(tmp_path: Path, what: str) -> None:
    assert status(tmp_path, OF_A_RECORD[what](of_a_record())) == 1


class TestAnEntry:
    def checked(self, directory: Path, told: bytes, index: int = BATCH_INDEX) -> tuple[int, str]:
        (directory / "entry.json").write_bytes(told)
        (directory / "entry.tlog-proof").write_text(LOG.tlog_proof(index))
        said: list[str] = []
        files = [str(directory / name) for name in ("entry.json", "entry.tlog-proof")]
        return supervise_verify.main([*files, "--key", LOG.signer.vkey], said.append), "\n".join(said)

    def test_is_found_by_its_bytes_bare_or_as_the_api_answers(self, tmp_path: Path) -> None:
        envelope = LOG.entries[BATCH_INDEX]
        for told in (envelope, json.dumps({"index": 6, "envelope": envelope.decode()}).encode()):
            assert self.checked(tmp_path, told)[0] == 0
            assert self.checked(tmp_path, told, BATCH_INDEX + 1)[0] == 1
        assert self.checked(tmp_path, envelope + b"\n")[0] == 1

    def test_is_found_by_the_leaf_hash_of_a_receipt_and_no_more_is_claimed(self, tmp_path: Path) -> None:
        leaf = sha256(b"\x00" + LOG.entries[BATCH_INDEX])
        receipt = {
            "batch_id": BATCH_IDS[1],
            "received": 9,
            "ledger": {"leaf_hash": leaf.hex(), "index": None},
        }
        status, said = self.checked(tmp_path, json.dumps(receipt).encode())
        assert status == 0
        assert any("leaf hash" in line for line in said.splitlines() if line.startswith("NOTE"))
        receipt["ledger"] = {"leaf_hash": sha256(leaf).hex()}
        assert self.checked(tmp_path, json.dumps(receipt).encode())[0] == 1
