"""The door that takes batches in, against a model of a few lines: whatever is sent, in whatever steps."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import count
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, seed
from hypothesis import settings as extent
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app.client.batches import Packing, pack
from app.core.config import Settings
from app.core.vocabulary import Feed
from app.db.session import Database
from app.main import create_app
from tests.api.conftest import LIVE, Doors, serving
from tests.faults.extent import SEED, examples
from tests.ingest.examples import Record, changed

pytestmark = pytest.mark.long

LESSONS = ("S1", "S2", "S3")
BAD = b'{"lesson_id":'
COUNTED = ("accepted", "unchanged", "stale", "rejected")


class Version(NamedTuple):
    revision: int
    status: str | None
    """A tombstone has none."""


class Line(NamedTuple):
    lesson_id: str
    said: Version


Batch = Sequence[Line | None]
"""None: a line that is no record."""
Model = Mapping[str, Version]


class Sent(NamedTuple):
    """A request that was answered with a receipt."""

    key: str
    body: bytes
    is_atomic: bool
    receipt: Mapping[str, Any]


versions = st.builds(Version, st.integers(0, 3), st.sampled_from(["late", "absent", None]))
lines = st.builds(Line, st.sampled_from(LESSONS), versions)
batches = st.lists(st.one_of(lines, lines, lines, st.none()), max_size=5)
packings = st.sampled_from(["zstd", "gzip", "identity"])


def fold(model: Model, batch: Batch) -> tuple[Model, Counter[str]]:
    """What semantics.md §2 says becomes of a batch, in so many words."""
    after, counts = dict(model), Counter[str]()
    for line in batch:
        stands = after.get(line.lesson_id) if line else None
        if line is None:
            counts["rejected"] += 1
        elif stands is None or line.said.revision > stands.revision:
            after[line.lesson_id] = line.said
            counts["accepted"] += 1
        elif line.said.revision < stands.revision:
            counts["stale"] += 1
        else:
            counts["unchanged" if line.said == stands else "rejected"] += 1
    return after, counts


class FeedDoor(RuleBasedStateMachine):
    """One learner in a class group of its own; `client` and `tally` are set by the test."""

    client: httpx.Client
    tally: Counter[str]
    numbers = count()
    receipts = Bundle("receipts")

    def __init__(self) -> None:
        super().__init__()
        self.number = next(self.numbers)
        self.class_group_id = f"C{self.number}"
        self.keys: Iterator[str] = (f"{self.number}-{number}" for number in count())
        self.model: Model = {}

    @rule(target=receipts, batch=batches, is_atomic=st.booleans(), packing=packings)
    def push(self, batch: Batch, *, is_atomic: bool, packing: Packing) -> Sent:
        after, counts = fold(self.model, batch)
        key, body = next(self.keys), self.body_of(batch)
        answer = self.send(key, body, is_atomic=is_atomic, packing=packing)
        told = answer.json()
        assert [told[name] for name in ("received", *COUNTED)] == [len(batch), *(counts[n] for n in COUNTED)]
        if is_atomic and counts["rejected"]:
            assert (answer.status_code, told["code"]) == (422, "batch_rejected")
            return self.push_mended(key, batch)
        assert answer.status_code == 200
        assert "Idempotency-Replayed" not in answer.headers
        self.model = after
        return Sent(key, body, is_atomic, told)

    def push_mended(self, key: str, batch: Batch) -> Sent:
        """A refusal stored nothing, so the key is free for the same batch where rejections are accepted."""
        self.model, _ = fold(self.model, batch)
        answer = self.send(key, self.body_of(batch), is_atomic=False)
        assert answer.status_code == 200
        return Sent(key, self.body_of(batch), False, answer.json())

    @rule(sent=receipts, packing=packings)
    def repeat(self, sent: Sent, packing: Packing) -> None:
        answer = self.send(sent.key, sent.body, is_atomic=sent.is_atomic, packing=packing)
        assert answer.status_code == 200
        assert answer.headers["Idempotency-Replayed"] == "true"
        assert answer.json() == sent.receipt

    @rule(sent=receipts, batch=batches)
    def reuse_the_key_for_another_batch(self, sent: Sent, batch: Batch) -> None:
        body = self.body_of(batch) + b"\n"
        answer = self.send(sent.key, body, is_atomic=sent.is_atomic)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    @rule(sent=receipts)
    def reuse_the_key_for_another_question(self, sent: Sent) -> None:
        answer = self.send(sent.key, sent.body, is_atomic=not sent.is_atomic)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")

    @invariant()
    def what_is_read_back_is_what_stands(self) -> None:
        for lesson_id in LESSONS:
            answer = self.client.get("/api/v1/records/attendance", params=self.key_of(lesson_id))
            if lesson_id not in self.model:
                assert answer.status_code == 404
                continue
            told, (revision, status) = answer.json(), self.model[lesson_id]
            assert (told["revision"], told.get("status"), told["deleted"]) == (
                revision,
                status,
                status is None,
            )
        self.tally["steps"] += 1

    def key_of(self, lesson_id: str) -> Record:
        return {"class_group_id": self.class_group_id, "learner_id": "L1", "lesson_id": lesson_id}

    def body_of(self, batch: Batch) -> bytes:
        return b"\n".join(BAD if line is None else self.line_of(*line) for line in batch)

    def line_of(self, lesson_id: str, said: Version) -> bytes:
        record = self.key_of(lesson_id) | {"revision": said.revision}
        if said.status is None:
            return msgspec.json.encode(record | {"deleted": True})
        return msgspec.json.encode(changed(Feed.attendance, **record, status=said.status))

    def send(
        self, key: str, body: bytes, *, is_atomic: bool, packing: Packing = "identity"
    ) -> httpx.Response:
        content, packed = pack(body, packing)
        headers = {"Idempotency-Key": key, "Content-Type": "application/x-ndjson", **packed}
        params = {"atomic": "true"} if is_atomic else None
        return self.client.post("/api/v1/feeds/attendance", content=content, headers=headers, params=params)


async def test_the_feed_door_does_what_its_model_does(
    settings: Settings, database: Database, tally: Counter[str]
) -> None:
    async with AsyncExitStack() as stack:
        address = stack.enter_context(serving(create_app(settings)))
        doors = Doors(database, httpx.AsyncHTTPTransport(), address, stack)
        token = (await doors.signed_in(LIVE)).headers["Authorization"]
        client = httpx.Client(base_url=address, headers={"Authorization": token}, trust_env=False, timeout=60)
        FeedDoor.client, FeedDoor.tally = stack.enter_context(client), tally
        await asyncio.to_thread(run)


def run() -> None:
    limits = extent(
        max_examples=examples(),
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(seed(SEED)(FeedDoor), settings=limits)
