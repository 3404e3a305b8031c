"""How tests take away what is kept: as a schema's owner who puts the guards aside (docs/retention.md)."""

import re

_DELETION = re.compile(r"\b(?:DELETE FROM|TRUNCATE) (?:ONLY )?(\w+)")


def unguarded(statements: str) -> str:
    """The statements, while the tables that they delete from are without their triggers.

    >>> print(unguarded("DELETE FROM decisions"))
    ALTER TABLE decisions DISABLE TRIGGER USER;
    DELETE FROM decisions;
    ALTER TABLE decisions ENABLE TRIGGER USER;
    """
    tables = sorted(set(_DELETION.findall(statements)))
    aside = [f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in tables]
    again = [f"ALTER TABLE {table} ENABLE TRIGGER USER;" for table in tables]
    return "\n".join([*aside, f"{statements};", *again])
