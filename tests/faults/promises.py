"""What the database must hold once the faults are over and all is assessed; how it came there is no matter.

Rows, standings and findings of a platform must be those of its quiet twin (audit.py).
"""

import hashlib
import json
from collections import Counter
from itertools import chain
from typing import Any

import asyncpg
import msgspec

from app.client.receipts import Receipt
from app.core.vocabulary import Feed
from app.privacy.keyring import KeyRing
from tests.faults.evidence import COUNTED, Evidence, class_groups_of, evidence
from tests.faults.load import KEYS, NONSENSE, Key, record
from tests.faults.pushers import Journal
from tests.faults.runs import check_runs
from tests.faults.site import PLATFORMS, TWINS
from tests.faults.trail import check_trail

Standing = dict[tuple[str, Feed, Key], int]
"""The highest revision by platform, feed and key."""

OF_ITS_OWN = {"platform", "batch_id", "line", "content_hash"}
"""Columns in which twins differ; so do those that are sealed."""

STANDINGS = """
    SELECT class_group_id, learner_id, enterprise_uscc, programme, policy_version, eligibility, outlook,
           facts::text, rules::text, outcome_tags, decision_id IS NULL AS is_undecided
    FROM assessments WHERE platform = $1 ORDER BY 1, 2
"""
CLASS_GROUPS = """
    SELECT class_group_id, next_due_at, is_final, headcount, counts::text
    FROM class_group_assessments WHERE platform = $1 ORDER BY 1
"""
FINDINGS = """
    SELECT class_group_id, learner_id, rule, outcome, severity, evidence::text
    FROM findings WHERE platform = $1 AND state = 'open' ORDER BY 1, 2, 3
"""
ENTRIES = """
    SELECT index, leaf_hash, envelope,
           (kind, subject_id) IN (SELECT 'batch', batch_id FROM batches)
           OR (kind, subject_id) IN (SELECT 'assessment', run_id FROM assessment_runs)
           OR (kind, subject_id) IN (SELECT 'access', digest_id FROM trail_digests)
           OR (kind, subject_id) IN (SELECT 'policy', record_id FROM policy_versions)
           OR kind = 'key' AND convert_from(envelope, 'UTF8')::json ->> 'key_id' IN (
               SELECT kid FROM ledger_log_keys
           ) AS is_founded
    FROM ledger_entries ORDER BY index
"""


async def kept(connection: asyncpg.Connection, key_ring: KeyRing, journal: Journal) -> Counter[str]:
    """Raises at the first promise that was broken; else how much was looked at."""
    found = await evidence(connection, key_ring)
    _check_receipts(journal, found)
    await _check_sequence(connection)
    await _check_links(connection, found)
    await _check_rows(connection, journal, found)
    runs = await check_runs(connection, key_ring, found)
    hours = await check_trail(connection, key_ring)
    judged = await _check_results(connection)
    promised = [receipt.received for receipt in journal.receipts.values()]
    return Counter(
        receipts=len(promised), records=sum(promised), leaves=len(found) + runs + hours, judged=judged
    )


def standing_of(journal: Journal) -> Standing:
    standing: Standing = {}
    for sending in journal.sent:
        for line in set(sending.lines).difference(NONSENSE):
            told = msgspec.json.decode(line)
            place = (sending.platform, sending.feed, tuple(told[name] for name in KEYS[sending.feed]))
            standing[place] = max(told["revision"], standing.get(place, 0))
    return standing


def of_twins(standing: Standing) -> dict[tuple[str, Feed], list[dict[str, Any]]]:
    """The records that stand, by platform and feed: all that its twin is told."""
    records: dict[tuple[str, Feed], list[dict[str, Any]]] = {}
    for (platform, feed, key), revision in standing.items():
        records.setdefault((platform, feed), []).append(record(feed, key, revision))
    return records


def _check_receipts(journal: Journal, found: list[Evidence]) -> None:
    """Each receipt has its batch, each batch of a faulty platform its receipt, and it holds what was sent."""
    stored = {str(each.row["batch_id"]): each for each in found if each.row["platform"] in PLATFORMS}
    sent = {sending.key: sending for sending in journal.sent}
    assert journal.receipts.keys() == sent.keys()
    for key, receipt in journal.receipts.items():
        each = stored.pop(receipt.batch_id, None)
        assert each is not None, f"{receipt.batch_id} was promised and is lost, or was promised twice"
        assert each.lines == sent[key].lines
        assert (each.row["platform"], each.row["feed"]) == sent[key][1:3]
        assert each.row["leaf_hash"].hex() == receipt.ledger.leaf_hash
        assert [each.row[name] for name in COUNTED] == _counts_of(receipt)
    assert stored.keys() == set(), "stored under a key that has another batch already"


def _counts_of(receipt: Receipt) -> list[int]:
    return [getattr(receipt, name) for name in COUNTED]


async def _check_sequence(connection: asyncpg.Connection) -> None:
    """Without a gap from the first entry to the head, and every entry attests something that is there."""
    entries = await connection.fetch(ENTRIES)
    assert [entry["index"] for entry in entries] == list(range(len(entries))), "the sequence has a gap"
    assert await connection.fetchval("SELECT size FROM ledger_head") == len(entries)
    assert await connection.fetchval("SELECT count(*) FROM ledger_pending") == 0
    assert [entry["index"] for entry in entries if not entry["is_founded"]] == []
    for entry in entries:
        assert entry["leaf_hash"] == hashlib.sha256(b"\0" + entry["envelope"]).digest()


async def _check_links(connection: asyncpg.Connection, found: list[Evidence]) -> None:
    links = await connection.fetch("SELECT platform, class_group_id, batch_id FROM batch_class_groups")
    expected = {(*group, each.row["batch_id"]) for each in found for group in class_groups_of(each)}
    assert {tuple(link) for link in links} == expected


async def _check_rows(connection: asyncpg.Connection, journal: Journal, found: list[Evidence]) -> None:
    standing = standing_of(journal)
    for feed, key in KEYS.items():
        rows = {each: await connection.fetch(rows_of(feed), each) for each in (*TWINS, *TWINS.values())}
        for platform, twin in TWINS.items():
            own = rows[platform]
            told = {tuple(row[name] for name in key): row["revision"] for row in own}
            assert told == {place[2]: r for place, r in standing.items() if place[:2] == (platform, feed)}
            assert plain_rows(own) == plain_rows(rows[twin])
        _check_origins(feed, list(chain(*rows.values())), found)


def rows_of(feed: Feed) -> str:
    """The question for all rows of a platform, in the order of their keys."""
    table = feed.replace("-", "_")
    return f"SELECT * FROM {table} WHERE platform = $1 ORDER BY {', '.join(KEYS[feed])}"  # noqa: S608 (ours)


def plain_rows(rows: list[asyncpg.Record]) -> list[dict[str, Any]]:
    """What twins have in common."""
    return list(map(_plain, rows))


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    return {
        name: value for name, value in row.items() if name not in OF_ITS_OWN and not name.endswith("_sealed")
    }


def _check_origins(feed: Feed, rows: list[asyncpg.Record], found: list[Evidence]) -> None:
    """Each row names the very line of the archive that said it."""
    lines = {
        (each.row["batch_id"], number): (each.row["platform"], json.loads(line))
        for each in found
        if each.row["feed"] == feed
        for number, line in each.accepted
    }
    for row in rows:
        platform, told = lines[row["batch_id"], row["line"]]
        assert (platform, told["revision"]) == (row["platform"], row["revision"])
        assert [told[name] for name in KEYS[feed]] == [row[name] for name in KEYS[feed]]


async def _check_results(connection: asyncpg.Connection) -> int:
    """How many enrollments of the faulty platforms stand as those of their twins."""
    assert await connection.fetchval("SELECT count(*) FROM touches") == 0
    for statement in (STANDINGS, CLASS_GROUPS, FINDINGS):
        for platform, twin in TWINS.items():
            assert await connection.fetch(statement, platform) == await connection.fetch(statement, twin)
    return sum([len(await connection.fetch(STANDINGS, platform)) for platform in TWINS])
