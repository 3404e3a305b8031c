"""Whether the database still guards what is kept: a schema's owner can drop a trigger, and this tells.

The list says again what migrations/versions/…_kept.py has made; tests/retention hold the two equal.
"""

from collections.abc import Sequence
from typing import NamedTuple

from app.db.session import ReadSession, driver

GOES_BY_DISPOSAL = (
    *("assessment_runs", "attendance", "batch_archives", "checklist_answers", "class_groups", "courses"),
    *("decisions", "eligibility_reports", "enrollments", "enterprises", "evaluations", "exam_scores"),
    *("finding_assignments", "finding_comments"),
    *("findings", "institutions", "learning_records", "lessons", "platform_logs", "projects"),
    *("quiz_answers", "rejection_reasons", "rejections", "rights_answers", "rights_requests"),
    *("teaching_records", "verifications", "video_checks", "videos", "waivers"),
)
KEPT_FOR_GOOD = (
    *("batch_class_groups", "batches", "disposal_neighbours", "disposal_records", "disposals"),
    *("disposed_objects", "distrusts"),
    *("ledger_entries", "legal_holds", "lifted_holds", "policy_texts", "policy_versions", "proposals"),
    *("retention_terms", "trail_digests", "trail_entries"),
)
KEPT_AS_IT_IS = (
    *("disposal_records", "disposals", "disposed_objects", "finding_assignments", "finding_comments"),
    *("legal_holds", "lifted_holds"),
)
GUARDS = (
    *((table, "kept", "keep_until_disposed") for table in GOES_BY_DISPOSAL),
    *((table, "kept_whole", "refuse_loss") for table in GOES_BY_DISPOSAL),
    *((table, "kept", "refuse_loss") for table in KEPT_FOR_GOOD),
    *((table, "kept_as_it_is", "refuse_loss") for table in KEPT_AS_IT_IS),
    ("disposals", "is_due", "disposals_check"),
    ("lifted_holds", "second_person", "holds_need_a_second_person"),
)

# Partitions are guarded by themselves too: who addresses one does not pass its parent.
MISSING = """
    WITH wanted AS (
        SELECT wanted.relation, wanted.guard, wanted.does
        FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (relation, guard, does)
        UNION ALL
        SELECT part.relname, 'kept', 'refuse_loss'
        FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid JOIN pg_class AS parent
            ON parent.oid = inhparent
        WHERE part.relkind = 'r' AND parent.relname IN (
            'batch_archives', 'ledger_entries', 'rejections', 'trail_entries'
        )
    )
    SELECT relation, guard FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE tgrelid = to_regclass('public.' || quote_ident(relation)) AND tgname = guard
          AND proname = does AND tgenabled IN ('O', 'A')
    )
    ORDER BY relation, guard
"""


class MissingGuard(NamedTuple):
    """A trigger that is gone, disabled, or does something else."""

    table: str
    guard: str


async def missing(session: ReadSession) -> Sequence[MissingGuard]:
    rows = await (await driver(session)).fetch(MISSING, *map(list, zip(*GUARDS, strict=True)))
    return [MissingGuard(*row) for row in rows]
