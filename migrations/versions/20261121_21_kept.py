"""Deletion is blocked: what is kept goes in the transaction of its disposal, or not at all.

Statement triggers on DELETE and TRUNCATE alone: whoever adds or changes rows pays nothing. They bind the
program's role and the schema's owner alike. A feed's rows may also go when what came with a stolen credential
is taken back. `make_partition` guards the months that it makes.
"""

from alembic import op

revision = "20261121_21"
down_revision = "20261121_20"
branch_labels = None
depends_on = None

IN_THIS_DISPOSAL = "disposal.xact = pg_current_xact_id()::text"
OF_CLASS_GROUP = f"""
    EXISTS (
        SELECT FROM public.disposals AS disposal
        WHERE {IN_THIS_DISPOSAL}
          AND disposal.platform = gone.platform AND disposal.class_group_id = gone.class_group_id
    )
"""


def _taken_back(batch_ids: str) -> str:
    """Came with a credential that is distrusted (app/ingest/withdrawal.py)."""
    return f"""
        EXISTS (
            SELECT FROM public.batches AS stored JOIN public.distrusts AS distrust
                ON distrust.client_id = stored.client_id AND distrust.credential = stored.credential
               AND distrust.since <= stored.received_at
            WHERE stored.batch_id IN ({batch_ids})
        )
    """


def _disposed(kind: str, object_id: str) -> str:
    return f"""
        EXISTS (
            SELECT FROM public.disposals AS disposal
            JOIN public.disposed_objects AS object USING (disposal_id)
            WHERE {IN_THIS_DISPOSAL} AND object.kind = '{kind}' AND object.object_id = gone.{object_id}
        )
    """


OF_A_CLASS_GROUP = (
    "attendance",
    "class_groups",
    "enrollments",
    "evaluations",
    "exam_scores",
    "learning_records",
    "lessons",
    "quiz_answers",
    "teaching_records",
    "verifications",
    "videos",
)
KEPT = {
    **dict.fromkeys(OF_A_CLASS_GROUP, f"{_taken_back('gone.batch_id')} OR {OF_CLASS_GROUP}"),
    **dict.fromkeys(
        ("courses", "institutions", "platform_logs", "projects"),
        _taken_back("gone.batch_id"),
    ),
    "enterprises": _taken_back("gone.batch_id, gone.first_batch_id"),
    **dict.fromkeys(
        ("decisions", "assessment_runs", "findings", "rights_requests", "video_checks", "waivers"),
        OF_CLASS_GROUP,
    ),
    "checklist_answers": f"""
        gone.about = 'class_group' AND EXISTS (
            SELECT FROM public.disposals AS disposal
            WHERE {IN_THIS_DISPOSAL}
              AND disposal.platform = gone.platform AND disposal.class_group_id = gone.subject_id
        )
    """,
    "rights_answers": f"""
        EXISTS (SELECT FROM public.disposals AS disposal WHERE {IN_THIS_DISPOSAL})
        AND NOT EXISTS (
            SELECT FROM public.rights_requests AS request WHERE request.request_id = gone.request_id
        )
    """,  # noqa: S608 (likewise)
    "eligibility_reports": _disposed("report", "report_id"),
    "rejection_reasons": _disposed("batch", "batch_id"),
    "rejections": _disposed("batch", "batch_id"),
    "batch_archives": _disposed("batch", "batch_id"),
}
"""Which rows may go, by a condition on `gone`."""
FOR_GOOD = (
    "batch_class_groups",
    "batches",
    "disposal_neighbours",
    "disposal_records",
    "disposals",
    "disposed_objects",
    "distrusts",
    "ledger_entries",
    "legal_holds",
    "lifted_holds",
    "policy_texts",
    "policy_versions",
    "proposals",
    "retention_terms",
    "trail_digests",
    "trail_entries",
)
NEVER_CHANGED = ("disposal_records", "disposals", "disposed_objects", "legal_holds", "lifted_holds")

REFUSE = """
CREATE FUNCTION refuse_loss() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is kept (docs/retention.md)', lower(TG_OP), TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""
KEEP = """
CREATE FUNCTION keep_until_disposed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_kept boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM gone WHERE NOT (%s))', TG_ARGV[0]) INTO is_kept;
    IF is_kept THEN
        RAISE EXCEPTION 'delete of % is refused: rows go by the disposal of their class group, once its term'
            ' has run out and no hold stands (docs/retention.md)', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$
"""
GUARD_PARTITIONS = """
SELECT guard_partition(inhrelid::regclass::text) FROM pg_inherits
WHERE inhparent::regclass::text IN ('batch_archives', 'rejections', 'ledger_entries', 'trail_entries')
"""
GUARD_PARTITION = """
CREATE FUNCTION guard_partition(partition text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON public.%I EXECUTE FUNCTION public.refuse_loss()',
        partition
    );
END
$$
"""
MAKE_PARTITION = """
CREATE OR REPLACE FUNCTION make_partition(parent text, month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
AS $$
DECLARE
    begins timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
    partition text := parent || to_char(month, '"_"YYYY"_"MM');
    receipt name;
BEGIN
    SELECT attname INTO STRICT receipt
    FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
    WHERE partrelid = to_regclass(format('public.%I', parent));
    EXECUTE format('LOCK TABLE public.%I IN SHARE ROW EXCLUSIVE MODE', parent);
    IF to_regclass(format('public.%I', partition)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', partition, parent);{before}
    EXECUTE format(
        'WITH moved AS (DELETE FROM public.%1$I WHERE %2$I >= $1 AND %2$I < $2 RETURNING *) '
        'INSERT INTO public.%3$I SELECT * FROM moved',
        parent || '_default', receipt, partition
    ) USING begins, ends;{after}
    EXECUTE format(
        'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        parent, partition, begins, ends
    );
    RETURN true;
END
$$
"""
UNGUARDED = """
    EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER kept', parent || '_default');"""
GUARDED = """
    EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER kept', parent || '_default');
    PERFORM public.guard_partition(partition);"""


def upgrade() -> None:
    for function in (REFUSE, KEEP, GUARD_PARTITION):
        op.execute(function)
    for table, condition in KEPT.items():
        op.execute(f"""
            CREATE TRIGGER kept AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION keep_until_disposed($${condition}$$)
        """)
        op.execute(_refusing("kept_whole", "TRUNCATE", table))
    for table in FOR_GOOD:
        op.execute(_refusing("kept", "DELETE OR TRUNCATE", table))
    for table in NEVER_CHANGED:
        op.execute(_refusing("kept_as_it_is", "UPDATE", table))
    op.execute(GUARD_PARTITIONS)
    op.execute("REVOKE ALL ON FUNCTION guard_partition FROM PUBLIC")
    op.execute(MAKE_PARTITION.format(before=UNGUARDED, after=GUARDED))


def _refusing(name: str, acts: str, table: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {acts} ON {table} EXECUTE FUNCTION refuse_loss()"


def downgrade() -> None:
    op.execute(MAKE_PARTITION.format(before="", after=""))
    op.execute("DROP FUNCTION guard_partition")
    op.execute("DROP FUNCTION keep_until_disposed CASCADE")
    op.execute("DROP FUNCTION refuse_loss CASCADE")
