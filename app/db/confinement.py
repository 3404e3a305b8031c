"""The second line behind the authorisation table: platforms and enterprises see their own rows, by any query.

A transaction that is confined (docs/adr/0013) acts as `TENANT_ROLE`, which may read no table that holds rows
of several owners. Its search path leads to a schema of views named like the tables, each bounded to
`supervise.owner`. It is not PostgreSQL's row-level security: where that is on, COPY into a table is refused,
and feeds are stored by COPY.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, text

from app.db.roles import PROGRAM_ROLE, TENANT_ROLE


class Premises(StrEnum):
    """The schemas of views; each is one kind of owner's."""

    own_platform = "own_platform"
    own_enterprise = "own_enterprise"


@dataclass(frozen=True, slots=True)
class Confinement:
    """Whose rows a transaction sees: the platform's with this code, or the enterprise's with this USCC."""

    premises: Premises
    owner: str


CONFINE = text("""
    SELECT set_config('role', :role, true), set_config('search_path', :path, true),
           set_config('supervise.owner', :owner, true)
""")
"""For the rest of the transaction; in one journey."""

OWNER = "current_setting('supervise.owner')"
OF_OWN_BATCHES = f"batch_id IN (SELECT batch_id FROM public.batches WHERE platform = {OWNER})"  # noqa: S608
OF_OWN_CLASS_GROUPS = f"""
    EXISTS (
        SELECT FROM public.class_groups AS own
        WHERE own.platform = seen.platform AND own.class_group_id = seen.class_group_id
          AND own.enterprise_uscc = {OWNER}
    )
"""
OF_OWN_PLATFORMS = f"""
    EXISTS (
        SELECT FROM public.class_groups AS own
        WHERE own.platform = seen.code AND own.enterprise_uscc = {OWNER}
    )
"""
"""Whose class groups the enterprise's are: what they are called."""

FEED_TABLES = (
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
JUDGED_TABLES = (
    "assessment_runs",
    "assessments",
    "changed_decisions",
    "class_group_assessments",
    "decisions",
    "findings",
    "person_times",
    "video_checks",
    "video_custody",
    "waivers",
)
OWN_ROWS: Mapping[Premises, Mapping[str, str]] = {
    Premises.own_platform: {
        **dict.fromkeys(
            (
                *FEED_TABLES,
                *JUDGED_TABLES,
                "batch_class_groups",
                "batches",
                "courses",
                "enterprises",
                "institutions",
                "platform_logs",
                "projects",
                "touches",
            ),
            f"platform = {OWNER}",
        ),
        **dict.fromkeys(("batch_archives", "rejection_reasons", "rejections"), OF_OWN_BATCHES),
        "platforms": f"code = {OWNER}",
    },
    Premises.own_enterprise: {
        **dict.fromkeys((*FEED_TABLES, *JUDGED_TABLES, "batch_class_groups", "touches"), OF_OWN_CLASS_GROUPS),
        **dict.fromkeys(("assessments", "class_groups"), f"enterprise_uscc = {OWNER}"),
        **dict.fromkeys(("eligibility_reports", "enterprises"), f"uscc = {OWNER}"),
        "platforms": OF_OWN_PLATFORMS,
    },
}
"""Which rows of a table are the owner's; a table that is not named is out of sight."""

WHOLE = {
    **dict.fromkeys(("ledger_entries", "ledger_head", "ledger_pending"), "SELECT"),
    **dict.fromkeys(("ledger_checkpoints", "ledger_cosignatures", "ledger_tiles", "ledger_tree"), "SELECT"),
    "custody_rounds": "SELECT",
    **dict.fromkeys(("disposed_objects", "policy_texts", "policy_versions"), "SELECT"),
    **dict.fromkeys(("access_log", "trail_entries"), "INSERT"),
}
"""Hashes and their order tell nothing of anybody, policies are for all; who reads what is never shown."""
COLUMNS = """
    SELECT relname, string_agg(attname, ' ' ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
      AND NOT relispartition AND attnum > 0 AND NOT attisdropped
    GROUP BY relname ORDER BY relname
"""
MARK = f"SELECT obj_description(to_regnamespace('{Premises.own_platform}'), 'pg_namespace')"
"""Of what the views were drawn; every command that opens the database looks whether they still are."""

ADDED_TO = {"eligibility_reports"}
"""Views through which an owner adds rows of its own, and no others."""


def forget(connection: Connection) -> None:
    """Before tables change or go: nothing stands on them any more."""
    for premises in Premises:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {premises} CASCADE"))
    connection.commit()


def draw(connection: Connection) -> None:
    """The views of the tables as they are now; where they differ, all anew at once: none is ever missing."""
    columns = {row[0]: row[1] for row in connection.execute(text(COLUMNS))}
    statements = [*_role(), *_whole(columns), *_views(columns)]
    mark = hashlib.sha256(repr((columns, statements)).encode()).hexdigest()
    if connection.scalar(text(MARK)) != mark:
        for statement in (*statements, f"COMMENT ON SCHEMA {Premises.own_platform} IS '{mark}'"):
            connection.execute(text(statement))
    connection.commit()


def _role() -> Iterator[str]:
    yield f"""
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{TENANT_ROLE}') THEN
                BEGIN
                    CREATE ROLE {TENANT_ROLE} NOLOGIN;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN
                    NULL; -- made for another database of this server meanwhile
                END;
            END IF;
            IF NOT pg_has_role('{PROGRAM_ROLE}', '{TENANT_ROLE}', 'SET') THEN
                GRANT {TENANT_ROLE} TO {PROGRAM_ROLE} WITH INHERIT FALSE, SET TRUE;
            END IF;
        END
        $$
    """
    yield f"GRANT USAGE ON SCHEMA public TO {TENANT_ROLE}"


def _whole(tables: Collection[str]) -> Iterator[str]:
    for table, right in WHOLE.items():
        if table in tables:
            yield f"GRANT {right} ON public.{table} TO {TENANT_ROLE}"


def _views(tables: Collection[str]) -> Iterator[str]:
    for premises, rows in OWN_ROWS.items():
        yield f"DROP SCHEMA IF EXISTS {premises} CASCADE"
        yield f"CREATE SCHEMA {premises}"
        yield f"GRANT USAGE ON SCHEMA {premises} TO {TENANT_ROLE}"
        for table in sorted(rows.keys() & set(tables)):
            is_added_to = table in ADDED_TO
            view, check = f"{premises}.{table}", "WITH CHECK OPTION" if is_added_to else ""
            yield f"CREATE VIEW {view} AS SELECT * FROM public.{table} AS seen WHERE {rows[table]} {check}"  # noqa: S608
            yield f"GRANT SELECT{', INSERT' if is_added_to else ''} ON {view} TO {TENANT_ROLE}"
