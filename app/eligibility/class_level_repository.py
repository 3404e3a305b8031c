"""All SQL of what rules on class groups said last."""

from collections.abc import Sequence
from typing import Any

import msgspec

from app.core.ids import ClassGroupKey
from app.db.session import ReadSession, driver
from app.records.chosen import CHOSEN, OF_CHOSEN, keys_apart, of_each

STORED_RULES = f"""
    SELECT chosen.number, found.rules
    FROM {CHOSEN},
    LATERAL (SELECT rules::text FROM class_group_assessments WHERE {OF_CHOSEN} OFFSET 0) AS found
"""  # noqa: S608 (put together from constants)


async def stored_rules(
    session: ReadSession, keys: Sequence[ClassGroupKey]
) -> dict[ClassGroupKey, list[dict[str, Any]]]:
    """Without class groups that were never assessed."""
    rows = await (await driver(session)).fetch(STORED_RULES, *keys_apart(keys))
    return {key: msgspec.json.decode(rules) for key, (rules,) in of_each(keys, rows)}
