"""Batches of projects, courses and enterprises stay, whichever class groups they concern, and all that go."""

import re

import pytest
from fastapi import FastAPI

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.feeds import DEFINITIONS
from app.retention.repository import NAMING_CLASS_GROUPS
from tests.ingest.deliveries import rows
from tests.ingest.examples import OTHER_USCC
from tests.retention.past import C1, C2, Officials, Record, assess, disposed, of_2020, push, push_class_group

P2 = PlatformCode("vod-b")
D1 = ClassGroupKey(P2, ClassGroupId("D1"))
D2 = ClassGroupKey(P2, ClassGroupId("D2"))
ARCHIVED = """
    SELECT (SELECT count(*) FROM batch_archives WHERE batch_id = :batch_id),
           (SELECT count(*) FROM disposed_objects WHERE object_id = :batch_id)
"""
LINKS = "SELECT platform, class_group_id FROM batch_class_groups WHERE batch_id = :batch_id ORDER BY 2"


async def test_a_batch_of_an_enterprise_outlives_its_class_groups_elsewhere(
    past: FastAPI, officials: Officials, database: Database
) -> None:
    """One platform tells of an enterprise whose class groups are all on another one."""
    for key in (D1, D2):
        await push_class_group(past, key.class_group_id, platform=P2, enterprise_uscc=OTHER_USCC)
    told = await push(past, Feed.enterprises, of_2020(Feed.enterprises, uscc=OTHER_USCC))
    batch_id = told.batch.batch_id
    assert await rows(database, LINKS, batch_id=batch_id) == [tuple(D1), tuple(D2)]
    await assess(past, D1, D2)
    for key in (D1, D2):
        await disposed(officials, key)
        assert await rows(database, ARCHIVED, batch_id=batch_id) == [(1, 0)]


@pytest.mark.parametrize("feed", [Feed.projects, Feed.courses])
async def test_a_batch_of_a_project_is_there_for_class_groups_that_come_later(
    past: FastAPI, officials: Officials, database: Database, feed: Feed
) -> None:
    changed: Record = of_2020(feed, name="数控铣工", revision=1)
    batch_id = (await push(past, feed, changed)).batch.batch_id
    assert await rows(database, LINKS, batch_id=batch_id) == [tuple(C1)]
    await assess(past, C1)
    await disposed(officials)
    await push_class_group(past, "C2")
    await assess(past, C2)
    assert await rows(database, ARCHIVED, batch_id=batch_id) == [(1, 0)]


async def test_a_batch_of_references_keeps_no_archive_of_others(past: FastAPI, officials: Officials) -> None:
    """Class groups of one enterprise have no archive in common by it; the number tells of their own."""
    other = of_2020(Feed.class_groups, class_group_id="C2", programme="bj-internet-plus-2020")
    await push(past, Feed.class_groups, other)
    await push(past, Feed.enterprises, of_2020(Feed.enterprises, contact_name="赵六", revision=1))
    told = (await officials.first.get("/api/v1/retention/live-a/C1")).json()
    kinds = {each["kind"]: each for each in told["objects"]}
    assert (kinds["archives"]["number"], kinds["archives"]["keep_until"]) == (11, "2025-05-02")


async def test_both_lists_of_feeds_that_name_a_class_group_are_the_feeds(database: Database) -> None:
    with_class_group = {feed for feed in Feed if DEFINITIONS[feed].has_class_group}
    assert set(NAMING_CLASS_GROUPS) == with_class_group
    ((source,),) = await rows(database, "SELECT prosrc FROM pg_proc WHERE proname = 'name_disposed'")
    (listed,) = re.findall(r"feed IN \(([^)]*)\)", source)
    assert set(re.findall("[a-z-]+", listed)) == with_class_group
