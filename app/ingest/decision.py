"""What a batch comes to, once it is known what stands already: pure work, and all that is to be written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.ids import ClassGroupKey
from app.core.vocabulary import RecordOutcome
from app.ingest import merge
from app.ingest.copy_text import copy_text
from app.ingest.definition import Effect
from app.ingest.examination import repeatable_key
from app.ingest.feeds.common import CLASS_GROUP, LEARNER
from app.ingest.merge import Key, Merge, Version
from app.ingest.preparation import Prepared
from app.ingest.problems import revision_conflict
from app.ingest.rows import Rows, pick, rows_of
from app.ingest.schemas import Counts, Rejection
from app.ledger.leaves import OUTCOME_BYTES, record_leaves
from app.ledger.merkle import root
from app.privacy.keyring import KeyRing

FIRST_BATCH = "first_batch_id"
"""A column that is set when a row is made and never again."""

Touches = Mapping[str, Sequence[str] | None]
"""Learners whose figures may have changed, by class group; None: all of them, none: only its own."""


@dataclass(frozen=True, slots=True)
class Decision:
    counts: Counts
    outcomes: bytes
    """One byte a record, in line order."""
    rejections: Sequence[Rejection]
    records_root: bytes
    new_rows: Rows
    new_rows_text: bytes
    """The same, ready for COPY."""
    changed_rows: Rows
    class_group_ids: Sequence[str]
    """Those that a record was accepted for."""
    touches: Touches
    concerned: frozenset[ClassGroupKey] = frozenset()
    """Further class groups whose own figures may have changed."""

    def accepted_keys(self, names: Iterable[str]) -> list[Key]:
        """Of the rows that are written, by the names of the key fields."""
        columns = [[*self.new_rows[name], *self.changed_rows[name]] for name in names]
        return list(zip(*columns, strict=True))


def decide(prepared: Prepared, existing: Mapping[Key, Version], key_ring: KeyRing) -> Decision:
    merged = _merged(prepared, existing)
    outcomes = _outcomes(prepared, merged)
    standing = merged.standing.items()
    accepted = [place for place, outcome in enumerate(merged.outcomes) if outcome == merge.ACCEPTED]
    new_rows = _new_rows(prepared, [place for key, place in standing if key not in existing], key_ring)
    return Decision(
        counts=_counts(outcomes),
        outcomes=outcomes,
        rejections=_rejections(prepared, merged),
        records_root=root(record_leaves(prepared.secret, prepared.batch.records, outcomes)),
        new_rows=new_rows,
        new_rows_text=copy_text(new_rows),
        changed_rows=rows_of(prepared, [place for key, place in standing if key in existing], key_ring),
        class_group_ids=_class_groups(prepared, accepted),
        touches=_touches(prepared, accepted),
    )


def _merged(prepared: Prepared, existing: Mapping[Key, Version]) -> Merge:
    quickly = None if existing else merge.all_new(prepared.keys)
    candidates = zip(prepared.keys, prepared.revisions, prepared.content_hashes, strict=True)
    return quickly or merge.fold(existing, candidates)


def _outcomes(prepared: Prepared, merged: Merge) -> bytes:
    """Records that were not good are rejected; the others are as merged."""
    outcomes = bytearray([merge.REJECTED]) * len(prepared.batch.records)
    for position, outcome in zip(prepared.checked.positions, merged.outcomes, strict=True):
        outcomes[position] = outcome
    return bytes(outcomes)


def _new_rows(prepared: Prepared, chosen: Sequence[int], key_ring: KeyRing) -> Rows:
    rows = rows_of(prepared, chosen, key_ring)
    if FIRST_BATCH in prepared.definition.table.columns:
        rows[FIRST_BATCH] = rows["batch_id"]
    return rows


def _counts(outcomes: bytes) -> Counts:
    return Counts(len(outcomes), *(outcomes.count(OUTCOME_BYTES[outcome]) for outcome in RecordOutcome))


def _rejections(prepared: Prepared, merged: Merge) -> list[Rejection]:
    lines, positions = prepared.batch.lines, prepared.checked.positions
    faulty = [
        Rejection(lines[position], faults.record_key, faults.errors)
        for position, faults in prepared.checked.faults
    ]
    names = [field.name for field in prepared.definition.keys]
    conflicting = [
        Rejection(
            lines[positions[place]],
            repeatable_key(dict(zip(names, prepared.keys[place], strict=True))),
            [revision_conflict(current_revision)],
        )
        for place, current_revision in merged.conflicts.items()
    ]
    return sorted(faulty + conflicting, key=lambda rejection: rejection.line)


def _class_groups(prepared: Prepared, accepted: Sequence[int]) -> list[str]:
    if not prepared.definition.has_class_group:
        return []
    return sorted({str(prepared.keys[place][0]) for place in accepted})


def _learners(prepared: Prepared, accepted: Sequence[int]) -> tuple[Sequence[str], Sequence[str]]:
    """Class group and learner of each accepted record."""
    columns, definition = prepared.checked.columns, prepared.definition
    of_class_group, of_learner = definition.positions((CLASS_GROUP.name, LEARNER.name))
    return pick(columns[of_class_group], accepted), pick(columns[of_learner], accepted)


def _touches(prepared: Prepared, accepted: Sequence[int]) -> Touches:
    match prepared.definition.effect:
        case Effect.nobody | Effect.elsewhere:
            return {}
        case Effect.class_group:
            return dict.fromkeys(_class_groups(prepared, accepted))
        case Effect.class_level:
            return dict.fromkeys(_class_groups(prepared, accepted), ())
        case Effect.learner:
            learners: defaultdict[str, set[str]] = defaultdict(set)
            for class_group_id, learner_id in zip(*_learners(prepared, accepted), strict=True):
                learners[class_group_id].add(learner_id)
            return {class_group_id: sorted(learners[class_group_id]) for class_group_id in sorted(learners)}
