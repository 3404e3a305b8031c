"""Judges a basis: its records in temporary tables that stand before the real ones, by eligibility's own code.

In a session that is rolled back (`rehearsing`); nothing of the real tables is touched.
"""

from collections import defaultdict
from collections.abc import Mapping

from app.core.vocabulary import Feed
from app.db.session import WriteSession
from app.db.shadows import cast_shadows, clear_shadows
from app.eligibility.again import Circumstances, explain_again, judge_again
from app.eligibility.judge import Verdict
from app.ingest.feeds import DEFINITIONS
from app.ingest.replay import Row
from app.ingest.repository import upsert_rows
from app.ingest.rows import Rows
from app.ingest.withdrawal_repository import remove
from app.reproduction import repository
from app.reproduction.basis import SHADOWED, Basis
from app.reproduction.schemas import Place
from app.rules.trace import Trace


async def prepare(session: WriteSession) -> None:
    """Once in the transaction; from then on it reads records from the shadows alone."""
    await cast_shadows(session, SHADOWED)


async def lay_out(session: WriteSession, basis: Basis) -> set[str]:
    """Nothing but the basis' records and waivers; the waivers that are stored no more."""
    await clear_shadows(session, SHADOWED)
    await put(session, {**basis.references, **basis.own})
    quoted = {bytes.fromhex(row["beacon"]) for row in basis.own.values() if row.get("beacon")}
    await repository.put_checkpoints(session, quoted, basis.decision.run.assessed_at)
    held = await repository.hold_waivers(session, basis.key, basis.waivers)
    return set(basis.waivers) - held


async def put(session: WriteSession, records: Mapping[Place, Row | None]) -> None:
    """Over what is laid out; None: there is no such record."""
    by_feed: defaultdict[Feed, list[Row]] = defaultdict(list)
    for (feed, platform, key), row in records.items():
        if row is None:
            await remove(session, DEFINITIONS[feed].table, platform, [key])
        else:
            by_feed[feed].append(row)
    for feed, rows in by_feed.items():
        columns: Rows = {name: [row[name] for row in rows] for name in rows[0]}
        await upsert_rows(session, DEFINITIONS[feed].table, columns)


async def judge(session: WriteSession, basis: Basis) -> Verdict:
    """By what is laid out; raises as eligibility does where there is nothing to judge."""
    return await judge_again(session, basis.key, basis.decision.learner_id, _circumstances(basis))


async def explain(session: WriteSession, basis: Basis) -> Trace:
    return await explain_again(session, basis.key, basis.decision.learner_id, _circumstances(basis))


def _circumstances(basis: Basis) -> Circumstances:
    run, learner_id = basis.decision.run, basis.decision.learner_id
    elsewhere = {} if basis.elsewhere is None else {learner_id: basis.elsewhere}
    return Circumstances(basis.version, run.assessed_at, run.ledger_size, elsewhere, basis.is_mixed)
