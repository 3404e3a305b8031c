"""Every sealed column is known to the rotation: a forgotten one would lose its values with its key."""

from app.db.models import Base
from app.rotation.schemas import KEPT, LIVING
from tests.db.test_grants import APPEND_ONLY


def test_every_sealed_column_follows_the_key_or_is_kept_under_its_own() -> None:
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    known = [(table.name, column) for table in (*LIVING, *KEPT) for column in table.columns]
    assert len(known) == len(set(known))
    assert set(known) == sealed


def test_only_what_may_never_change_is_kept_under_its_key() -> None:
    assert {table.name for table in KEPT} <= APPEND_ONLY
    assert not {table.name for table in LIVING} & APPEND_ONLY
