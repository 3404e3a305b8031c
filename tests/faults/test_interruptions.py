"""Connections that break off and databases that restart: 503 and come back, or nothing; never a half."""

import asyncio
import socket
import time
from collections import Counter
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from app.client import Batch
from app.client.batches import pack
from tests.faults.audit import audit
from tests.faults.load import Sending
from tests.faults.pushers import pushing, send
from tests.faults.site import PLATFORMS, Site, opened_site

pytestmark = pytest.mark.long

PUSHERS = 6
PROGRESS = 5
LONGEST_WAIT_S = 0.5
CUTS_A_ROUND = 10
STORED = "SELECT count(*) FROM batches"
UNDER_WAY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE state <> 'idle' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
CUT_CONNECTIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'supervise'"


def test_connections_that_break_off(rounds: int, chance: Random, tally: Counter[str], tmp_path: Path) -> None:
    """In the body: nothing is stored. After it: the batch is stored once, whoever heard the answer."""
    with opened_site(tmp_path, "server") as site:
        [stream] = site.journal.streams(chance, 1, PLATFORMS)
        for _ in range(rounds * CUTS_A_ROUND):
            part = chance.choice([0.0, chance.random(), 0.999])
            break_off(site, next(stream), part, is_chunked=chance.random() < 0.5)
            tally["in the body"] += 1
        settle(site)
        assert asyncio.run(site.asked(STORED)) == 0
        for _ in range(rounds):
            sending = next(stream)
            break_off(site, sending, 1.0, is_chunked=chance.random() < 0.5)
            site.journal.note_sending(sending)
            send(site.clients(sending.platform), sending, site.journal)
            tally["after it"] += 1
        tally.update(asyncio.run(audit(site)))
        assert list((site.data / "spool").iterdir()) == []
        assert "request failed" not in site.said


def break_off(site: Site, sending: Sending, part: float, *, is_chunked: bool) -> None:
    """Sends that part of the body, and is gone."""
    body, packed = pack(Batch(sending.lines).body, "zstd")
    token = site.clients(sending.platform)[0].token()
    address = urlsplit(site.address())
    head = {
        "Host": address.netloc,
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/x-ndjson",
        "Idempotency-Key": sending.key,
        **packed,
        **({"Transfer-Encoding": "chunked"} if is_chunked else {"Content-Length": str(len(body))}),
    }
    lines = [
        f"POST /api/v1/feeds/{sending.feed} HTTP/1.1",
        *(f"{name}: {value}" for name, value in head.items()),
    ]
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + sent[: int(len(sent) * part)])


def settle(site: Site) -> None:
    """Until no request is under way any more."""
    time.sleep(0.5)
    while asyncio.run(site.asked(UNDER_WAY)):
        time.sleep(0.05)


def test_databases_that_restart(rounds: int, chance: Random, tally: Counter[str], tmp_path: Path) -> None:
    """Stopped, crashed, or without its connections: clients are told to come back, and find all well."""
    with opened_site(tmp_path, "server", "worker") as site:
        clients = {platform: site.clients(platform) for platform in PLATFORMS}
        with pushing(clients, site.journal.streams(chance, PUSHERS, PLATFORMS), site.journal):
            for _ in range(rounds):
                site.wait_for_receipts(PROGRESS)
                time.sleep(chance.uniform(0, LONGEST_WAIT_S))
                tally[interrupt(site, chance)] += 1
                site.journal.generation += 1
            site.wait_for_receipts(PROGRESS)
        tally.update(asyncio.run(audit(site)))
        tally.update(site.journal.pauses)
        assert site.journal.pauses.keys() <= {"HTTP 429", "HTTP 503"}
        assert "request failed" not in site.said
        assert "a step of the worker failed" not in site.said


def interrupt(site: Site, chance: Random) -> str:
    match chance.randrange(3):
        case 0:
            site.stop_postgresql()
            return "stops"
        case 1:
            site.crash_postgresql()
            return "crashes"
        case _:
            asyncio.run(site.administer(CUT_CONNECTIONS))
            return "cuts of all connections"
