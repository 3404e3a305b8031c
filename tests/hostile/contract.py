"""The published document as a promise: each status by name, none by default."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parents[2] / "openapi/openapi.json"
KNOWN: Mapping[str, Sequence[str | int]] = {
    "platform": ["P1", "P2", "P9"],
    "class_group_id": ["C2026-001", "C1", "C9"],
    "learner_id": ["L0001", "L0002", "L1"],
    "lesson_id": ["S1", "S01"],
    "uscc": ["91440200MA4UQ0A31K", "914402038R2CBEAY0G"],
    "enterprise": ["91440200MA4UQ0A31K"],
    "feed": ["attendance", "enrollments", "evaluations"],
    "policy_id": ["standard"],
    "rule": ["attendance-rate", "credited-hours"],
    "limit": [1, 500],
}
"""Of the story that conftest.py tells."""


def promised() -> dict[str, Any]:
    """Without `default`, which would document whatever comes."""
    document: dict[str, Any] = json.loads(PUBLISHED.read_text())
    for operations in document["paths"].values():
        for operation in operations.values():
            del operation["responses"]["default"]
    return document
