"""What a sealed value is sealed for. Who seals and who opens must name the same place."""


def column_context(table: str, column: str) -> str:
    """A cell of a table: `enrollments.id_number_sealed`. It does not open as another column's."""
    return f"{table}.{column}"


def row_context(table: str, column: str, row_id: object) -> str:
    """One row's cell: it does not open in another row either."""
    return f"{table}.{column} {row_id}"
