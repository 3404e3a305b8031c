"""Which records of a batch belong to what a bundle is about. Pure: bytes in, places out.

Rejected records never do: no decision rests on them, and nobody knows whose they are. Neither do those of
enterprises, institutions and platform logs, which tell of contact persons, accounts and operators.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import msgspec

from app.core.vocabulary import Feed, RecordOutcome
from app.evidence.schemas import Contents
from app.ingest.feeds import DEFINITIONS
from app.ingest.feeds.common import LEARNER
from app.ledger.leaves import OUTCOME_BYTES

REJECTED = OUTCOME_BYTES[RecordOutcome.rejected]
REFERENCES = {Feed.projects, Feed.courses}


class Named(msgspec.Struct, gc=False):
    """Whom and what a record says it is of."""

    class_group_id: Any = None
    learner_id: Any = None
    project_id: Any = None


_DECODER = msgspec.json.Decoder(Named)


class Members(NamedTuple):
    """Of one platform: class groups with their learners, None: everybody; and projects."""

    class_groups: Mapping[str, frozenset[str] | None]
    projects: frozenset[str]

    @classmethod
    def of(cls, contents: Iterable[Contents]) -> Self:
        class_groups: dict[str, frozenset[str] | None] = {}
        projects: set[str] = set()
        for each in contents:
            class_group_id, learner_id = each.item.key.class_group_id, each.item.learner_id
            known = class_groups.get(class_group_id, frozenset())
            whole = known is None or learner_id is None
            class_groups[class_group_id] = None if whole else frozenset({*(known or ()), str(learner_id)})
            if each.references.project_id is not None:
                projects.add(each.references.project_id)
        return cls(class_groups, frozenset(projects))

    def places(self, feed: Feed, records: Sequence[bytes], outcomes: bytes) -> list[int]:
        """Of the records that belong here, from 0."""
        if not is_disclosed(feed):
            return []
        definition = DEFINITIONS[feed]
        is_of_learner = LEARNER.name in definition.names
        found = []
        for place, outcome in enumerate(outcomes):
            if outcome != REJECTED:
                named = _DECODER.decode(records[place])
                if self._holds(named, definition.has_class_group, is_of_learner):
                    found.append(place)
        return found

    def _holds(self, named: Named, has_class_group: bool, is_of_learner: bool) -> bool:  # noqa: FBT001
        if not has_class_group:
            return named.project_id in self.projects
        if named.class_group_id not in self.class_groups:
            return False
        learner_ids = self.class_groups[named.class_group_id]
        return learner_ids is None or not is_of_learner or named.learner_id in learner_ids


def is_disclosed(feed: Feed) -> bool:
    return DEFINITIONS[feed].has_class_group or feed in REFERENCES


def named_by(record: bytes) -> Named:
    """Nobody and nothing where the record cannot be read."""
    try:
        return _DECODER.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Named()
