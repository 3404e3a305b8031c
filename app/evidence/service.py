"""Bundles: all that decisions rest on, in one file that can be checked anywhere (docs/bundles.md).

First it is seen what the bundle needs; where no checkpoint holds all of it, one is published. Then all of it
is read in one repeatable transaction, which leaves the trail's entries too: no entry, no bundle.
"""

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID

from app.core.ids import LearnerId, RunId
from app.db.confinement import Confinement
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.eligibility.answers_final import final_class_group
from app.eligibility.errors import EnrollmentNotFound
from app.evidence import repository
from app.evidence.assembly import Assembly
from app.evidence.errors import BundleTooLarge, NotProvableYet
from app.evidence.schemas import NOTHING, Contents, Gathered, Item, Mark, Order, Present
from app.ledger import log_keys, publication
from app.ledger.outlets_repository import witness_keys
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.rights.reveal import assert_within_limit
from app.trail.schemas import Purpose
from app.trail.service import record


class House(NamedTuple):
    """What the program has that every bundle needs."""

    database: Database
    key_ring: KeyRing
    spool_dir: Path
    publish: Callable[[], Awaitable[object]]
    """Signs a checkpoint over all that has an index."""


async def make_bundle(
    house: House, order: Order, present: Present, at: datetime, *, within: Confinement | None = None
) -> IO[bytes]:
    """The whole file, at its beginning; it has no name and ends with its handle.

    Raises `ClassGroupNotFound`, `EnrollmentNotFound`, `NotFinal`, `NotProvableYet`, `BundleTooLarge`,
    `RevealLimitReached`, `ArchiveAltered`.
    """
    async with reading(house.database, repeatable=True, within=within) as session:
        is_held = await _is_held(session, await _gathered(session, order))
    if not is_held:
        await house.publish()
    async with reading(house.database) as session:
        keys = await _keys(session)
    async with transaction(house.database, repeatable=True, within=within) as session:
        gathered = await _gathered(session, order)
        checkpoint = await publication.newest(session)
        if checkpoint is None or not gathered.is_held_by(checkpoint):
            raise NotProvableYet
        mark = Mark(await _leave_entries(session, order, gathered, at), at)
        file = tempfile.TemporaryFile(dir=house.spool_dir)  # noqa: SIM115 (the caller closes it)
        try:
            assembly = Assembly(session, house.key_ring, order, gathered, checkpoint, keys, mark)
            await assembly.write(file, present)
        except BaseException:
            file.close()
            raise
    file.seek(0)
    return file


async def _is_held(session: ReadSession, gathered: Gathered) -> bool:
    checkpoint = await publication.newest(session)
    return checkpoint is not None and gathered.is_held_by(checkpoint)


async def _keys(session: ReadSession) -> list[str]:
    """Retired ones too: they verify what they have signed. Of witnesses, those that have ever cosigned."""
    logs = [f"log {key.vkey}" for key in await log_keys.history(session)]
    return logs + [f"witness {vkey}" for _, vkey in await witness_keys(session)]


async def _gathered(session: ReadSession, order: Order) -> Gathered:
    standings = await _standings(session, order)
    contents = [await _contents(session, item, order, standings[item]) for item in order.items]
    subjects = {subject for each in contents for subject in each.subjects()}
    return Gathered(contents, subjects, await repository.entries(session, subjects))


async def _standings(session: ReadSession, order: Order) -> dict[Item, Mapping[LearnerId, RunId]]:
    """Of class groups that are final: what still changes is no evidence.

    Too many learners are refused here, before any work.
    """
    standings: dict[Item, Mapping[LearnerId, RunId]] = {}
    learners = 0
    for item in order.items:
        await final_class_group(session, Selection(*item.key).within(order.reach))
        standings[item] = await repository.standing(session, item)
        learners += len(standings[item])
        if learners > order.most_learners:
            raise BundleTooLarge.of_learners(order.most_learners)
        if item.learner_id is not None and not standings[item]:
            raise EnrollmentNotFound
    return standings


async def _contents(
    session: ReadSession, item: Item, order: Order, standing: Mapping[LearnerId, RunId]
) -> Contents:
    runs = await repository.runs(session, set(standing.values()))
    return Contents(
        item=item,
        learner_ids=list(standing),
        runs=runs,
        policies=[words for run in runs if (words := await repository.policy_words(session, run))],
        waiver_ids=await repository.waivers(session, item),
        references=await repository.references(session, item.key) if order.scope.originals else NOTHING,
    )


async def _leave_entries(session: WriteSession, order: Order, gathered: Gathered, at: datetime) -> UUID:
    """One for each item, so that every person finds it; the id of the first, which the others bear too."""
    if order.most_a_day is not None:
        await assert_within_limit(session, order.actor.actor_id, order.most_a_day, at)
    purpose, first = Purpose(order.why.purpose, order.why.reason), None
    for each in gathered.contents:
        subject = each.item.subject()
        if order.why.case_reference is not None:
            subject["case_reference"] = order.why.case_reference
        if first is not None:
            subject["bundle_id"] = str(first)
        entry_id = await record(
            session, order.actor, order.action, subject, number=len(each.learner_ids), purpose=purpose
        )
        first = first or entry_id
    if first is None:
        raise TypeError("A bundle is of something.")
    return first
