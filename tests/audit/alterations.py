"""What somebody with the rights of the schema's owner may do to a database, and what must then be named."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.ingest.feeds import DEFINITIONS
from tests.audit.world import CLOSED, OTHER, RUNNING

# ruff: noqa: S608 (statements are put together from constants)

NEW = "77"
"""A key that is nobody's: it may be a text or a number."""


@dataclass(frozen=True)
class Alteration:
    name: str
    """As docs/tampering.md names it."""
    act: str
    table: str
    """Where the difference must be told."""
    key: str = "SELECT '{}'::jsonb"
    """A question that brings what the difference's key must hold; asked before the act."""
    column: str | None = None
    """One of those that must be named."""


def of_feeds() -> Iterator[Alteration]:
    """A row of each feed changed, deleted and put in."""
    for definition in DEFINITIONS.values():
        table = definition.table.name
        names = ["platform", *(field.name for field in definition.keys)]
        first = f"SELECT * FROM {table} ORDER BY {', '.join(names)} LIMIT 1"
        key = f"SELECT to_jsonb(told) FROM (SELECT {', '.join(names)} FROM ({first}) AS one) AS told"
        this = " AND ".join(f"{table}.{name} = one.{name}" for name in names)
        column, value = CHANGES[table]
        yield Alteration(
            f"{table}-changed",
            f"UPDATE {table} SET {column} = {value} FROM ({first}) AS one WHERE {this}",
            table,
            key,
            column,
        )
        yield Alteration(
            f"{table}-deleted", f"DELETE FROM {table} USING ({first}) AS one WHERE {this}", table, key
        )
        put_in = f'{{"{names[-1]}": "{NEW}"}}'
        yield Alteration(
            f"{table}-inserted",
            f"""INSERT INTO {table} SELECT (jsonb_populate_record(whole, '{put_in}')).*
                FROM {table} AS whole LIMIT 1""",
            table,
            f"SELECT '{put_in}'::jsonb",
        )


CHANGES = {
    "institutions": ("name", "'另一个名称'"),
    "enterprises": ("size", "'growth'"),
    "projects": ("planned_hours", "400"),
    "courses": ("hours", "400"),
    "class_groups": ("closed_at", "'2026-05-02T01:00:00Z'"),
    "lessons": ("planned_minutes", "59"),
    "enrollments": ("withdrawn_at", "'2026-03-03T01:00:00Z'"),
    "attendance": ("status", "'absent'"),
    "learning_records": ("offline_at", "{table}.offline_at + interval '1 microsecond'"),
    "verifications": ("passed", "false"),
    "quiz_answers": ("correct", "true"),
    "exam_scores": ("score", "{table}.score + 1"),
    "teaching_records": ("started_at", "'2026-03-02T01:00:01Z'"),
    "videos": ("hash", "repeat('0', 64)"),
    "evaluations": ("comments", "'别的'"),
    "platform_logs": ("action", "'删除'"),
}
CHANGES = {table: (column, value.format(table=table)) for table, (column, value) in CHANGES.items()}

A_BATCH = "batch_id = (SELECT batch_id FROM batches WHERE feed = 'lessons' ORDER BY batch_id LIMIT 1)"
THE_BATCH = f"SELECT jsonb_build_object('batch_id', batch_id) FROM batches WHERE {A_BATCH}"
UNBOUND = "ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_leaf_hashes_envelope;"
WITH_IT_ALL = f"""
    DELETE FROM lessons WHERE {A_BATCH}; DELETE FROM batch_class_groups WHERE {A_BATCH};
    DELETE FROM batch_archives WHERE {A_BATCH}; DELETE FROM batches WHERE {A_BATCH};
"""


def at(index: int) -> str:
    return f"""SELECT '{{"index": "{index}"}}'::jsonb"""


OF_THE_LOG = (
    Alteration(
        "entry-leaf",
        f"{UNBOUND} UPDATE ledger_entries SET leaf_hash = sha256('x') WHERE index = 20",
        "ledger_entries",
        at(20),
        "leaf_hash",
    ),
    Alteration(
        "entry-envelope",
        f"""UPDATE ledger_entries SET envelope = made, leaf_hash = sha256('\\x00'::bytea || made)
            FROM (
                SELECT subject_id AS of_it, convert_to(
                    replace(convert_from(envelope, 'UTF8'), '"accepted":5', '"accepted":4'), 'UTF8'
                ) AS made FROM ledger_entries
            ) AS other
            WHERE of_it = subject_id
              AND subject_id = (SELECT batch_id FROM batches WHERE {A_BATCH})""",
        "ledger_entries",
        THE_BATCH,
        "envelope",
    ),
    Alteration("entry-deleted", "DELETE FROM ledger_entries WHERE index = 30", "ledger_entries", at(30)),
    Alteration(
        "entry-inserted",
        """INSERT INTO ledger_entries
           SELECT size, gen_random_uuid(), kind, recorded_at, leaf_hash, envelope
           FROM ledger_entries, ledger_head WHERE index = 0""",
        "ledger_head",
        column="size",
    ),
    Alteration(
        "entry-kind",
        "UPDATE ledger_entries SET kind = 'access' WHERE index = 20",
        "ledger_entries",
        at(20),
        "kind",
    ),
    Alteration(
        "entry-instant",
        "UPDATE ledger_entries SET recorded_at = recorded_at + interval '1 second' WHERE index = 20",
        "ledger_entries",
        at(20),
        "recorded_at",
    ),
    Alteration(
        "entry-of-another-subject",
        "UPDATE ledger_entries SET subject_id = gen_random_uuid() WHERE index = 20",
        "ledger_entries",
        at(20),
        "subject_id",
    ),
    Alteration(
        "entries-changed-places",
        """UPDATE ledger_entries SET index = 61 - index WHERE index IN (30, 31)""",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
        "hashes",
    ),
    Alteration("head", "UPDATE ledger_head SET size = size + 1", "ledger_head", column="size"),
    Alteration(
        "pending-deleted",
        "DELETE FROM ledger_pending",
        "draws",
        "SELECT jsonb_build_object('draw_id', subject_id) FROM ledger_pending",
    ),
    Alteration(
        "tile-hash",
        "UPDATE ledger_tiles SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) WHERE level = 0",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
        "hashes",
    ),
    Alteration(
        "tile-root",
        "UPDATE ledger_tiles SET root = sha256('')",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
        "root",
    ),
    Alteration(
        "tile-deleted",
        "DELETE FROM ledger_tiles",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "0"}'::jsonb""",
    ),
    Alteration(
        "tile-inserted",
        "INSERT INTO ledger_tiles SELECT 0, 9, hashes, root FROM ledger_tiles",
        "ledger_tiles",
        """SELECT '{"level": "0", "tile": "9"}'::jsonb""",
    ),
    Alteration("tree-root", "UPDATE ledger_tree SET root = sha256('')", "ledger_tree", column="root"),
    Alteration("tree-size", "UPDATE ledger_tree SET size = size + 9", "ledger_tree", column="size"),
    Alteration(
        "checkpoint-root",
        "UPDATE ledger_checkpoints SET root = sha256('')",
        "ledger_checkpoints",
        "SELECT jsonb_build_object('size', size::text) FROM ledger_checkpoints",
        "root",
    ),
    Alteration(
        "checkpoint-note",
        "UPDATE ledger_checkpoints SET note = translate(note, 'ABCDEF', 'BCDEFA')",
        "ledger_checkpoints",
        column="note",
    ),
    Alteration(
        "checkpoint-of-another-tree",
        f"""{UNBOUND} DELETE FROM ledger_tiles;
            UPDATE ledger_entries SET leaf_hash = sha256('x'), envelope = '{{}}' WHERE index = 3""",
        "ledger_entries",
        "SELECT jsonb_build_object('index', '0-' || size - 1) FROM ledger_checkpoints",
        "leaf_hash",
    ),
    Alteration(
        "log-key",
        "UPDATE ledger_log_keys SET public_key = sha256('')",
        "ledger_log_keys",
        column="public_key",
    ),
    Alteration(
        "log-key-retired",
        "UPDATE ledger_log_keys SET created_at = now()",
        "ledger_log_keys",
        column="created_at",
    ),
    Alteration("log-origin", "UPDATE ledger_origin SET origin = 'other'", "ledger_origin", column="origin"),
    Alteration(
        "draw-population",
        "UPDATE draws SET population = '{X}' WHERE draw_id = (SELECT min(draw_id::text)::uuid FROM draws)",
        "draws",
        column="population",
    ),
)

OF_BATCHES = (
    Alteration(
        "batch-count",
        f"UPDATE batches SET accepted = accepted - 1, stale = stale + 1 WHERE {A_BATCH}",
        "batches",
        THE_BATCH,
        "accepted",
    ),
    Alteration(
        "batch-instant",
        f"UPDATE batches SET received_at = received_at + interval '1 second' WHERE {A_BATCH}",
        "batches",
        THE_BATCH,
        "received_at",
    ),
    Alteration(
        "batch-client",
        f"UPDATE batches SET client_id = 'another' WHERE {A_BATCH}",
        "batches",
        THE_BATCH,
        "client_id",
    ),
    Alteration(
        "batch-feed", f"UPDATE batches SET feed = 'videos' WHERE {A_BATCH}", "batches", THE_BATCH, "feed"
    ),
    Alteration(
        "batch-root",
        f"UPDATE batches SET records_root = sha256('') WHERE {A_BATCH}",
        "batches",
        THE_BATCH,
        "records_root",
    ),
    Alteration(
        "batch-leaf",
        f"UPDATE batches SET leaf_hash = sha256('') WHERE {A_BATCH}",
        "batches",
        THE_BATCH,
        "leaf_hash",
    ),
    Alteration("batch-deleted", f"DELETE FROM batches WHERE {A_BATCH}", "batches", THE_BATCH),
    Alteration("batch-deleted-with-everything", WITH_IT_ALL, "batches", THE_BATCH),
    Alteration(
        "batch-deleted-with-its-entry",
        f"""DELETE FROM ledger_entries
            WHERE subject_id = (SELECT batch_id FROM batches WHERE {A_BATCH}); {WITH_IT_ALL}""",
        "ledger_entries",
        f"""SELECT jsonb_build_object('index', index::text) FROM ledger_entries
            WHERE subject_id = (SELECT batch_id FROM batches WHERE {A_BATCH})""",
    ),
    Alteration(
        "batch-inserted",
        f"""INSERT INTO batches SELECT (jsonb_populate_record(
                whole, jsonb_build_object('batch_id', '00000000-0000-7000-8000-000000000000')
            )).* FROM batches AS whole WHERE {A_BATCH}""",
        "batches",
        """SELECT '{"batch_id": "00000000-0000-7000-8000-000000000000"}'::jsonb""",
    ),
    Alteration(
        "archive-byte",
        f"""UPDATE batch_archives SET body_sealed = set_byte(body_sealed, 60, get_byte(body_sealed, 60) # 1)
            WHERE {A_BATCH}""",
        "batch_archives",
        THE_BATCH,
    ),
    Alteration(
        "archive-outcome",
        f"UPDATE batch_archives SET outcomes = set_byte(outcomes, 0, 3) WHERE {A_BATCH}",
        "batch_archives",
        THE_BATCH,
        "outcomes",
    ),
    Alteration(
        "archive-secret",
        f"UPDATE batch_archives SET secret_sealed = body_sealed WHERE {A_BATCH}",
        "batch_archives",
        THE_BATCH,
    ),
    Alteration(
        "archive-media-type",
        f"UPDATE batch_archives SET media_type = 'application/json' WHERE {A_BATCH}",
        "batch_archives",
        THE_BATCH,
    ),
    Alteration("archive-deleted", f"DELETE FROM batch_archives WHERE {A_BATCH}", "batch_archives", THE_BATCH),
    Alteration(
        "archive-inserted",
        f"""INSERT INTO batch_archives SELECT gen_random_uuid(), received_at, media_type, body_sealed,
                secret_sealed, outcomes FROM batch_archives WHERE {A_BATCH}""",
        "batch_archives",
    ),
    Alteration(
        "rejection-deleted",
        "DELETE FROM rejections WHERE line = 2",
        "rejections",
        "SELECT jsonb_build_object('line', '2')",
    ),
    Alteration(
        "rejection-inserted",
        f"""INSERT INTO rejections SELECT batch_id, 1, received_at, '{{}}', '[0]' FROM batches
            WHERE {A_BATCH}""",
        "rejections",
        THE_BATCH,
    ),
    Alteration(
        "rejection-key",
        """UPDATE rejections SET record_key = '{"project_id": "P2"}' WHERE line = 1""",
        "rejections",
        "SELECT jsonb_build_object('line', '1')",
        "record_key",
    ),
    Alteration(
        "rejection-reason",
        """UPDATE rejection_reasons SET error = jsonb_set(error, '{code}', '"unknown_field"')
           WHERE error ->> 'code' = 'invalid_type'""",
        "rejections",
        "SELECT jsonb_build_object('line', '3')",
        "errors",
    ),
    Alteration(
        "rejection-reason-deleted",
        "DELETE FROM rejection_reasons WHERE error ->> 'code' = 'invalid_type'",
        "rejection_reasons",
        "SELECT jsonb_build_object('line', '3')",
    ),
    Alteration(
        "link-deleted", f"DELETE FROM batch_class_groups WHERE {A_BATCH}", "batch_class_groups", THE_BATCH
    ),
    Alteration(
        "link-inserted",
        f"""INSERT INTO batch_class_groups
            SELECT platform, '{RUNNING}', batch_id FROM batches WHERE {A_BATCH}""",
        "batch_class_groups",
        THE_BATCH,
    ),
    Alteration(
        "distrust-since",
        "UPDATE distrusts SET since = since + interval '1 year'",
        "distrusts",
        column="since",
    ),
    Alteration("distrust-deleted", "DELETE FROM distrusts", "distrusts"),
    Alteration("withdrawn-batch-deleted", "DELETE FROM distrusted_batches", "distrusted_batches"),
    Alteration(
        "withdrawn-row-back",
        f"""INSERT INTO exam_scores SELECT (jsonb_populate_record(
                whole, '{{"attempt": 2, "score": 98}}'
            )).* FROM exam_scores AS whole WHERE class_group_id = '{CLOSED}' LIMIT 1""",
        "exam_scores",
        """SELECT '{"attempt": "2"}'::jsonb""",
    ),
    Alteration(
        "class-group-district",
        f"UPDATE class_groups SET district_code = '440200' WHERE class_group_id = '{OTHER}'",
        "class_groups",
        f"SELECT jsonb_build_object('class_group_id', '{OTHER}')",
        "district_code",
    ),
    Alteration(
        "enterprise-first-batch",
        "UPDATE enterprises SET first_batch_id = gen_random_uuid()",
        "enterprises",
        column="first_batch_id",
    ),
    Alteration(
        "sealed-value",
        f"UPDATE enrollments SET phone_sealed = NULL WHERE class_group_id = '{OTHER}'",
        "enrollments",
        f"SELECT jsonb_build_object('class_group_id', '{OTHER}')",
        "phone_sealed",
    ),
    Alteration(
        "sealed-value-exchanged",
        f"""UPDATE enrollments SET id_number_sealed = other.id_number_sealed
            FROM enrollments AS other
            WHERE enrollments.class_group_id = '{OTHER}' AND other.class_group_id = '{OTHER}'
              AND enrollments.learner_id < other.learner_id""",
        "enrollments",
        f"SELECT jsonb_build_object('learner_id', '{OTHER}-L1')",
        "id_number_sealed",
    ),
    Alteration(
        "person-key",
        f"UPDATE enrollments SET person_key = sha256('') WHERE learner_id = '{OTHER}-L2'",
        "enrollments",
        f"SELECT jsonb_build_object('learner_id', '{OTHER}-L2')",
        "person_key",
    ),
)
