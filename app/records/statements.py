"""Statements that load the records of many class groups, each row behind the number of its class group."""

import re

from app.records.chosen import CHOSEN, CHOSEN_LEARNERS, NAMED, OF_CHOSEN

MICROSECONDS = r"""
    CASE WHEN \1 >= '1970-01-01Z' AND \1 < '2040-01-01Z'
         THEN (tstzrange_subdiff(\1, '1970-01-01Z') * 1000000)::bigint
         WHEN isfinite(\1) THEN (extract(epoch FROM \1) * 1000000)::bigint
         WHEN \1 < 'epoch' THEN -62135596800000000
         WHEN \1 > 'epoch' THEN 253402300799999999 END"""
"""The driver stores the first and the last instant that Python knows as infinities.

Both ways are exact. The difference between two bounds of a range takes a tenth of the time. As a double in
seconds, divided and multiplied, it errs by less than half a microsecond up to 2^51 of them, in 2041.
"""


def exact_instants(statement: str) -> str:
    """Spells out `microseconds(column)`."""
    return re.sub(r"microseconds\((\w+)\)", MICROSECONDS, statement)


def behind_numbers(chosen: str, rows: str) -> str:
    """The rows of each class group chosen, behind its number."""
    return exact_instants(f"""
        SELECT chosen.number, found.* FROM {chosen}, LATERAL ({rows} OFFSET 0) AS found
    """)  # noqa: S608 (put together from constants)


def rows_of(columns: str, table: str, where: str) -> str:
    return f"SELECT {columns} FROM {table} WHERE {where} AND NOT deleted"  # noqa: S608 (likewise)


def of_class_groups(columns: str, table: str) -> str:
    return behind_numbers(CHOSEN, rows_of(columns, table, OF_CHOSEN))


def of_learners(columns: str, table: str) -> str:
    return behind_numbers(CHOSEN_LEARNERS, rows_of(columns, table, NAMED))


def of_learners_together(columns: str, table: str, *apart_by: str) -> str:
    """One row for each learner, or for each value of `apart_by`; the columns are aggregates."""
    groups = ", ".join(["learner_id", *apart_by])
    return behind_numbers(
        CHOSEN_LEARNERS, f"{rows_of(f'learner_id, {columns}', table, NAMED)} GROUP BY {groups}"
    )
