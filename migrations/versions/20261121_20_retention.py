"""What is kept until when: terms, legal holds, disposals; and the database's own clock of a class group."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_20"
down_revision = "20261121_19"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "retention_terms",
    "legal_holds",
    "lifted_holds",
    "disposal_records",
    "disposals",
    "disposed_objects",
    "disposal_neighbours",
)
ADDED_BY_THE_PROGRAM = ("retention_terms", "legal_holds", "lifted_holds", "disposal_records")
FUNCTIONS = (
    "class_group_is_held(text, text)",
    "class_group_kept_until(text, text)",
    "class_group_neighbours(text, text)",
    "class_group_term(text, text)",
    "holds_need_a_second_person()",
)

TERM = """
CREATE FUNCTION class_group_term(of_platform text, class_group text) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
WITH said AS (
    SELECT * FROM class_groups
    WHERE platform = of_platform AND class_group_id = class_group AND NOT deleted AND closed_at IS NOT NULL
), judging AS (
    SELECT policy_hash AS content_hash FROM assessment_runs
    WHERE platform = of_platform AND class_group_id = class_group
    UNION (
        SELECT version.content_hash FROM policy_versions AS version JOIN said USING (programme)
        WHERE effective_from <= starts_on ORDER BY effective_from DESC, number DESC LIMIT 1
    )
), begun AS (
    SELECT (greatest(
        closed_at,
        (SELECT max(received_at) FROM batch_class_groups AS named JOIN batches USING (batch_id)
         WHERE named.platform = of_platform AND named.class_group_id = class_group),
        (SELECT max(recorded_at) FROM videos
         WHERE platform = of_platform AND class_group_id = class_group AND NOT deleted),
        (SELECT max(assessed_at) FROM assessment_runs
         WHERE platform = of_platform AND class_group_id = class_group),
        (SELECT max(decided_at) FROM decisions
         WHERE platform = of_platform AND class_group_id = class_group),
        (SELECT max(created_at) FROM eligibility_reports
         WHERE class_groups @> ARRAY[of_platform || ' ' || class_group]),
        (SELECT max(greatest(submitted_at, answered_at))
         FROM rights_requests LEFT JOIN rights_answers USING (request_id)
         WHERE platform = of_platform AND class_group_id = class_group)
    ) AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM said
)
SELECT CASE
    WHEN NOT EXISTS (SELECT FROM begun) OR NOT EXISTS (SELECT FROM judging) OR EXISTS (
        SELECT FROM judging WHERE NOT EXISTS (
            SELECT FROM retention_terms AS term
            WHERE term.content_hash = judging.content_hash AND term.covers = 'everything'
        )
    ) THEN 'infinity'::date
    ELSE (
        SELECT max(CASE WHEN months IS NULL THEN 'infinity'::date
                   ELSE (day + make_interval(months => months, days => days))::date END)
        FROM begun, judging JOIN retention_terms USING (content_hash)
    )
END
$$
"""
"""The last day on which a class group is kept for itself; 'infinity': without end, or not known to us."""

NEIGHBOURS = """
CREATE FUNCTION class_group_neighbours(of_platform text, class_group text)
RETURNS TABLE (platform text, class_group_id text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT DISTINCT other.platform, other.class_group_id
FROM class_groups AS said
JOIN enrollments AS own USING (platform, class_group_id)
JOIN enrollments AS others ON others.person_key = own.person_key
JOIN class_groups AS other
    ON other.platform = others.platform AND other.class_group_id = others.class_group_id
WHERE said.platform = of_platform AND said.class_group_id = class_group
  AND NOT own.deleted AND NOT others.deleted AND NOT other.deleted
  AND (other.platform, other.class_group_id) <> (of_platform, class_group)
  AND extract(year FROM other.starts_on) <= extract(year FROM said.closed_at AT TIME ZONE 'Asia/Shanghai')
  AND (other.closed_at IS NULL
       OR extract(year FROM other.closed_at AT TIME ZONE 'Asia/Shanghai') >= extract(year FROM said.starts_on))
$$
"""
"""Class groups that share a person and a year with it: each was judged with the other's hours."""

KEPT_UNTIL = """
CREATE FUNCTION class_group_kept_until(of_platform text, class_group text) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT greatest(class_group_term(of_platform, class_group), max(class_group_term(platform, class_group_id)))
FROM class_group_neighbours(of_platform, class_group)
$$
"""
"""The last day for itself and for its neighbours."""

HELD = """
CREATE FUNCTION class_group_is_held(of_platform text, class_group text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
WITH concerned AS (
    SELECT of_platform AS platform, class_group AS class_group_id
    UNION ALL
    SELECT platform, class_group_id FROM class_group_neighbours(of_platform, class_group)
)
SELECT EXISTS (
    SELECT FROM concerned, legal_holds AS hold
    WHERE NOT EXISTS (SELECT FROM lifted_holds WHERE lifted_holds.hold_id = hold.hold_id)
      AND CASE about
          WHEN 'platform' THEN hold.platform = concerned.platform
          WHEN 'enterprise' THEN hold.uscc = (
              SELECT enterprise_uscc FROM class_groups AS said
              WHERE said.platform = concerned.platform AND said.class_group_id = concerned.class_group_id
          )
          ELSE hold.platform = concerned.platform AND hold.class_group_id = concerned.class_group_id
      END
)
$$
"""
"""By a hold of its own, or of a neighbour: what is held was judged with its hours."""

SECOND_PERSON = """
CREATE FUNCTION holds_need_a_second_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM proposals
        WHERE proposal_id = NEW.proposal_id AND act = 'hold:lift' AND state = 'carried_out'
          AND arguments::jsonb = jsonb_build_object('hold_id', NEW.hold_id)
    ) THEN
        RAISE EXCEPTION 'hold % is lifted by two persons', NEW.hold_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$
"""
SECOND_PERSON_TRIGGER = """
CREATE TRIGGER second_person BEFORE INSERT ON lifted_holds
FOR EACH ROW EXECUTE FUNCTION holds_need_a_second_person()
"""


def upgrade() -> None:
    _terms()
    _holds()
    _disposals()
    for function in (TERM, NEIGHBOURS, KEPT_UNTIL, HELD, SECOND_PERSON, SECOND_PERSON_TRIGGER):
        op.execute(function)
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO supervise_program")
    op.execute(f"GRANT INSERT ON {', '.join(ADDED_BY_THE_PROGRAM)} TO supervise_program")


def _terms() -> None:
    op.create_table(
        "retention_terms",
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.CheckConstraint("covers IN ('everything', 'videos')", name=op.f("ck_retention_terms_covers")),
        sa.CheckConstraint("(months IS NULL) = (days IS NULL)", name=op.f("ck_retention_terms_length")),
        sa.PrimaryKeyConstraint("content_hash", "code", name="pk_retention_terms"),
    )


def _holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("class_group_id", sa.Text(), nullable=True),
        sa.Column("learner_id", sa.Text(), nullable=True),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "about IN ('class_group', 'enrollment', 'platform', 'enterprise')",
            name=op.f("ck_legal_holds_about"),
        ),
        sa.CheckConstraint(
            "(platform IS NULL) = (about = 'enterprise') AND (uscc IS NULL) = (about <> 'enterprise')"
            " AND (class_group_id IS NULL) = (about IN ('platform', 'enterprise'))"
            " AND (learner_id IS NULL) = (about <> 'enrollment')",
            name=op.f("ck_legal_holds_names_what_it_is_about"),
        ),
        sa.PrimaryKeyConstraint("hold_id", name="pk_legal_holds"),
    )
    op.create_index("ix_legal_holds_platform_class_group_id", "legal_holds", ["platform", "class_group_id"])
    op.create_index("ix_legal_holds_uscc", "legal_holds", ["uscc"])
    op.create_table(
        "lifted_holds",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["legal_holds.hold_id"], name="fk_lifted_holds_hold_id_legal_holds"
        ),
        sa.PrimaryKeyConstraint("hold_id", name="pk_lifted_holds"),
    )


def _disposals() -> None:
    op.create_table(
        "disposal_records",
        sa.Column("disposal_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("document_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "document_hash = sha256(document)", name=op.f("ck_disposal_records_hashes_document")
        ),
        sa.PrimaryKeyConstraint("disposal_id", name="pk_disposal_records"),
    )
    op.create_table(
        "disposals",
        sa.Column("disposal_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("disposed_at", MOMENT, nullable=False),
        sa.Column("xact", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disposal_id"],
            ["disposal_records.disposal_id"],
            name="fk_disposals_disposal_id_disposal_records",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("disposal_id", name="pk_disposals"),
        sa.UniqueConstraint("proposal_id", name="uq_disposals_proposal_id"),
    )
    op.create_index("ix_disposals_platform_class_group_id", "disposals", ["platform", "class_group_id"])
    op.create_index("ix_disposals_xact", "disposals", ["xact"])
    op.create_table(
        "disposed_objects",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("disposal_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('batch', 'decision', 'report', 'run')", name=op.f("ck_disposed_objects_kind")
        ),
        sa.PrimaryKeyConstraint("kind", "object_id", name="pk_disposed_objects"),
    )
    op.create_index("ix_disposed_objects_disposal_id", "disposed_objects", ["disposal_id"])
    op.create_table(
        "disposal_neighbours",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("disposal_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "class_group_id", "disposal_id", name="pk_disposal_neighbours"),
    )


def downgrade() -> None:
    for table in ("lifted_holds", "legal_holds", *reversed(TABLES[3:])):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("retention_terms")
