"""What somebody with the rights of the schema's owner may do to a database, and what must then be named."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.ingest.feeds import DEFINITIONS

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
