"""The test vectors of docs/ledger-format.md, and what its words need: hashes and one block cipher."""

import hashlib
import json
import re
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

DOCUMENT = Path(__file__).parents[2] / "docs" / "ledger-format.md"
VECTORS: dict[str, list[bytes]] = {
    match[1]: match[2].encode().split(b"\n")
    for match in re.finditer(r"^```text (\S+)\n(.*?)\n```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
}


def text(name: str) -> bytes:
    (only,) = VECTORS[name]
    return only


def decoded(name: str) -> list[bytes]:
    return [bytes.fromhex(line.decode()) for line in VECTORS[name]]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sorted_json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def salt(secret: bytes, number: int) -> bytes:
    encryptor = Cipher(algorithms.AES256(secret), modes.ECB()).encryptor()  # noqa: S305 - counter mode, by hand
    return encryptor.update(number.to_bytes(16))
