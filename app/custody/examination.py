"""ffprobe's figures of a fetched file, read in a process of its own that may do next to nothing."""

import asyncio
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import CheckKind, CheckOutcome
from app.custody import confined
from app.custody.schemas import Check, Registered

CPU_S, MEMORY, PATIENCE_S = 60, 1 << 30, 120.0
MOST_OUTPUT = 1 << 20
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,flv,avi,asf,ogg"
"""Files that hold their own pictures; playlists, which lead elsewhere, are not among them."""
ASKED = ("-v", "error", "-protocol_whitelist", "file", "-format_whitelist", FORMATS)
SHOWN = ("-print_format", "json", "-show_format", "-show_streams")
SAME = {"avc": "h264", "avc1": "h264", "h265": "hevc", "hvc1": "hevc", "hev1": "hevc", "mp4a": "aac"}
"""Names of one codec, without dots and hyphens; ffprobe's own stand on the right."""
KILO = 1000
LONGEST_WORD = 64


async def examine(file: IO[bytes], video: Registered, settings: Settings) -> Check:
    """Held against what the platform gave; what it did not give is not compared."""
    program = shutil.which(settings.ffprobe)
    if program is None:
        return Check(CheckKind.examination, clock.now(), CheckOutcome.not_examined, {})
    read = figures_of(await _probed(program, file))
    if not read:
        return Check(CheckKind.examination, clock.now(), CheckOutcome.unreadable, {})
    differing = list(differences(video, read, settings))
    outcome = CheckOutcome.differs if differing else CheckOutcome.agrees
    told = {name: _told(value) for name, value in read.items()}
    return Check(CheckKind.examination, clock.now(), outcome, {**told, "differing": " ".join(differing)})


async def _probed(program: str, file: IO[bytes]) -> bytes:
    """What it says, and nothing where it fails or takes too long. The file is its standard input."""
    limits = (sys.executable, "-I", str(Path(confined.__file__)), str(CPU_S), str(MEMORY))
    file.seek(0)
    process = await asyncio.create_subprocess_exec(
        *limits,
        *(program, *ASKED, *SHOWN, "file:/proc/self/fd/0"),
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said = await _read(process)
            return said if await process.wait() == 0 else b""
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _read(process: asyncio.subprocess.Process) -> bytes:
    """As far as the bound; a program that says more is not heard out."""
    if process.stdout is None:
        raise TypeError("Its output was asked for.")
    said = b""
    while piece := await process.stdout.read(MOST_OUTPUT):
        said += piece
        if len(said) > MOST_OUTPUT:
            process.kill()
            return b""
    return said


def figures_of(said: bytes) -> dict[str, str | int | Fraction]:
    """By the names that platforms use, and `milliseconds`; nothing where there is no video in it."""
    try:
        told: dict[str, Any] = json.loads(said or b"{}")
    except ValueError:
        return {}
    streams: dict[str, Any] = {each.get("codec_type"): each for each in reversed(told.get("streams", ()))}
    video, audio = streams.get("video"), streams.get("audio", {})
    if video is None:
        return {}
    form = told.get("format", {})
    seconds = _number(form.get("duration"))
    found = {
        "milliseconds": None if seconds is None else int(seconds * KILO),
        "container": _word(form.get("format_name")),
        "video_codec": _word(video.get("codec_name")),
        "video_kbps": _kilo(video.get("bit_rate")) or _kilo(form.get("bit_rate")),
        "width": _whole(video.get("width")),
        "height": _whole(video.get("height")),
        "fps": _number(video.get("avg_frame_rate")),
        "audio_codec": _word(audio.get("codec_name")),
        "audio_kbps": _kilo(audio.get("bit_rate")),
        "audio_sample_rate": _whole(audio.get("sample_rate")),
    }
    return {name: value for name, value in found.items() if value is not None}


def differences(
    video: Registered, read: Mapping[str, str | int | Fraction], settings: Settings
) -> Iterator[str]:
    """Names of the figures that were given and are others in the file."""
    share = Fraction(settings.video_tolerance_percent, 100)
    for name in ("width", "height", "audio_sample_rate"):
        if _differs(getattr(video, name), read.get(name), Fraction(0)):
            yield name
    for name in ("video_kbps", "fps", "audio_kbps"):
        if _differs(getattr(video, name), read.get(name), share):
            yield name
    for name in ("video_codec", "audio_codec", "container"):
        given, found = getattr(video, name), read.get(name)
        if given is not None and isinstance(found, str) and codec(given) not in map(codec, found.split(",")):
            yield name
    milliseconds = read.get("milliseconds")
    if isinstance(milliseconds, int):
        longer_ms = milliseconds - Fraction(video.duration_seconds) * KILO
        if longer_ms > settings.video_tolerance_s * KILO:
            yield "duration_seconds"


def codec(name: str) -> str:
    """One name for each codec and container.

    >>> codec("H.264"), codec("avc1"), codec("mp4")
    ('h264', 'h264', 'mp4')
    """
    plain = name.strip().lower().replace(".", "").replace("-", "")
    return SAME.get(plain, plain)


def _differs(given: Decimal | int | None, found: object, share: Fraction) -> bool:
    if given is None or not isinstance(found, int | Fraction):
        return False
    return abs(found - Fraction(given)) > share * Fraction(given)


def _told(value: str | int | Fraction) -> str | int:
    return str(value) if isinstance(value, Fraction) else value


def _word(said: object) -> str | None:
    """Short and plain: it comes out of a stranger's file, by way of a program."""
    is_plain = isinstance(said, str) and said.isascii() and said.isprintable() and len(said) <= LONGEST_WORD
    return said if isinstance(said, str) and is_plain else None


def _number(said: object) -> Fraction | None:
    try:
        number = Fraction(Decimal(said)) if isinstance(said, str) and "/" not in said else Fraction(str(said))
    except (ValueError, ZeroDivisionError, InvalidOperation, OverflowError):
        return None
    return number.limit_denominator(KILO * KILO)


def _whole(said: object) -> int | None:
    number = _number(said)
    return None if number is None else int(number)


def _kilo(said: object) -> Fraction | None:
    number = _number(said)
    return None if number is None else number / KILO
