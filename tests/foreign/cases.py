"""An entry with its proof and checkpoint as the platform writes them, and all the ways to alter them."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.ledger import merkle, proofs
from app.ledger.checkpoint import signed_note, verifier_key
from app.ledger.envelope import leaf_hash
from app.ledger.paths import consistency_spans
from tests.verifier.naive_log import Signer

ORIGIN = "supervise.example/ledger"
SIZE, OLD_SIZE, INDEX = 300, 77, 42
WITNESS = Signer("witness.example/w1", kind=4)


@dataclass(frozen=True)
class Case:
    """What a verifier is asked: about an entry, or whether `note` continues `older`."""

    vkey: str
    note: str
    path: Sequence[bytes]
    index: int = 0
    entry: bytes = b""
    older: str = ""

    @property
    def tlog_proof(self) -> str:
        path = [base64.b64encode(each).decode() for each in self.path]
        return "\n".join(["c2sp.org/tlog-proof@v1", f"index {self.index}", *path, "", self.note])

    @property
    def size(self) -> int:
        return int(self.note.split("\n")[1])


class PlatformLog:
    """Of `SIZE` entries, by the platform's own code."""

    def __init__(self, origin: str = ORIGIN, salt: str = "") -> None:
        self.origin, self.key = origin, Ed25519PrivateKey.generate()
        self.entries = [f'{{"kind":"access","n":{n},"of":"{salt}"}}'.encode() for n in range(SIZE)]
        self.leaves = [leaf_hash(entry) for entry in self.entries]

    @property
    def vkey(self) -> str:
        return verifier_key(self.origin, self.key.public_key().public_bytes_raw())

    def note(self, size: int) -> str:
        note = signed_note(self.origin, size, merkle.root(self.leaves[:size]), [self.key])
        return note + WITNESS.line(note.partition("\n\n")[0] + "\n")

    def case(self, index: int = INDEX, size: int = SIZE) -> Case:
        path = proofs.path_in(self.leaves[:size], index)
        return Case(self.vkey, self.note(size), path, index, self.entries[index])

    def growth(self, old: int = OLD_SIZE, new: int = SIZE) -> Case:
        path = [merkle.root(self.leaves[span.start : span.end]) for span in consistency_spans(old, new)]
        return Case(self.vkey, self.note(new), path, older=self.note(old))


LOG = PlatformLog()
OTHER = PlatformLog("supervise.example/another", salt="another")
SAME_NAME = PlatformLog(salt="another")


def with_line(number: int, change: Callable[[str], str]) -> Callable[[Case], Case]:
    """One line of the note changed, not signed anew."""

    def altered(case: Case) -> Case:
        lines = case.note.split("\n")
        lines[number] = change(lines[number])
        return replace(case, note="\n".join(lines))

    return altered


def flipped(data: bytes, place: int = 0) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def other_root(line: str) -> str:
    return base64.b64encode(flipped(base64.b64decode(line))).decode()


def other_signature(line: str) -> str:
    dash, name, encoded = line.split(" ")
    return f"{dash} {name} {base64.b64encode(flipped(base64.b64decode(encoded), 20)).decode()}"


def with_path(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Case], Case]:
    return lambda case: replace(case, path=change(list(case.path)))


NOTE_AND_PATH: dict[str, Callable[[Case], Case]] = {
    "hash of the path": with_path(lambda path: [*path[:-1], flipped(path[-1])]),
    "order of the path": with_path(lambda path: [path[1], path[0], *path[2:]]),
    "path cut off": with_path(lambda path: path[:-1]),
    "path cut off at its beginning": with_path(lambda path: path[1:]),
    "path padded": with_path(lambda path: [*path, hashlib.sha256().digest()]),
    "path padded at its beginning": with_path(lambda path: [path[0], *path]),
    "path with a shortened hash": with_path(lambda path: [path[0][:-1], *path[1:]]),
    "empty path": with_path(lambda _: []),
    "origin": with_line(0, lambda origin: origin + "x"),
    "size": with_line(1, lambda size: str(int(size) + 1)),
    "root": with_line(2, other_root),
    "signature": with_line(4, other_signature),
    "no signature": lambda case: replace(case, note="\n".join(case.note.split("\n")[:4]) + "\n"),
    "signature of a witness alone": lambda case: replace(
        case, note="\n".join([*case.note.split("\n")[:4], *case.note.split("\n")[5:]])
    ),
    "key of another log": lambda case: replace(case, vkey=OTHER.vkey),
    "another key of the same name": lambda case: replace(case, vkey=SAME_NAME.vkey),
    "checkpoint of another log": lambda case: replace(case, note=OTHER.note(SIZE)),
    "checkpoint and key of another log": lambda case: replace(case, note=OTHER.note(SIZE), vkey=OTHER.vkey),
    "proof for another size": lambda case: replace(case, note=LOG.note(SIZE - 1)),
    "proof for a much smaller size": lambda case: replace(case, note=LOG.note(SIZE - 50)),
}
"""Of an entry's proof, and of growth as well."""

ENTRY: dict[str, Callable[[Case], Case]] = {
    "byte of the entry": lambda case: replace(case, entry=flipped(case.entry, 9)),
    "entry cut off": lambda case: replace(case, entry=case.entry[:-1]),
    "another entry": lambda case: replace(case, entry=LOG.entries[INDEX + 1]),
    "index": lambda case: replace(case, index=case.index + 1),
    "index beyond the size": lambda case: replace(case, index=SIZE),
    "negative index": lambda case: replace(case, index=-1),
    "index a power of two further": lambda case: replace(case, index=case.index + 512),
    "node taken for an entry": lambda case: replace(
        case, entry=LOG.leaves[INDEX] + LOG.leaves[INDEX + 1], path=case.path[1:], index=INDEX // 2
    ),
}

GROWTH: dict[str, Callable[[Case], Case]] = {
    "older checkpoint of another size": lambda case: replace(case, older=LOG.note(OLD_SIZE + 1)),
    "older checkpoint of another log": lambda case: replace(case, older=OTHER.note(OLD_SIZE)),
    "older checkpoint of another history": lambda case: replace(case, older=SAME_NAME.note(OLD_SIZE)),
    "the two reversed": lambda case: replace(case, note=case.older, older=case.note),
}
