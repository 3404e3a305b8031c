"""Questions that bring each leaf of a kind with the rows it attests; log_repository.py asks them."""

ARCHIVES_AT_ONCE = 10
"""Rows that a cursor fetches together; an archive may be large."""
DISPOSED_MEANWHILE = "1 hour"
"""A disposal may bear an earlier time than a round that is closed while it goes on."""

LEAVES = """
    (SELECT subject_id, kind, recorded_at, leaf_hash, envelope, index FROM ledger_entries
     UNION ALL
     SELECT subject_id, kind, recorded_at, leaf_hash, envelope, NULL FROM ledger_pending) AS leaf
"""
SAID = """
    leaf.subject_id AS entry_of, leaf.index AS entry_index, leaf.recorded_at AS entered_at,
    leaf.leaf_hash AS promised, leaf.envelope
"""
CAME = "($1::timestamptz IS NULL OR leaf.recorded_at >= $1)"

BATCHES = f"""
    SELECT {SAID}, batches.*, archive.media_type, archive.body_sealed, archive.secret_sealed,
           archive.outcomes, gone.hash AS disposed_hash
    FROM {LEAVES}
    LEFT JOIN batches ON batches.batch_id = leaf.subject_id
    LEFT JOIN batch_archives AS archive
        ON archive.batch_id = leaf.subject_id AND archive.received_at = leaf.recorded_at
    LEFT JOIN disposed_objects AS gone ON gone.kind = 'batch' AND gone.object_id = leaf.subject_id
    WHERE leaf.kind = 'batch' AND {CAME}
      AND ($2::text IS NULL OR batches.batch_id IS NULL OR batches.platform = $2)
"""  # noqa: S608 (put together from constants)

RUNS = f"""
    SELECT {SAID}, run.*, decided.documents, rested.leaf_hashes,
           EXISTS (
               SELECT FROM disposed_objects WHERE kind = 'run' AND object_id = leaf.subject_id
           ) AS is_disposed
    FROM {LEAVES}
    LEFT JOIN assessment_runs AS run ON run.run_id = leaf.subject_id
    LEFT JOIN LATERAL (
        SELECT array_agg(document ORDER BY learner_id COLLATE "C") AS documents
        FROM decisions
        WHERE decisions.platform = run.platform AND decisions.class_group_id = run.class_group_id
          AND decisions.run_id = run.run_id
    ) AS decided ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(entry.leaf_hash ORDER BY entry.index) AS leaf_hashes
        FROM ledger_entries AS entry
        WHERE entry.subject_id = ANY (run.batch_ids)
    ) AS rested ON true
    WHERE leaf.kind = 'assessment' AND {CAME}
      AND ($2::text IS NULL OR run.run_id IS NULL OR run.platform = $2)
"""  # noqa: S608 (put together from constants)

POLICIES = f"""
    SELECT {SAID}, record.*, stored.text_hash IS NULL AS is_without_text,
           stored.text_hash IS DISTINCT FROM sha256(convert_to(stored.text, 'UTF8')) AS is_other_text
    FROM {LEAVES}
    LEFT JOIN policy_versions AS record ON record.record_id = leaf.subject_id
    LEFT JOIN policy_texts AS stored ON stored.text_hash = record.text_hash
    WHERE leaf.kind = 'policy' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

APPROVALS = f"""
    SELECT {SAID}, made.*
    FROM {LEAVES}
    LEFT JOIN proposals AS made ON made.proposal_id = leaf.subject_id
    WHERE leaf.kind = 'approval' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

DISTRUSTS = f"""
    SELECT {SAID}, made.*
    FROM {LEAVES}
    LEFT JOIN distrusts AS made ON made.distrust_id = leaf.subject_id
    WHERE leaf.kind = 'distrust' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

# What was taken back in one round bears one instant, which its envelope names.
WITHDRAWALS = f"""
    SELECT {SAID}, taken.leaf_hashes
    FROM {LEAVES}
    LEFT JOIN LATERAL (
        SELECT array_agg(stored.leaf_hash ORDER BY stored.batch_id) AS leaf_hashes
        FROM distrusted_batches AS gone JOIN batches AS stored USING (batch_id)
        WHERE gone.withdrawn_at = leaf.recorded_at
    ) AS taken ON true
    WHERE leaf.kind = 'withdrawal' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

DRAWS = f"""
    SELECT {SAID}, draw.draw_id, draw.purpose, draw.announced_at, draw.wanted, draw.population, draw.secret
    FROM {LEAVES}
    LEFT JOIN draws AS draw ON draw.draw_id = leaf.subject_id
    WHERE leaf.kind = 'draw' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

LOG_KEYS = f"""
    SELECT {SAID}, key.kid, key.public_key, key.private_key_sealed, key.created_at, key.retired_at,
           named.origin, EXISTS (
               SELECT FROM {LEAVES.replace(" AS leaf", " AS other")}
               WHERE other.kind = 'key'
                 AND position(convert_to('"act":"retired"', 'UTF8') IN other.envelope) > 0
                 AND position(convert_to('"key_id":"' || key.kid || '"', 'UTF8') IN other.envelope) > 0
           ) AS is_said_retired
    FROM {LEAVES}
    LEFT JOIN ledger_log_keys AS key
        ON position(convert_to('"key_id":"' || key.kid || '"', 'UTF8') IN leaf.envelope) > 0
    LEFT JOIN ledger_origin AS named ON true
    WHERE leaf.kind = 'key' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

HOLDS = f"""
    SELECT {SAID}, made.*
    FROM {LEAVES}
    LEFT JOIN legal_holds AS made ON made.hold_id = leaf.subject_id
    WHERE leaf.kind = 'hold' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

DISPOSALS = f"""
    SELECT {SAID}, made.*, record.document, named.objects, named.hashes, beside.neighbours
    FROM {LEAVES}
    LEFT JOIN disposals AS made ON made.disposal_id = leaf.subject_id
    LEFT JOIN disposal_records AS record ON record.disposal_id = leaf.subject_id
    LEFT JOIN LATERAL (
        SELECT array_agg(kind || ' ' || object_id ORDER BY kind, object_id) AS objects,
               array_agg(encode(hash, 'hex') ORDER BY kind, object_id) AS hashes
        FROM disposed_objects WHERE disposal_id = leaf.subject_id
    ) AS named ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(platform || ' ' || class_group_id) AS neighbours
        FROM disposal_neighbours WHERE disposal_id = leaf.subject_id
    ) AS beside ON true
    WHERE leaf.kind = 'disposal' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)

# Looks that were in a round were disposed of after it was closed: of those in rounds that were closed then or
# later no more may lack than the records of later disposals count. Where more do, all such rounds are told.
ROUNDS = f"""
    WITH lacking AS (
        SELECT round_id, closed_at, cardinality(check_ids) - kept.number AS number
        FROM custody_rounds
        CROSS JOIN LATERAL (
            SELECT count(*) AS number FROM video_checks AS one WHERE one.check_id = ANY (check_ids)
        ) AS kept
        WHERE cardinality(check_ids) > kept.number
    ), gone AS (
        SELECT leaf.recorded_at AS disposed_at,
               (convert_from(document, 'UTF8')::jsonb #>> '{{rows,video_checks}}')::bigint AS number
        FROM disposal_records JOIN {LEAVES} ON leaf.subject_id = disposal_id
        WHERE leaf.kind = 'disposal'
          AND position(convert_to(encode(sha256(document), 'hex'), 'UTF8') IN leaf.envelope) > 0
    ), held AS (
        SELECT round_id, closed_at, sum(number) OVER (ORDER BY closed_at DESC) > (
            SELECT coalesce(sum(gone.number), 0) FROM gone
            WHERE gone.disposed_at > lacking.closed_at - interval '{DISPOSED_MEANWHILE}'
        ) AS is_too_many
        FROM lacking
    ), judged AS (
        SELECT round_id, NOT bool_or(is_too_many) OVER (ORDER BY closed_at) AS is_accounted_for FROM held
    )
    SELECT {SAID}, made.*, seen.checks, coalesce(judged.is_accounted_for, false) AS is_accounted_for
    FROM {LEAVES}
    LEFT JOIN custody_rounds AS made ON made.round_id = leaf.subject_id
    LEFT JOIN judged ON judged.round_id = leaf.subject_id
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(one) ORDER BY one.check_id) AS checks
        FROM video_checks AS one WHERE one.check_id = ANY (made.check_ids)
    ) AS seen ON true
    WHERE leaf.kind = 'custody' AND {CAME} AND ($2::text IS NULL OR true)
"""  # noqa: S608 (put together from constants)
