"""Partitions by month of receipt: how they are made, and the first of them.

The program's role may not change tables, so it calls a function of the owner. Inserts wait while a partition
is made, for at most two seconds: one that was on its way to the default partition would otherwise be refused
by it. Rows of the month that already lie in the default partition move over.
"""

from alembic import op

revision = "20261120_08"
down_revision = "20261120_07"
branch_labels = None
depends_on = None

MAKE_PARTITION = """
CREATE FUNCTION make_partition(parent text, month date) RETURNS boolean
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
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', partition, parent);
    EXECUTE format(
        'WITH moved AS (DELETE FROM public.%1$I WHERE %2$I >= $1 AND %2$I < $2 RETURNING *) '
        'INSERT INTO public.%3$I SELECT * FROM moved',
        parent || '_default', receipt, partition
    ) USING begins, ends;
    EXECUTE format(
        'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        parent, partition, begins, ends
    );
    RETURN true;
END
$$
"""
FIRST_PARTITIONS = """
SELECT make_partition(parent, (current_date + make_interval(months => ahead))::date)
FROM unnest(ARRAY['batch_archives', 'rejections', 'ledger_entries']) AS parent, generate_series(0, 3) AS ahead
"""


def upgrade() -> None:
    op.execute(MAKE_PARTITION)
    op.execute("REVOKE ALL ON FUNCTION make_partition FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION make_partition TO supervise_program")
    op.execute(FIRST_PARTITIONS)


def downgrade() -> None:
    """The partitions stay: they hold rows, and go with their tables."""
    op.execute("DROP FUNCTION make_partition")
