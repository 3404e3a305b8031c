"""A ledger of a few lines, by the definitions alone: what the verifier is held against.

Trees by the recursion of RFC 6962 §2.1, signatures by a library; nothing of the platform or the verifier.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zipfile import ZipFile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SECONDS = 1_775_000_000
Json = Mapping[str, object]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def split(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def tree(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    half = split(len(leaves))
    return sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:]))


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return [*inclusion(index, leaves[:half]), tree(leaves[half:])]
    return [*inclusion(index - half, leaves[half:]), tree(leaves[:half])]


def consistency(old: int, leaves: Sequence[bytes], *, is_known: bool = True) -> list[bytes]:
    if old == len(leaves):
        return [] if is_known else [tree(leaves)]
    half = split(len(leaves))
    if old <= half:
        return [*consistency(old, leaves[:half], is_known=is_known), tree(leaves[half:])]
    return [*consistency(old - half, leaves[half:], is_known=False), tree(leaves[:half])]


@dataclass(frozen=True)
class Signer:
    """A key of the log (type 1) or of a witness (type 4)."""

    name: str
    kind: int = 1
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @cached_property
    def material(self) -> bytes:
        return bytes([self.kind]) + self.private.public_key().public_bytes_raw()

    @cached_property
    def key_id(self) -> bytes:
        return sha256(f"{self.name}\n".encode() + self.material)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64_of(self.material)}"

    def line(self, body: str, seconds: int = SECONDS) -> str:
        stamp, message = b"", body.encode()
        if self.kind == 4:
            stamp, message = seconds.to_bytes(8), f"cosignature/v1\ntime {seconds}\n{body}".encode()
        return f"— {self.name} {base64_of(self.key_id + stamp + self.private.sign(message))}\n"


@dataclass
class NaiveLog:
    entries: list[bytes]
    origin: str = "log.example/ledger"

    def __post_init__(self) -> None:
        self.signer = Signer(self.origin)
        self.witness = Signer("witness.example/w1", kind=4)

    @property
    def leaves(self) -> list[bytes]:
        return [sha256(b"\x00" + entry) for entry in self.entries]

    @property
    def keys(self) -> str:
        return f"log {self.signer.vkey}\nwitness {self.witness.vkey}\n"

    def body(self, size: int | None = None) -> str:
        size = len(self.entries) if size is None else size
        return f"{self.origin}\n{size}\n{base64_of(tree(self.leaves[:size]))}\n"

    def checkpoint(self, size: int | None = None) -> str:
        body = self.body(size)
        return f"{body}\n{self.signer.line(body)}{self.witness.line(body)}"

    def tlog_proof(self, index: int, size: int | None = None) -> str:
        path = inclusion(index, self.leaves[:size])
        lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(base64_of, path), ""]
        return "\n".join([*lines, self.checkpoint(size)])

    def growth(self, old: int, new: int) -> str:
        return "".join(f"{base64_of(each)}\n" for each in consistency(old, self.leaves[:new]))

    def export(self, directory: Path, older: Sequence[int] = ()) -> None:
        """As tlog-tiles lays it out, keys and older checkpoints beside it."""
        files = {"checkpoint": self.checkpoint().encode(), "keys": self.keys.encode()}
        files |= {f"checkpoints/{size}": self.checkpoint(size).encode() for size in older}
        hashes, level = self.leaves, 0
        for number in range(0, len(self.entries), 256):
            bundle = self.entries[number : number + 256]
            packed = b"".join(len(each).to_bytes(2) + each for each in bundle)
            files[tile("entries", number // 256, len(bundle))] = packed
        while hashes:
            tiles = [hashes[start : start + 256] for start in range(0, len(hashes), 256)]
            files |= {tile(level, number, len(each)): b"".join(each) for number, each in enumerate(tiles)}
            hashes, level = [tree(each) for each in tiles if len(each) == 256], level + 1
        for name, content in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(content)


def tile(level: object, number: int, width: int) -> str:
    path = f"{number % 1000:03}"
    while number := number // 1000:
        path = f"x{number % 1000:03}/{path}"
    return f"tile/{level}/{path}" + (f".p/{width}" if width < 256 else "")


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
