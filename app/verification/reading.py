"""What was pasted or chosen, taken for what it is by its looks: a receipt, a number, a hash. Pure."""

import json
import re
from typing import Any
from uuid import UUID

from app.core.vocabulary import Eligibility
from app.verification.schemas import Asked

HASH = re.compile(r"(?:(sha256|sm3)[:：\s]\s*)?([0-9a-fA-F]{64})")
NUMBER = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOST = 1 << 20


def read(text: str, stated: Eligibility | None = None) -> Asked:
    """All None: it is nothing that can be recognised."""
    text = text.strip().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").strip()
    if len(text) > MOST:
        return Asked()
    if text.startswith("{"):
        told = _object(text)
        return Asked(proof=text) if told is not None and "proof" in told else Asked(receipt=told)
    if found := HASH.fullmatch(text):
        named = found[2].lower()
        return Asked(hash=f"{found[1]}:{named}" if found[1] else named)
    numbers = {each.lower() for each in NUMBER.findall(text)}
    if len(numbers) == 1:
        return Asked(number=UUID(numbers.pop()), stated=stated)
    return Asked()


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
