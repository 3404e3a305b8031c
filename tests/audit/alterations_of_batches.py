"""The same of batches, and of what hangs on them."""

from tests.audit.alterations import A_BATCH, THE_BATCH, Alteration
from tests.audit.world import CLOSED, OTHER, RUNNING

# ruff: noqa: S608 (statements are put together from constants)

WITH_IT_ALL = f"""
    DELETE FROM lessons WHERE {A_BATCH}; DELETE FROM batch_class_groups WHERE {A_BATCH};
    DELETE FROM batch_archives WHERE {A_BATCH}; DELETE FROM batches WHERE {A_BATCH};
"""


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
