"""Witnesses (C2SP tlog-witness): others who remember the newest tree and cosign only what continues it."""

import base64
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import msgspec
import yaml

from app.core.errors import AppError, Text
from app.ledger.checkpoint import Checkpoint, read_note
from app.ledger.cosignature import Cosignature, NotACosignature, NotAWitnessKey, WitnessKey
from app.outbound.service import Answer, Outbound

SIZE = "text/x.tlog.size"
PREFIX = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/-]*)?")
"""On port 443: no other is asked."""
TRIES = 3
"""Of one checkpoint: from where we think the witness is, then from where it says that it is."""


class WitnessesInvalid(AppError):
    """Stops the start: nobody believes in witnesses that are never asked."""

    code = "witnesses_invalid"
    title = Text("见证方配置有误", "The file of witnesses is invalid")

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            Text(
                f"{path}：{cause}。格式见 docs/proofs.md。",
                f"{path}: {cause}. docs/proofs.md tells the form of the file.",
            )
        )


class Witness(NamedTuple):
    key: WitnessKey
    url: str
    """The submission prefix."""

    @property
    def name(self) -> str:
        return self.key.name


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    vkey: str
    url: str


def load_witnesses(path: Path) -> tuple[Witness, ...]:
    """From a YAML or JSON list of `name`, `vkey` and `url`; `WitnessesInvalid` stops the start."""
    try:
        lines = msgspec.convert(yaml.safe_load(path.read_text("utf-8")), list[_Line])
        witnesses = tuple([_witness(path, line) for line in lines])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as failure:
        raise WitnessesInvalid(path, " ".join(str(failure).split())) from None
    if len({each.name for each in witnesses}) < len(witnesses):
        raise WitnessesInvalid(path, "a name stands twice")
    return witnesses


def _witness(path: Path, line: _Line) -> Witness:
    try:
        key = WitnessKey.parse(line.vkey)
    except NotAWitnessKey:
        raise WitnessesInvalid(path, f"the vkey of {line.name} is none of a witness (type 0x04)") from None
    if key.name != line.name:
        raise WitnessesInvalid(path, f"the vkey of {line.name} is that of {key.name}")
    if not PREFIX.fullmatch(line.url):
        raise WitnessesInvalid(path, f"the url of {line.name} is not https://host/prefix")
    return Witness(key, line.url.rstrip("/"))


def asking(witnesses: Iterable[Witness]) -> Outbound:
    """Asks these hosts alone. They may stand in the same network: who names them runs this platform."""
    hosts = {str(urlsplit(each.url).hostname) for each in witnesses}
    return Outbound(hosts, is_allowed=lambda _: True)


class Contradicted(Exception):
    """The witness has seen what this log does not know: it was rewritten or set back, or there are two of it.

    `size`: of the tree that the witness knows, as far as it tells.
    """

    def __init__(self, reason: str, size: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.size = size


class Refused(Exception):
    """The witness does not cosign, and says nothing against the log: `unknown_log` or `wrong_answer`."""


class Behind(Exception):
    """The witness has cosigned a checkpoint of ours that is newer than this one."""


class OwnLog(Protocol):
    """What a witness is told of the log, and its answer held against."""

    async def consistency_from(self, old: int) -> Sequence[bytes]:
        """The proof that the checkpoint in hand continues the tree of this size."""

    async def is_ours(self, size: int) -> bool:
        """A checkpoint of this size was published."""


async def cosign(
    outbound: Outbound, witness: Witness, checkpoint: Checkpoint, old: int, own: OwnLog
) -> Cosignature:
    """Asks for a cosignature of the checkpoint, supposing that `old` is the size that the witness knows.

    Raises `Contradicted`, `Refused`, `Behind`, `OutboundFailed`.
    """
    for _ in range(TRIES):
        proof = await own.consistency_from(old) if 0 < old < checkpoint.size else ()
        answer = await outbound.ask(
            "POST", f"{witness.url}/add-checkpoint", content=request_of(checkpoint, old, proof)
        )
        match answer.status:
            case 200:
                return _verified(witness, checkpoint, answer)
            case 409:
                old = await _known(answer, checkpoint, old, own)
            case 422:
                raise Contradicted("inconsistent", old)
            case 403 | 404:
                raise Refused("unknown_log")
            case _:
                raise Refused("wrong_answer")
    raise Refused("wrong_answer")


def request_of(checkpoint: Checkpoint, old: int, proof: Sequence[bytes]) -> bytes:
    hashes = [base64.b64encode(each).decode() for each in proof]
    return "\n".join([f"old {old}", *hashes, "", checkpoint.note]).encode()


def _verified(witness: Witness, checkpoint: Checkpoint, answer: Answer) -> Cosignature:
    try:
        lines = answer.content.decode()
        return witness.key.cosignature(read_note(checkpoint.note).text, lines)
    except (UnicodeDecodeError, NotACosignature):
        raise Refused("wrong_answer") from None


async def _known(answer: Answer, checkpoint: Checkpoint, old: int, own: OwnLog) -> int:
    """The size that the witness knows, from which it is asked again."""
    told = answer.content.removesuffix(b"\n")
    if answer.headers.get("content-type", "").partition(";")[0] != SIZE or not told.isdigit():
        if old == checkpoint.size:
            raise Contradicted("other_root", old)
        raise Refused("wrong_answer")
    size = int(told)
    if size and not await own.is_ours(size):
        raise Contradicted("ahead" if size > checkpoint.size else "unknown_size", size)
    if size > checkpoint.size:
        raise Behind
    return size
