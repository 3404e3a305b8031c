"""What attendance and learning records claim of time, with what the ledger knows: pieces of statements."""

MOMENT = """
    lesson_id, microseconds(begins_at), microseconds(ends_at), microseconds(received_at), quotes,
    microseconds(issued_at)
"""
"""The columns of `rules.moments.Moment`."""


def claimed(where: str, most: str | None = None) -> str:
    """Records that are not deleted and claim a moment; `most`: of each feed the first ones only."""

    def bounded(key: str) -> str:
        return "" if most is None else f"ORDER BY learner_id, {key} LIMIT {most}"

    return f"""
        (
            SELECT lesson_id, least(signed_in_at, signed_out_at) AS begins_at,
                   greatest(signed_in_at, signed_out_at) AS ends_at, batch_id, beacon
            FROM attendance
            WHERE {where} AND NOT deleted AND coalesce(signed_in_at, signed_out_at) IS NOT NULL
            {bounded("lesson_id")}
        ) UNION ALL (
            SELECT lesson_id, online_at, offline_at, batch_id, beacon
            FROM learning_records WHERE {where} AND NOT deleted {bounded("session_id")}
        )
    """  # noqa: S608 (put together from constants)


KNOWN_OF_CLAIMED = """
    LEFT JOIN LATERAL (
        SELECT received_at FROM batches WHERE batches.batch_id = claimed.batch_id OFFSET 0
    ) AS batch ON true
    LEFT JOIN LATERAL (
        SELECT issued_at FROM ledger_checkpoints WHERE root = decode(claimed.beacon, 'hex') LIMIT 1
    ) AS quoted ON true
    CROSS JOIN LATERAL (SELECT claimed.beacon IS NOT NULL AS quotes) AS told
"""
"""A root is that of one tree: no two checkpoints have the same."""
