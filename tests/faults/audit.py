"""Proves from the database that every promise was kept, once the faults are over and all is assessed.

A quiet twin of each platform gets the highest revision of every record, all at once and without a fault.
Rows, standings and findings of the two must be the same.
"""

import json
from collections import Counter
from itertools import chain
from typing import Any

import asyncpg
import msgspec

from app.client.receipts import Receipt
from app.core.vocabulary import Feed
from tests.faults.evidence import COUNTED, Evidence, evidence
from tests.faults.load import KEYS, NONSENSE, Key, record
from tests.faults.pushers import Journal
from tests.faults.site import PLATFORMS, TWINS, Site

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
UNFOUNDED = """
    SELECT count(*) FROM assessments AS standing LEFT JOIN LATERAL (
        SELECT decision_id, eligibility FROM decisions AS decided
        WHERE decided.platform = standing.platform AND decided.class_group_id = standing.class_group_id
          AND decided.learner_id = standing.learner_id
        ORDER BY decided_at DESC, decision_id DESC LIMIT 1
    ) AS latest ON true
    WHERE standing.decision_id IS NOT NULL
      AND (latest.decision_id, latest.eligibility)
          IS DISTINCT FROM (standing.decision_id, standing.eligibility)
"""
TREELESS = """
    SELECT count(*) FROM assessment_runs FULL JOIN ledger_entries ON subject_id = run_id
    WHERE (kind IS NULL OR kind = 'assessment') AND (run_id IS NULL OR index IS NULL)
"""


async def audit(site: Site) -> Counter[str]:
    """Raises at the first promise that was broken; else what was looked at."""
    assert site.journal.failures == []
    catch_up(site)
    compare_with_twins(site)
    connection = await asyncpg.connect(site.state.superuser_url.removesuffix("postgres") + "supervise")
    try:
        found = await evidence(connection, site.key_ring)
        _check_receipts(site.journal, found)
        await _check_sequence(connection, found)
        await _check_links(connection, found)
        await _check_rows(connection, site.journal, found)
        judged = await _check_results(connection)
    finally:
        await connection.close()
    promised = [receipt.received for receipt in site.journal.receipts.values()]
    return Counter(receipts=len(promised), records=sum(promised), judged=judged)


def catch_up(site: Site) -> None:
    site.wait_until_ready()
    site.clients(PLATFORMS[0])[0].wait_until_assessed(limit_s=120)


def compare_with_twins(site: Site) -> None:
    """Gives the twins what stands, and waits until they are assessed."""
    for (platform, feed), records in _of_twins(standing_of(site.journal)).items():
        client = site.clients(TWINS[platform])[0]
        for receipt in client.push(feed, records):
            assert receipt.accepted == receipt.received
    catch_up(site)


def standing_of(journal: Journal) -> Standing:
    standing: Standing = {}
    for sending in journal.sent:
        for line in set(sending.lines).difference(NONSENSE):
            told = msgspec.json.decode(line)
            place = (sending.platform, sending.feed, tuple(told[name] for name in KEYS[sending.feed]))
            standing[place] = max(told["revision"], standing.get(place, 0))
    return standing


def _of_twins(standing: Standing) -> dict[tuple[str, Feed], list[dict[str, Any]]]:
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


async def _check_sequence(connection: asyncpg.Connection, found: list[Evidence]) -> None:
    indexes = [row["index"] for row in await connection.fetch("SELECT index FROM ledger_entries ORDER BY 1")]
    assert indexes == list(range(len(indexes))), "the sequence has a gap"
    assert await connection.fetchval("SELECT size FROM ledger_head") == len(indexes)
    assert await connection.fetchval("SELECT count(*) FROM ledger_pending WHERE kind = 'batch'") == 0
    kinds = await connection.fetchval("SELECT count(*) FROM ledger_entries WHERE kind = 'batch'")
    assert kinds == len(found)


async def _check_links(connection: asyncpg.Connection, found: list[Evidence]) -> None:
    expected = {
        (each.row["platform"], msgspec.json.decode(line)["class_group_id"], each.row["batch_id"])
        for each in found
        for _, line in each.accepted
    }
    links = await connection.fetch("SELECT platform, class_group_id, batch_id FROM batch_class_groups")
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
    assert await connection.fetchval(UNFOUNDED) == 0, "a standing that is not its latest decision"
    assert await connection.fetchval(TREELESS) == 0, "a run and its entry go together"
    for statement in (STANDINGS, CLASS_GROUPS, FINDINGS):
        for platform, twin in TWINS.items():
            assert await connection.fetch(statement, platform) == await connection.fetch(statement, twin)
    return sum([len(await connection.fetch(STANDINGS, platform)) for platform in TWINS])
