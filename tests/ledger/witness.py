"""A small honest witness after C2SP tlog-witness, on loopback; of the platform's code it uses none.

It remembers the newest tree that it has cosigned, and cosigns only what continues it.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.outbound.service import Outbound
from tests.outbound.test_service import LOOPBACK, host_named

COSIGNED_AT = 1_780_000_000


@dataclass
class Witness:
    name: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    log_key: bytes = b""
    """The Ed25519 key of the log that it knows."""
    origin: str = ""
    size: int = 0
    root: bytes = hashlib.sha256().digest()
    asked: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each request: old size, size, and how it was answered."""
    is_down: bool = False
    signs: Ed25519PrivateKey | None = None
    """Another key, of a witness that is not honest."""
    named: str | None = None
    """Another name, likewise."""

    def key_id(self, name: str) -> bytes:
        material = name.encode() + b"\n\x04" + self.key.public_key().public_bytes_raw()
        return hashlib.sha256(material).digest()[:4]

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(b"\x04" + self.key.public_key().public_bytes_raw()).decode()
        return f"{self.name}+{self.key_id(self.name).hex()}+{encoded}"

    def knows(self, vkey_of_the_log: str) -> None:
        self.origin, _, encoded = vkey_of_the_log.split("+", 2)
        self.log_key = base64.b64decode(encoded)[1:]

    def add_checkpoint(self, body: str) -> tuple[int, str, str]:
        """Status, media type and body of the answer."""
        head, _, note = body.partition("\n\n")
        old_line, *proof = head.split("\n")
        old = int(old_line.removeprefix("old "))
        text, _, lines = note.partition("\n\n")
        origin, size, root = text.split("\n")
        answer = self._judged(old, [base64.b64decode(each) for each in proof], f"{text}\n", lines)
        if origin != self.origin:
            answer = 404, "text/plain", "no such log\n"
        self.asked.append((old, int(size), answer[0]))
        if answer[0] == 200:
            self.size, self.root = int(size), base64.b64decode(root)
        return answer

    def _judged(self, old: int, proof: list[bytes], text: str, lines: str) -> tuple[int, str, str]:
        _, size, root = text.rstrip("\n").split("\n")
        if not self._is_signed(text, lines):
            return 403, "text/plain", "not signed\n"
        if old > int(size):
            return 400, "text/plain", "old is larger\n"
        if old != self.size:
            return 409, "text/x.tlog.size", f"{self.size}\n"
        if old == int(size) and base64.b64decode(root) != self.root:
            return 409, "text/plain", "another root\n"
        if old and not continues(old, self.root, int(size), base64.b64decode(root), proof):
            return 422, "text/plain", "inconsistent\n"
        return 200, "text/plain", self.cosignature(text)

    def cosignature(self, text: str) -> str:
        name, signed = self.named or self.name, f"cosignature/v1\ntime {COSIGNED_AT}\n{text}".encode()
        material = self.key_id(name) + COSIGNED_AT.to_bytes(8) + (self.signs or self.key).sign(signed)
        return f"— {name} {base64.b64encode(material).decode()}\n"

    def _is_signed(self, text: str, lines: str) -> bool:
        for line in lines.splitlines():
            try:
                signature = base64.b64decode(line.split(" ")[2])[4:]
                Ed25519PublicKey.from_public_bytes(self.log_key).verify(signature, text.encode())
            except (InvalidSignature, ValueError):
                continue
            return True
        return False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(int(line[16:]) for line in head.split("\r\n") if line.startswith("content-length: "))
        body = (await reader.readexactly(length)).decode()
        assert head.startswith("post /log/add-checkpoint http/1.1")
        status, media_type, answer = (503, "text/plain", "") if self.is_down else self.add_checkpoint(body)
        content = answer.encode()
        lines = (f"HTTP/1.1 {status} X", f"Content-Type: {media_type}", f"Content-Length: {len(content)}")
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + content)
        await writer.drain()
        writer.close()


def continues(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162 §2.1.4.2."""
    if old == size:
        return not proof and old_root == root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for each in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = _joined(each, first), _joined(each, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = _joined(second, each)
        fn, sn = fn >> 1, sn >> 1
    return (first, second, sn) == (old_root, root, 0)


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@asynccontextmanager
async def standing_at(host: str, directory: Path, witness: Witness) -> AsyncIterator[Outbound]:
    """The witness under `https://<host>/log`, and who may ask it."""

    async def leads_here(_: str) -> list[str]:
        return [LOOPBACK]

    async with host_named(host, directory, witness.serve) as (port, trusted):
        yield Outbound({host}, leads_here, lambda _: True, trusted, port)
