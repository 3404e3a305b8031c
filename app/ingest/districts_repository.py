"""All SQL that keeps the district of its enterprise beside each class group."""

from collections.abc import Collection, Mapping, Sequence
from zlib import crc32

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Update,
    any_,
    bindparam,
    func,
    select,
    tuple_,
    update,
)

from app.db.models import ClassGroup
from app.db.session import WriteSession, driver
from app.ingest.repository import STRIPES, lock_number
from app.records.districts import district_of

# A shared lock is for those who only read districts.
LOCK = """
    SELECT CASE WHEN $2 THEN pg_advisory_xact_lock_shared(stripe) ELSE pg_advisory_xact_lock(stripe) END
    FROM unnest($1::bigint[]) AS stripe
"""


async def lock_districts(session: WriteSession, usccs: Collection[str], *, is_shared: bool) -> None:
    """Who stores class groups of an enterprise waits for who stores an entry of it, and the other way round.

    Taken behind the stripes of the keys, which nobody asks for who holds one of these: no circle.
    """
    stripes = {crc32(uscc.encode()) % STRIPES for uscc in usccs}
    numbers = sorted(lock_number(f"district {stripe}") for stripe in stripes)
    await (await driver(session)).execute(LOCK, numbers, is_shared)


async def districts(session: WriteSession, usccs: Collection[str]) -> Mapping[str, str]:
    """Without those that no entry is stored of."""
    rows = await session.execute(districts_statement(list(usccs)))
    return {row[0]: row[1] for row in rows if row[1] is not None}


def districts_statement(usccs: Sequence[str]) -> Select[str, str | None]:
    named = func.unnest(_texts(usccs)).table_valued("uscc", name="named").render_derived()
    return select(named.c.uscc, district_of(named.c.uscc))


async def move_class_groups(session: WriteSession, usccs: Collection[str]) -> None:
    """Of these enterprises, to the district that is theirs now. In one order, as others may do so too."""
    await session.execute(move_statement(list(usccs)))


def move_statement(usccs: Sequence[str]) -> Update:
    district = district_of(ClassGroup.enterprise_uscc)
    moved = (
        select(ClassGroup.platform, ClassGroup.class_group_id, district.label("district"))
        .where(ClassGroup.enterprise_uscc == any_(_texts(usccs)))
        .where(ClassGroup.district_code.is_distinct_from(district))
        .order_by(ClassGroup.platform, ClassGroup.class_group_id)
        .with_for_update(key_share=True, of=ClassGroup)
        .cte("moved")
    )
    return (
        update(ClassGroup)
        .values(district_code=moved.c.district)
        .where(tuple_(ClassGroup.platform, ClassGroup.class_group_id) == tuple_(*moved.c[:2]))
        .execution_options(synchronize_session=False)
    )


def _texts(values: Sequence[str]) -> ColumnElement[Sequence[str]]:
    return bindparam(None, values, ARRAY(Text))
