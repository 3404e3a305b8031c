"""Bundles and proofs: the script for auditors runs on them in a process of its own, bounded in all."""

import asyncio
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO

from app.core.errors import Text
from app.custody import confined
from app.db.session import ReadSession
from app.ledger import log_keys, outlets_repository
from app.verification import inside
from app.verification.schemas import About, Step, Verdict, Verification
from app.verifier import supervise_verify

MOST_BYTES = 64 * 1024 * 1024
CPU_S, MEMORY, PATIENCE_S = 60, 1 << 30, 90.0
MOST_OUTPUT = 4 << 20
SHOWN = 200
"""Of things that hold, that do not, and that are only said."""
SCRIPT = Path(supervise_verify.__file__)
SIGNS = {"OK": True, "REFUSE": False, "NOTE": None}


class FileKind(StrEnum):
    """Values are those of `inside.py`."""

    bundle = "bundle"
    proof = "proof"

    @property
    def about(self) -> About:
        return About(self.value)


async def trusted_keys(session: ReadSession) -> list[str]:
    """Of this log, retired ones too, and of witnesses that have cosigned: no key that came along counts."""
    own = [key.vkey for key in await log_keys.history(session)]
    return own + [vkey for _, vkey in await outlets_repository.witness_keys(session)]


async def verify_file(file: IO[bytes], kind: FileKind, vkeys: Sequence[str]) -> Verification:
    """What the script says of it with these keys. The file is its standard input, and has no name."""
    if not vkeys:
        return _unknown(kind, NO_KEY)
    status, said = await _run(file, kind, vkeys)
    try:
        lines = [json.loads(line) for line in said.splitlines()]
    except ValueError:
        return _unknown(kind, TOO_MUCH)
    if status != 0 or not lines or lines[-1][0] != "END":
        return _unknown(kind, TOO_MUCH)
    return _told(kind, lines[:-1])


TOO_MUCH = Text(
    "文件过大或过于复杂，无法在线核验完毕；这不说明它有问题。",
    "It is too large or too intricate to be verified here; that says nothing against it.",
)
NO_KEY = Text("账本尚未签发检查点。", "The ledger has not signed a checkpoint yet.")
BY_SCRIPT = Text(
    "请用脚本在自己的电脑上核验（见下），不需要信任本网站。",
    "Verify it on your own machine with the script (below): then you need not trust this site.",
)
OF_ANOTHER = Text(
    "请勿采信。请向出具方索取原件，或请其重新出具；若由其他监督平台出具，请在该平台核验。",
    "Do not rely on it. Ask for the original, or for another one; "
    "if it comes from another authority's platform, verify it there.",
)


def _unknown(kind: FileKind, why: Text) -> Verification:
    return Verification(kind.about, Verdict.unknown, why, BY_SCRIPT)


def _told(kind: FileKind, lines: Sequence[Sequence[str]]) -> Verification:
    """What is refused comes first."""
    steps = [Step(_text(where, what), SIGNS.get(mark)) for mark, where, what in lines]
    refused = [step for step in steps if step.holds is False]
    shown = [
        *_some(refused),
        *_some([s for s in steps if s.holds]),
        *_some([s for s in steps if s.holds is None]),
    ]
    if not any(step.holds for step in steps) and refused:
        why = Text(
            "不是本平台出具的文件，或已损坏：没有一项能通过核验。",
            "It is none of ours, or damaged: nothing in it can be verified.",
        )
        return Verification(kind.about, Verdict.not_genuine, why, OF_ANOTHER, shown)
    if refused:
        number = len(refused)
        why = Text(
            f"与本账本不符：有 {number} 处不成立，文件被改动过，或由其他平台出具。",
            f"In {number} places it does not agree with this ledger: changed, or another platform's.",
        )
        return Verification(kind.about, Verdict.not_genuine, why, OF_ANOTHER, shown)
    why = Text(
        "文件是真的：每一项都通向本账本签名的检查点。",
        "It is genuine: everything in it leads to a checkpoint that this ledger signed.",
    )
    return Verification(kind.about, Verdict.genuine, why, BY_SCRIPT, shown)


def _some(steps: Sequence[Step]) -> Sequence[Step]:
    """Not thousands of lines that say the same."""
    more = len(steps) - SHOWN
    if more <= 0:
        return steps
    return [*steps[:SHOWN], Step(Text(f"另有 {more} 项", f"and {more} more"), steps[0].holds)]


def _text(where: str, what: str) -> Text:
    """In the words of the script, which are in both languages."""
    shown = f"{where}：{what}" if where and not where.startswith("/proc") else what
    plain = "".join(each if each.isprintable() else "?" for each in shown)[:500]
    return Text(plain, plain)


async def _run(file: IO[bytes], kind: FileKind, vkeys: Sequence[str]) -> tuple[int | None, bytes]:
    """Its exit status and what it says; no status where it takes too long or says too much."""
    limits = (sys.executable, "-I", str(Path(confined.__file__)), str(CPU_S), str(MEMORY))
    file.seek(0)
    process = await asyncio.create_subprocess_exec(
        *limits,
        *(sys.executable, "-I", str(Path(inside.__file__)), kind, "/proc/self/fd/0", *vkeys),
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    if process.stdout is None:
        raise TypeError("Its output was asked for.")
    said = b""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (piece := await process.stdout.read(MOST_OUTPUT)) and len(said) <= MOST_OUTPUT:
                said += piece
            return (await process.wait() if len(said) <= MOST_OUTPUT else None), said
    except TimeoutError:
        return None, b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
