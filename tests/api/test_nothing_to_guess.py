"""Who has all that the log publishes, and all of a record but the ID number, cannot find out the ID number.

The attack tries every number of a person whose district and birthday are known. It finds the number at once
where leaves have no salt: that is tried too.
"""

import hashlib
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Feed, RecordOutcome
from app.ledger import leaves
from app.ledger.leaves import OUTCOME_BYTES
from tests.api.conftest import REGULATOR, Doors
from tests.api.term import settle
from tests.ingest.examples import FULL

LEDGER = "/api/v1/ledger"
ENROLLMENT = FULL[Feed.enrollments]
NUMBER = str(ENROLLMENT["id_number"])
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
HEX = re.compile("[0-9a-f]{64}")


def candidates(known: str) -> Iterator[str]:
    """GB 11643: the first 14 digits are district and birthday, 3 are counted, the last one is computed."""
    for counted in range(1000):
        digits = f"{known[:14]}{counted:03}"
        rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11
        yield digits + "10X98765432"[rest]


def line_with(number: str) -> bytes:
    """The record as it was pushed, but for the number."""
    return json.dumps({**ENROLLMENT, "id_number": number}, ensure_ascii=False).encode()


def guesses(number: str) -> Iterator[bytes]:
    """What a careless log might hash: the number, the record, with prefixes and outcomes."""
    line = line_with(number)
    for text in (number.encode(), number.lower().encode(), line, line + b"\n"):
        for prefix in (b"", b"\x00", *(bytes([0, outcome]) for outcome in OUTCOME_BYTES.values())):
            for algorithm in ("sha256", "sha512", "sha3_256", "blake2b", "sha1", "md5"):
                yield hashlib.new(algorithm, prefix + text).digest()[:16]


async def everything_published(client: httpx.AsyncClient) -> str:
    """Entries, tiles, bundles, notes, proofs and keys; bytes in hex."""
    standing = (await client.get(LEDGER)).json()
    size = standing["published"]["size"]
    pages = [f"{LEDGER}/checkpoint", f"{LEDGER}/checkpoints", f"{LEDGER}/keys"]
    pages += [f"{LEDGER}/entries/{index}" for index in range(size)]
    pages += [f"{LEDGER}/proofs/inclusion?index={index}" for index in range(size)]
    pages += [f"{LEDGER}/proofs/inclusion?index={index}&format=tlog-proof" for index in range(size)]
    pages += [f"{LEDGER}/proofs/consistency?from={old}" for old in range(1, size)]
    tiles = [f"{LEDGER}/tile/{level}/000.p/{size}" for level in ("0", "entries")]
    texts = [json.dumps(standing)]
    for page in (*pages, *tiles):
        answer = await client.get(page)
        assert answer.status_code == 200, (page, answer.text)
        texts.append(answer.content.hex() if page in tiles else answer.text)
    return "\n".join(texts)


def hashes_in(text: str) -> Iterator[bytes]:
    for found in HEX.findall(text):
        yield bytes.fromhex(found)[:16]
    for encoded in re.findall("[A-Za-z0-9+/]{43}=", text):
        yield b64decode(encoded)[:16]
    for run in re.findall("[0-9a-f]{65,}", text):
        material = bytes.fromhex(run[: len(run) // 2 * 2])
        yield from (material[at : at + 16] for at in range(0, len(material), 32))


def recovered(text: str, numbers: Iterable[str]) -> set[str]:
    published = set(hashes_in(text))
    return {number for number in numbers if number in text or not published.isdisjoint(guesses(number))}


async def published_after_a_push(app: FastAPI, doors: Doors, platform: httpx.AsyncClient) -> str:
    headers = {"Content-Type": "application/x-ndjson"}
    for feed, line in (
        (Feed.class_groups, json.dumps(FULL[Feed.class_groups]).encode()),
        (Feed.enrollments, line_with(NUMBER)),
    ):
        answer = await platform.post(f"/api/v1/feeds/{feed}", content=line, headers=headers)
        assert answer.json()[RecordOutcome.accepted] == 1, answer.text
    await settle(app)
    regulator = await doors.signed_in(REGULATOR)
    assert (await regulator.post(f"{LEDGER}/checkpoints")).status_code == 200
    return await everything_published(platform)


async def test_the_number_cannot_be_recovered(
    app: FastAPI, doors: Doors, platform: httpx.AsyncClient
) -> None:
    assert NUMBER in set(candidates(NUMBER))
    assert recovered(await published_after_a_push(app, doors, platform), candidates(NUMBER)) == set()


async def test_it_would_be_from_leaves_without_salt(
    app: FastAPI, doors: Doors, platform: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaves, "salts", lambda _, count: [b""] * count)
    assert recovered(await published_after_a_push(app, doors, platform), candidates(NUMBER)) == {NUMBER}
