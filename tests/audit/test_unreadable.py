"""What cannot be read at all stops no check: it is told with its place, and all else is looked at."""

import threading

import pytest

from app.audit import tree
from app.audit.schemas import Difference, Fault, Level
from app.audit.service import checks
from app.db.session import reading
from app.ledger.checkpoint import signers
from tests.audit.conftest import Copy
from tests.audit.world import CLOSED

# ruff: noqa: S608 (statements are put together from constants)

WITHOUT_TRIGGERS = "SET session_replication_role = replica"
SCORE = f"UPDATE exam_scores SET score = 99 WHERE class_group_id = '{CLOSED}'"
OF_THE_FIRST = "ctid = (SELECT min(ctid) FROM {table} WHERE {column} IS NOT NULL)"
DEEP = "convert_to(repeat('[', 100000), 'UTF8')"
UNBOUND = "ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_leaf_hashes_envelope;"


def flipped(table: str, column: str, byte: int) -> str:
    """One byte of how a sealed value begins: version, then key id."""
    this = OF_THE_FIRST.format(table=table, column=column)
    other = f"set_byte({column}, {byte}, get_byte({column}, {byte}) # 1)"
    return f"UPDATE {table} SET {column} = {other} WHERE {this}"


def places(found: list[Difference]) -> set[tuple[str, Fault, tuple[str, ...]]]:
    return {(each.table, each.fault, each.columns) for each in found}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("enrollments", "phone_sealed"),
        ("enrollments", "id_number_sealed"),
        ("batch_archives", "body_sealed"),
        ("assessment_runs", "secret_sealed"),
        ("trail_digests", "secret_sealed"),
        ("ledger_log_keys", "private_key_sealed"),
    ],
)
@pytest.mark.parametrize("byte", [0, 3])
async def test_a_sealed_value_that_names_no_key_is_told_and_all_else_is_checked(
    copy: Copy, table: str, column: str, byte: int
) -> None:
    right = await copy.check()
    await copy.owner.execute(WITHOUT_TRIGGERS)
    await copy.owner.execute(SCORE)
    await copy.owner.execute(flipped(table, column, byte))
    check = await copy.check()
    told = [(each["table"], each["fault"], tuple(each["columns"])) for each in check.differences]
    assert (table, "unreadable", (column,)) in told
    assert "exam_scores" in {each for each, _, _ in told}
    assert "-" not in {each for each, _, _ in told}
    assert check.counts["enrollments"] == right.counts["enrollments"]
    assert (check.size, check.root) == (right.size, right.root)


async def test_a_sealed_value_that_is_one_byte_is_told(copy: Copy) -> None:
    await copy.owner.execute(r"UPDATE enrollments SET phone_sealed = '\x00'")
    found = await copy.differences()
    assert ("enrollments", Fault.unreadable, ("phone_sealed",)) in places(found)
    assert {each.level for each in found} == {Level.log, Level.rows}


@pytest.mark.parametrize(
    ("act", "place"),
    [
        (
            f"{UNBOUND} UPDATE ledger_entries SET leaf_hash = '\\x00' WHERE index = 20",
            ("ledger_entries", Fault.changed, ("leaf_hash",)),
        ),
        (
            "UPDATE ledger_log_keys SET public_key = '\\x00'",
            ("ledger_log_keys", Fault.changed, ("public_key",)),
        ),
        ("UPDATE ledger_log_keys SET kid = 'xyz'", ("ledger_log_keys", Fault.added, ())),
        (
            f"{UNBOUND} UPDATE ledger_entries SET envelope = {DEEP} WHERE index = 20",
            ("ledger_entries", Fault.changed, ("leaf_hash", "envelope")),
        ),
    ],
    ids=["leaf-hash", "public-key", "key-id", "envelope"],
)
async def test_what_is_none_of_its_kind_is_told(
    copy: Copy, act: str, place: tuple[str, Fault, tuple[str, ...]]
) -> None:
    await copy.owner.execute(WITHOUT_TRIGGERS)
    await copy.owner.execute(SCORE)
    await copy.owner.execute(act)
    found = places(await copy.differences())
    assert place in found
    assert ("exam_scores", Fault.changed, ("score",)) in found
    assert "-" not in {table for table, _, _ in found}


async def test_what_stops_the_level_of_the_log_is_told_and_kept(copy: Copy) -> None:
    """A year that no program here has; nothing of the log can be read past it."""
    await copy.owner.execute(WITHOUT_TRIGGERS)
    await copy.owner.execute(SCORE)
    await copy.owner.execute("UPDATE ledger_entries SET recorded_at = '4000-01-01 BC' WHERE index = 20")
    await copy.check()
    async with reading(copy.database) as session:
        (kept,) = await checks(session)
    told = {(each["level"], each["table"], each["fault"]) for each in kept.differences}
    assert ("log", "-", "unreadable") in told
    assert ("rows", "exam_scores", "changed") in told


async def test_checkpoints_are_verified_by_pages_and_beside_the_loop(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set()

    def noted(*of_it: object) -> set[bytes]:
        threads.add(threading.current_thread())
        return signers(*of_it)  # type: ignore[arg-type]

    right = (await copy.check()).counts["checkpoints"]
    monkeypatch.setattr(tree, "CHECKPOINTS_AT_ONCE", 2)
    monkeypatch.setattr(tree, "signers", noted)
    assert (await copy.check()).counts["differences"] == 0
    await copy.owner.execute("""
        INSERT INTO ledger_checkpoints
        SELECT put_in, root, issued_at, note
        FROM ledger_checkpoints, unnest('{-1,0,1,3,7,99999}'::bigint[]) AS put_in
        ORDER BY size DESC LIMIT 6
    """)
    check = await copy.check()
    assert {each["key"]["size"] for each in check.differences} == {"-1", "0", "1", "3", "7", "99999"}
    assert check.counts["checkpoints"] == right + 6
    assert threading.main_thread() not in threads
