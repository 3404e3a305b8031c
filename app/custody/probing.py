"""What a look at a link sees: whether it answers, how long the file is, what the whole hashes to."""

import hashlib
from collections.abc import Mapping
from typing import IO, Protocol

from cryptography.hazmat.primitives import hashes

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import CheckKind, CheckOutcome
from app.custody.schemas import Check, Registered
from app.outbound.errors import AnswerTooLarge, HostUnreachable, OutboundFailed
from app.outbound.fetching import Head, Pace, fetch, head
from app.outbound.service import Outbound

OK, PARTIAL = 200, 206
GONE = {404, 410}
FIRST_BYTE = {"Range": "bytes=0-0"}


class _Hash(Protocol):
    def update(self, data: bytes) -> None:
        """As of `hashlib`."""


async def probe(outbound: Outbound, video: Registered) -> Check:
    """By HEAD; where that is not answered well, by GET of one byte. Nothing of the content is kept."""
    try:
        seen = await head(outbound, "HEAD", video.url)
        length = _length(seen.headers.get("content-length")) if seen.status == OK else None
        if length is None:
            seen = await head(outbound, "GET", video.url, FIRST_BYTE)
            length = _length_of_one_byte(seen)
    except OutboundFailed as failure:
        return _failed(CheckKind.probe, failure)
    figures = {"status": seen.status, "bytes": length}
    return Check(CheckKind.probe, clock.now(), _probed(seen.status, length, video.size_bytes), figures)


async def fetch_and_hash(
    outbound: Outbound, video: Registered, spool: IO[bytes], settings: Settings
) -> Check:
    """The whole file into the spool, hashed as it comes. One byte more than was registered ends it."""
    if video.size_bytes > settings.video_most_bytes:
        figures = {"bytes": video.size_bytes}
        return Check(CheckKind.hash, clock.now(), CheckOutcome.too_large, figures)
    hashed = hashlib.sha256() if video.hash_algorithm == "sha256" else hashes.Hash(hashes.SM3())

    def take(piece: bytes) -> None:
        _updated(hashed, piece)
        spool.write(piece)

    try:
        fetched = await fetch(outbound, video.url, take, pace(video.size_bytes, settings))
    except AnswerTooLarge:
        figures = {"more_than_bytes": video.size_bytes}
        return Check(CheckKind.hash, clock.now(), CheckOutcome.changed, figures)
    except OutboundFailed as failure:
        return _failed(CheckKind.hash, failure)
    if fetched.status != OK:
        outcome = CheckOutcome.gone if fetched.status in GONE else CheckOutcome.unreachable
        return Check(CheckKind.hash, clock.now(), outcome, {"status": fetched.status})
    spool.flush()
    digest = hashed.finalize().hex() if isinstance(hashed, hashes.Hash) else hashed.hexdigest()
    is_same = digest == video.hash and fetched.size == video.size_bytes
    outcome = CheckOutcome.confirmed if is_same else CheckOutcome.changed
    named = f"{video.hash_algorithm}:{digest}"
    return Check(CheckKind.hash, clock.now(), outcome, {"bytes": fetched.size, "hash": named})


def pace(size_bytes: int, settings: Settings) -> Pace:
    return Pace(
        most_bytes=size_bytes,
        within_s=settings.video_fetch_s,
        least_bytes_a_second=settings.video_least_bytes_a_second,
        most_bytes_a_second=settings.video_bytes_a_second,
    )


def _updated(hashed: _Hash, piece: bytes) -> None:
    hashed.update(piece)


def _failed(kind: CheckKind, failure: OutboundFailed) -> Check:
    is_theirs = isinstance(failure, HostUnreachable) or "slow" in failure.code
    outcome = CheckOutcome.unreachable if is_theirs else CheckOutcome.refused
    return Check(kind, clock.now(), outcome, {"error": failure.code})


def _probed(status: int, length: int | None, registered: int) -> CheckOutcome:
    if status in GONE:
        return CheckOutcome.gone
    if status not in {OK, PARTIAL}:
        return CheckOutcome.unreachable
    if length is None:
        return CheckOutcome.length_unknown
    return CheckOutcome.answers if length == registered else CheckOutcome.length_differs


def _length_of_one_byte(seen: Head) -> int | None:
    headers: Mapping[str, str] = seen.headers
    if seen.status == PARTIAL:
        return _length(headers.get("content-range", "").rpartition("/")[2])
    return _length(headers.get("content-length")) if seen.status == OK else None


def _length(told: str | None) -> int | None:
    """Of a header; a host may write anything there."""
    is_number = told is not None and told.isascii() and told.isdigit() and len(told) <= len(str(1 << 62))
    return int(told) if told is not None and is_number else None
