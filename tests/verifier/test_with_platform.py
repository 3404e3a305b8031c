"""What a real platform hands out three verifiers accept, two from elsewhere; altered they refuse it."""

import json
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.db.session import Database, reading
from app.ledger.export import export
from app.verifier import supervise_verify
from tests.api.term import L2, decision_of, get
from tests.evidence.bundles import bundle
from tests.foreign import go_verifier, sigstore_verifier
from tests.foreign.cases import ENTRY, NOTE_AND_PATH, Case
from tests.foreign.test_foreign import go_program

__all__ = ["go_program"]

LEDGER = "/api/v1/ledger"
Checkpoints = list[dict[str, Any]]


@pytest.fixture
async def vkey(platform: httpx.AsyncClient, published: Checkpoints) -> str:
    assert len(published) == 2
    (key,) = (await get(platform, f"{LEDGER}/keys"))["log"]
    found: str = key["vkey"]
    return found


@pytest.fixture
async def cases(platform: httpx.AsyncClient, published: Checkpoints, vkey: str) -> list[Case]:
    """Every entry of the ledger, as the API proves it."""
    return [await case_of(platform, index, vkey) for index in range(published[-1]["size"])]


async def case_of(client: httpx.AsyncClient, index: int, vkey: str) -> Case:
    answer = await client.get(f"{LEDGER}/proofs/inclusion", params={"index": index, "format": "tlog-proof"})
    head, _, note = answer.text.partition("\n\n")
    entry = (await get(client, f"{LEDGER}/entries/{index}"))["envelope"].encode()
    return Case(vkey, note, [b64decode(line) for line in head.split("\n")[2:]], index, entry)


def status(directory: Path, files: Mapping[str, object], *options: str) -> int:
    """Of the script, over files in this order; what is no text is written as JSON."""
    for name, content in files.items():
        (directory / name).write_text(content if isinstance(content, str) else json.dumps(content))
    paths = [str(directory / name) for name in files]
    return supervise_verify.main([*paths, *options], lambda _: None)


async def test_every_entry_that_the_api_proves_is_accepted_by_three_verifiers(
    cases: list[Case], go_program: Path, tmp_path: Path
) -> None:
    assert len(cases) > 9
    assert go_verifier.answers(go_program, cases) == ["<nil>"] * len(cases)
    assert [sigstore_verifier.answer(case) for case in cases] == [""] * len(cases)
    for case in cases:
        files = {"entry.json": case.entry.decode(), "proof": case.tlog_proof}
        assert status(tmp_path, files, "--key", case.vkey) == 0


async def test_every_alteration_of_what_the_api_proves_is_refused_by_three_verifiers(
    cases: list[Case], go_program: Path, tmp_path: Path
) -> None:
    altered = {name: change(cases[2]) for name, change in (NOTE_AND_PATH | ENTRY).items()}
    assert "<nil>" not in go_verifier.answers(go_program, altered.values())
    assert [name for name, case in altered.items() if not sigstore_verifier.answer(case)] == []
    for case in altered.values():
        (tmp_path / "entry.json").write_bytes(case.entry)
        (tmp_path / "proof").write_text(case.tlog_proof)
        files = [str(tmp_path / name) for name in ("entry.json", "proof")]
        assert supervise_verify.main([*files, "--key", case.vkey], lambda _: None) == 1


async def test_growth_between_two_checkpoints_is_accepted_and_its_alterations_are_not(
    platform: httpx.AsyncClient, published: Checkpoints, vkey: str, go_program: Path, tmp_path: Path
) -> None:
    old, new = published
    proof = await get(platform, f"{LEDGER}/proofs/consistency", **{"from": old["size"], "to": new["size"]})
    path = [bytes.fromhex(each) for each in proof["path"]]
    files = {"old": old["note"], "new": new["note"], "proof": proof}
    assert status(tmp_path, files, "--key", vkey) == 0
    assert go_verifier.answers(go_program, [Case(vkey, new["note"], path, older=old["note"])]) == ["<nil>"]
    for altered in (path[:-1], path[::-1], [*path, path[0]], [path[0], *path]):
        files["proof"] = proof | {"path": [each.hex() for each in altered]}
        assert status(tmp_path, files, "--key", vkey) == 1
        case = Case(vkey, new["note"], altered, older=old["note"])
        assert go_verifier.answers(go_program, [case]) != ["<nil>"]


async def test_an_export_is_accepted_and_read_by_others_and_any_altered_byte_is_refused(
    database: Database, cases: list[Case], go_program: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "export"
    async with reading(database, repeatable=True) as session:
        newest = await export(session, directory)
    assert newest.size == len(cases)
    for options in ([], ["--key", cases[0].vkey]):
        assert supervise_verify.main([str(directory), *options], lambda _: None) == 0
    assert go_verifier.answers(go_program, cases, directory) == ["<nil>"] * len(cases)
    assert accepted_alterations(directory) == []


def accepted_alterations(directory: Path) -> list[tuple[Path, int]]:
    """Of the first, a middle and the last byte of every file."""
    found = []
    for path in [each for each in directory.rglob("*") if each.is_file()]:
        content = path.read_bytes()
        for place in (0, len(content) // 2, len(content) - 1):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            if supervise_verify.main([str(directory)], lambda _: None) == 0:
                found.append((path, place))
        path.write_bytes(content)
    return found


async def test_a_receipt_a_record_and_a_decision_are_proved_to_who_holds_them(
    platform: httpx.AsyncClient, regulator: httpx.AsyncClient, database: Database, vkey: str, tmp_path: Path
) -> None:
    (receipt, *_) = (await get(platform, "/api/v1/batches", feed="enrollments"))["items"]
    index, batch_id = receipt["ledger"]["index"], receipt["batch_id"]
    proof = await platform.get(f"{LEDGER}/proofs/inclusion", params={"index": index, "format": "tlog-proof"})
    assert status(tmp_path, {"receipt.json": receipt, "proof": proof.text}, "--key", vkey) == 0
    record = await get(platform, f"/api/v1/batches/{batch_id}/records/2/proof")
    decision = await get(regulator, f"/api/v1/decisions/{await decision_of(database, L2)}/proof")
    for told, field in ((record, "record_utf8"), (decision, "document")):
        assert status(tmp_path, {"disclosed.json": told}, "--key", vkey) == 0
        altered = told | {field: told[field].replace(L2, "L1")}
        assert status(tmp_path, {"disclosed.json": altered}, "--key", vkey) == 1


@pytest.mark.usefixtures("published")
async def test_a_bundle_is_accepted_with_the_key_that_the_api_names(
    regulator: httpx.AsyncClient, vkey: str, tmp_path: Path
) -> None:
    (tmp_path / "bundle.zip").write_bytes(await bundle(regulator, L2))
    said: list[str] = []
    assert supervise_verify.main([str(tmp_path / "bundle.zip"), "--key", vkey], said.append) == 0, said
    assert [line for line in said if "runs/" in line and line.startswith("OK")]
