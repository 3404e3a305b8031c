"""The district of a class group is that of its enterprise, whichever of the two comes first or changes."""

from collections.abc import Mapping
from dataclasses import replace

from app.core.vocabulary import Feed
from app.db.session import WriteSession
from app.ingest import districts_repository as repository
from app.ingest.copy_text import with_column
from app.ingest.decision import Decision
from app.ingest.preparation import Prepared
from app.ingest.rows import Rows

ENTERPRISE, DISTRICT = "enterprise_uscc", "district_code"


async def lock(session: WriteSession, prepared: Prepared) -> None:
    """For the transaction. Class groups only read districts; entries of enterprises change them."""
    if prepared.definition.feed is Feed.class_groups:
        (position,) = prepared.definition.positions((ENTERPRISE,))
        named = set(prepared.checked.columns[position]) - {None}
        await repository.lock_districts(session, named, is_shared=True)
    if prepared.definition.feed is Feed.enterprises:
        await repository.lock_districts(session, _usccs(prepared), is_shared=False)


async def placed(session: WriteSession, prepared: Prepared, decision: Decision) -> Decision:
    """Class groups with the district of their enterprise, if one is stored; others as they are."""
    if prepared.definition.feed is not Feed.class_groups:
        return decision
    named = {*decision.new_rows[ENTERPRISE], *decision.changed_rows[ENTERPRISE]} - {None}
    known = await repository.districts(session, named)
    new_rows, changed_rows = (_placed(rows, known) for rows in (decision.new_rows, decision.changed_rows))
    text = with_column(decision.new_rows_text, new_rows[DISTRICT])
    return replace(decision, new_rows=new_rows, new_rows_text=text, changed_rows=changed_rows)


async def follow(session: WriteSession, prepared: Prepared) -> None:
    """Class groups of all platforms follow what was stored of their enterprises."""
    if prepared.definition.feed is Feed.enterprises:
        await repository.move_class_groups(session, _usccs(prepared))


def _placed(rows: Rows, known: Mapping[str, str]) -> Rows:
    return rows | {DISTRICT: [known.get(uscc) for uscc in rows[ENTERPRISE]]}


def _usccs(prepared: Prepared) -> set[str]:
    return {str(key[0]) for key in prepared.keys}
