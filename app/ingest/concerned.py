"""Class groups whose figures rest on records that do not name them: of project, enterprise, teachers.

A course may change its project and a teaching record its hours: then what stood before concerns somebody too.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import WriteSession
from app.ingest import concerned_repository as repository
from app.ingest.decision import Decision
from app.ingest.definition import Effect
from app.ingest.merge import Key
from app.ingest.preparation import Prepared

INSTRUCTOR = 2
"""Where the key of a teaching record names who taught."""


async def lock(session: WriteSession, feed: Feed, platform: PlatformCode, keys: Collection[Key]) -> None:
    """Behind the stripes and districts. Who is concerned is seen, or sees what was stored when it is judged.

    Class groups only read projects and courses; teaching records meet those of the same teachers.
    """
    if feed in {Feed.projects, Feed.courses, Feed.class_groups}:
        await repository.lock_projects(session, platform, is_shared=feed is Feed.class_groups)
    if feed is Feed.teaching_records:
        await repository.lock_teachers(session, platform, {str(key[INSTRUCTOR]) for key in keys})


async def concerned(
    session: WriteSession, feed: Feed, platform: PlatformCode, keys: Sequence[Key]
) -> set[ClassGroupKey]:
    """By what is stored under these keys now: asked before they are changed and after."""
    if not keys:
        return set()
    match feed:
        case Feed.projects:
            return await repository.of_projects(session, platform, [str(key[0]) for key in keys])
        case Feed.courses:
            return await repository.of_courses(session, platform, [str(key[0]) for key in keys])
        case Feed.enterprises:
            return await repository.of_enterprises(session, [str(key[0]) for key in keys])
        case Feed.teaching_records:
            return await repository.of_teachers(session, platform, keys)
        case _:
            return set()


async def noted(session: WriteSession, prepared: Prepared, decision: Decision) -> Decision:
    """With the class groups that what is stored now concerns; asked once before it changes and once after."""
    delivery, names = prepared.delivery, [field.name for field in prepared.definition.keys]
    if prepared.definition.effect not in {Effect.elsewhere, Effect.class_level}:
        return decision
    keys = decision.accepted_keys(names)
    found = await concerned(session, delivery.feed, delivery.platform, keys)
    named = {ClassGroupKey(delivery.platform, ClassGroupId(each)) for each in decision.touches}
    return replace(decision, concerned=decision.concerned | (found - named))
