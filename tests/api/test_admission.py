"""Who gets a slot, who waits for one, and who is turned away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import httpx
import pytest
from fastapi import FastAPI

from app.api.admission import FIXED_BYTES, Admission, Overloaded, Pace, Place, ShareExceeded
from app.core.errors import Unavailable
from app.core.ids import ClientId
from tests.api.conftest import VOD, Doors

STRANGER = ClientId("stranger")
A, B, C = (ClientId(f"platform-{name}") for name in "abc")
SIZE = 1_000_000 - FIXED_BYTES
"""A batch that costs a million."""
PUSH = "/api/v1/feeds/attendance"
NDJSON = {"Content-Type": "application/x-ndjson"}


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def admission(clock: Clock) -> Admission:
    """Of one slot and a queue of ten seconds, when a batch has taken one."""
    admission = Admission(slots=1, longest_wait_s=10, monotonic=clock)
    for client_id in (A, B, C):
        admission.note_client(client_id, client_id)
    for _ in range(200):
        with admission.pace.working(SIZE + FIXED_BYTES):
            clock.now_s += 1
    return admission


@pytest.fixture
def line(admission: Admission) -> Iterator["Line"]:
    with ExitStack() as stack:
        yield Line(admission, stack)


class Line:
    """In which everybody stays until the test is over."""

    def __init__(self, admission: Admission, stack: ExitStack) -> None:
        self._admission, self._stack = admission, stack

    def join(self, client_id: ClientId) -> Place:
        return self._stack.enter_context(self._admission.expecting(client_id, SIZE))

    def fill(self, *client_ids: ClientId) -> list[int]:
        """Places that each of them gets, when they come in turn until they are turned away."""
        places = dict.fromkeys(client_ids, 0)
        waiting = list(client_ids)
        while waiting:
            for client_id in list(waiting):
                try:
                    self.join(client_id)
                    places[client_id] += 1
                except (Overloaded, ShareExceeded):
                    waiting.remove(client_id)
        return list(places.values())


def test_the_pace_is_that_of_late(clock: Clock) -> None:
    pace = Pace(clock)
    for _ in range(200):
        with pace.working(1000):
            clock.now_s += 0.5
    assert pace.seconds(3000) == pytest.approx(1.5, rel=0.01)


def test_pauses_between_batches_do_not_slow_the_pace(clock: Clock) -> None:
    pace = Pace(clock)
    for _ in range(200):
        with pace.working(1000):
            clock.now_s += 0.5
        clock.now_s += 60
    assert pace.seconds(1000) == pytest.approx(0.5, rel=0.01)


def test_batches_side_by_side_share_the_time(clock: Clock) -> None:
    pace = Pace(clock)
    for _ in range(200):
        with pace.working(1000), pace.working(1000):
            clock.now_s += 1
    assert pace.seconds(1000) == pytest.approx(0.5, rel=0.1)


def test_what_failed_for_want_of_a_database_says_nothing(clock: Clock) -> None:
    pace = Pace(clock)
    before_s = pace.seconds(1000)
    with pytest.raises(Overloaded), pace.working(1000):
        clock.now_s += 1000
        raise Overloaded
    assert pace.seconds(1000) == before_s
    assert issubclass(Overloaded, Unavailable)


def test_a_batch_that_does_not_end_counts_while_it_does_not(clock: Clock) -> None:
    pace = Pace(clock)
    with pace.working(1000):
        before_s = pace.seconds(1000)
        clock.now_s += 1000
        assert pace.seconds(1000) > 10 * before_s


async def test_a_free_slot_is_given_whatever_a_batch_costs(clock: Clock, admission: Admission) -> None:
    with admission.pace.working(1):
        clock.now_s += 10_000
    with admission.expecting(A, SIZE) as place:
        async with asyncio.timeout(1), place.slot(A, SIZE):
            pass
    admission.check(A, SIZE)


async def test_one_client_alone_leaves_a_fifth_of_the_queue(line: Line, admission: Admission) -> None:
    assert line.fill(A) == [8]
    with pytest.raises(Overloaded):
        admission.check(A, SIZE)
    admission.check(B, SIZE)


async def test_clients_get_equal_shares_and_leave_room_for_one_more(line: Line, admission: Admission) -> None:
    assert line.fill(A, B) == [4, 4]
    with pytest.raises(Overloaded):
        admission.check(A, SIZE)


async def test_who_has_more_than_others_is_told_so_while_others_get_in(
    line: Line, admission: Admission
) -> None:
    line.fill(A)
    line.join(B)
    with pytest.raises(ShareExceeded):
        admission.check(A, SIZE)
    admission.check(C, SIZE)
    line.join(C)
    line.join(STRANGER)
    with pytest.raises(Overloaded):
        admission.check(None, SIZE)


async def test_who_comes_first_never_waits_for_more_than_one_round(
    clock: Clock, line: Line, admission: Admission
) -> None:
    with admission.pace.working(1):
        clock.now_s += 10_000
    line.join(A)
    with pytest.raises(Overloaded):
        admission.check(A, SIZE)
    line.join(B)
    with pytest.raises(Overloaded):
        admission.check(C, SIZE)


async def test_places_that_are_left_are_free_again(admission: Admission) -> None:
    with ExitStack() as stack:
        assert Line(admission, stack).fill(A) == [8]
    with ExitStack() as stack:
        assert Line(admission, stack).fill(A) == [8]


async def test_who_sends_too_slowly_loses_the_place_and_must_ask_again(clock: Clock) -> None:
    admission = Admission(slots=1, longest_wait_s=0.05, monotonic=clock)
    for client_id in (A, B, C):
        admission.note_client(client_id, client_id)
    with admission.expecting(A, SIZE) as slow:
        with pytest.raises(Overloaded):
            admission.check(A, SIZE)
        await asyncio.sleep(0.1)
        admission.check(A, SIZE)
        with admission.expecting(B, SIZE), admission.expecting(C, SIZE), pytest.raises(Overloaded):
            async with slow.slot(A, SIZE):
                pass


async def test_no_more_slots_than_there_are(admission: Admission) -> None:
    entered: list[int] = []

    async def work(number: int) -> None:
        with admission.expecting(A, SIZE) as place:
            async with place.slot(A, SIZE):
                entered.append(number)
                assert len(entered) == number + 1
                await asyncio.sleep(0.01)
                assert len(entered) == number + 1

    await asyncio.gather(*map(work, range(5)))
    assert entered == [0, 1, 2, 3, 4]


@pytest.fixture
async def vod(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(VOD)


@pytest.fixture
def full(app: FastAPI) -> Iterator[None]:
    """Somebody else has filled the queue."""
    admission: Admission = app.state.resources.admission
    admission.add(A, 10, 1 << 50)
    yield
    admission.add(A, -10, -(1 << 50))


@pytest.mark.usefixtures("full")
async def test_who_is_turned_away_need_not_send_the_body(vod: httpx.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError
        yield b""

    answer = await vod.post(PUSH, content=body(), headers=NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["Retry-After"] == "1"
    assert (await vod.get("/metrics")).text.count('supervise_refusals_total{reason="queue"}') == 1


@pytest.mark.usefixtures("full")
async def test_a_queue_that_is_full_is_no_matter_of_anything_else(vod: httpx.AsyncClient) -> None:
    assert (await vod.get("/api/v1/batches")).status_code == 200
    assert (await vod.get("/readyz")).status_code == 200


async def test_nobody_leaves_a_place_behind(
    app: FastAPI, vod: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    answers = [
        await stranger.post(PUSH, content=b"{}", headers=NDJSON),
        await vod.post(PUSH, content=b"{}", headers={"Content-Type": "text/csv"}),
        await vod.post(PUSH, content=b"{}", headers=NDJSON | {"Content-Encoding": "gzip"}),
        await vod.post(f"{PUSH}?atomic=true", content=b"{}", headers=NDJSON),
        await vod.post(PUSH, content=b"{}", headers=NDJSON),
    ]
    assert [answer.status_code for answer in answers] == [401, 415, 400, 422, 200]
    admission: Admission = app.state.resources.admission
    with ExitStack() as stack:
        assert Line(admission, stack).fill(A) != [0]
    assert (admission._places, admission._load) == (0, {})
    assert not admission.slots.locked()
