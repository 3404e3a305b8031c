"""The client against a server that is busy, cuts connections and forgets tokens."""

import socket
import time
from collections.abc import Iterator

import pytest

from app.client import Client, GaveUp, Refused, StillAssessing
from app.client.batches import Packing
from app.client.patience import Patience
from tests.client.misbehaving import CUT, Answer, MisbehavingServer

BUSY = Answer(503, {"code": "unavailable"}, {"Retry-After": "7"})


class Pauses:
    """Remembers how long the client would have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def client(server: MisbehavingServer, pauses: Pauses) -> Iterator[Client]:
    patience = Patience(sleep=pauses, chance=lambda: 0.5)
    with Client(server.url, "client", "secret", language="en", patience=patience) as client:
        yield client


class TestPush:
    def test_a_busy_server_is_asked_again_with_the_same_key_after_the_pause_it_asked_for(
        self, client: Client, server: MisbehavingServer, pauses: Pauses
    ) -> None:
        server.script = [BUSY, BUSY]
        (receipt,) = client.push("lessons", [{"lesson_id": "S1"}])
        assert receipt.accepted == 1
        assert len(server.seen) == 3
        assert len({seen.headers["Idempotency-Key"] for seen in server.seen}) == 1
        assert pauses.seconds == [7 + 0.125, 7 + 0.25]

    @pytest.mark.parametrize("trouble", [CUT, Answer(429), Answer(502), Answer(504)])
    def test_a_cut_connection_or_a_crowded_server_is_met_with_the_same_batch_again(
        self, client: Client, server: MisbehavingServer, trouble: Answer | str
    ) -> None:
        server.script = [trouble]
        client.push("lessons", [{"lesson_id": "S1"}])
        first, second = server.seen
        assert first.lines == second.lines == [b'{"lesson_id":"S1"}']
        assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]

    def test_each_batch_has_a_key_of_its_own(self, client: Client, server: MisbehavingServer) -> None:
        receipts = client.push("attendance", ({"n": n} for n in range(5_001)))
        assert [receipt.received for receipt in receipts] == [5_000, 1]
        assert len({seen.headers["Idempotency-Key"] for seen in server.seen}) == 2

    @pytest.mark.parametrize("packing", ["zstd", "gzip", "identity"])
    def test_the_body_arrives_whole_however_it_is_packed(
        self, server: MisbehavingServer, packing: Packing
    ) -> None:
        with Client(server.url, "client", "secret", packing=packing) as client:
            client.push("enrollments", [{"name": "㛃·买买提"}, b'{"as": "it is"}'])
        assert server.seen[0].lines == ['{"name":"㛃·买买提"}'.encode(), b'{"as": "it is"}']

    def test_a_replayed_receipt_says_so(self, client: Client, server: MisbehavingServer) -> None:
        client.push("lessons", [{"lesson_id": "S1"}])
        server.script = [
            Answer(
                body=client_receipt(),
                headers={"Idempotency-Replayed": "true"},
            )
        ]
        (receipt,) = client.push("lessons", [{"lesson_id": "S1"}])
        assert receipt.replayed

    def test_a_problem_is_passed_on_in_the_words_of_the_server(
        self, client: Client, server: MisbehavingServer
    ) -> None:
        server.script = [
            Answer(
                422, {"title": "Invalid", "detail": "This key was used.", "code": "idempotency_key_reused"}
            )
        ]
        with pytest.raises(Refused, match=r"This key was used\.") as refused:
            client.push("lessons", [{"lesson_id": "S1"}])
        assert (refused.value.status_code, refused.value.code) == (422, "idempotency_key_reused")
        assert server.seen[0].headers["Accept-Language"] == "en"
        assert len(server.seen) == 1

    def test_patience_ends(self, server: MisbehavingServer, pauses: Pauses) -> None:
        server.script = [BUSY] * 9
        patience = Patience(limit_s=5, sleep=pauses)
        with Client(server.url, "client", "secret", patience=patience) as client, pytest.raises(GaveUp):
            client.push("lessons", [{"lesson_id": "S1"}])
        assert pauses.seconds == []

    def test_nobody_listening_is_said_in_one_sentence(self, pauses: Pauses) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        patience = Patience(limit_s=0, sleep=pauses)
        with (
            Client(f"http://127.0.0.1:{port}", "client", "secret", patience=patience) as client,
            pytest.raises(GaveUp, match="ConnectError"),
        ):
            client.push("lessons", [{"lesson_id": "S1"}])


class TestTokens:
    def test_one_token_serves_many_requests(self, client: Client, server: MisbehavingServer) -> None:
        client.push("lessons", [{}])
        client.push("lessons", [{}])
        assert server.tokens_given == 1
        assert server.seen[1].headers["Authorization"] == "Bearer token-1"

    def test_an_old_token_is_renewed_before_it_expires(
        self, client: Client, server: MisbehavingServer
    ) -> None:
        server.token_lifetime_s = 10
        client.push("lessons", [{}])
        client.push("lessons", [{}])
        assert server.tokens_given == 2

    def test_a_token_that_is_no_longer_known_is_renewed_once(
        self, client: Client, server: MisbehavingServer
    ) -> None:
        server.script = [Answer(401, {"detail": "unknown key"})]
        client.push("lessons", [{}])
        assert server.seen[1].headers["Authorization"] == "Bearer token-2"

    def test_a_client_that_stays_unknown_is_told(self, client: Client, server: MisbehavingServer) -> None:
        server.script = [Answer(401, {"detail": "no"}), Answer(401, {"detail": "still no"})]
        with pytest.raises(Refused, match="still no"):
            client.push("lessons", [{}])


class TestReading:
    def test_a_list_is_read_page_by_page_to_its_end(self, client: Client, server: MisbehavingServer) -> None:
        server.script = [
            Answer(body={"items": [{"n": 1}], "next_cursor": "c/1"}),
            Answer(body={"items": [{"n": 2}], "next_cursor": None}),
        ]
        assert [item["n"] for item in client.items("/api/v1/batches", feed="lessons")] == [1, 2]
        assert [seen.path for seen in server.seen] == [
            "/api/v1/batches?limit=500&feed=lessons",
            "/api/v1/batches?limit=500&feed=lessons&cursor=c%2F1",
        ]

    def test_all_rejections_are_read_as_values(self, client: Client, server: MisbehavingServer) -> None:
        error = {"pointer": "/status", "code": "invalid_value", "message": "no"}
        item = {"line": 3, "record_key": {"lesson_id": "S1"}, "errors": [error]}
        server.script = [Answer(body={"items": [item], "next_cursor": None})]
        (rejected,) = client.rejections("b")
        assert (rejected.line, rejected.errors[0].code) == (3, "invalid_value")

    def test_waits_until_nothing_is_pending(self, client: Client, server: MisbehavingServer) -> None:
        def pending(number: int) -> Answer:
            state = {"pending_enrollments": number, "oldest_pending_seconds": None, "ledger_size": 4}
            return Answer(body=state)

        server.script = [pending(2), pending(0)]
        assert client.wait_until_assessed(every_s=0).ledger_size == 4
        server.script = [pending(5)] * 3
        with pytest.raises(StillAssessing, match="5 enrollments"):
            client.wait_until_assessed(limit_s=0, every_s=0.01)


def client_receipt() -> dict[str, object]:
    return {
        "batch_id": "b",
        "feed": "lessons",
        "received": 1,
        "accepted": 1,
        "unchanged": 0,
        "stale": 0,
        "rejected": 0,
        "rejections": [],
        "ledger": {"leaf_hash": "00", "index": 7},
        "received_at": "2026-11-20T00:00:00Z",
    }


class TestBeacon:
    def test_is_the_newest_root_read_once_a_minute(self, client: Client, server: MisbehavingServer) -> None:
        server.script = [Answer(body={"published": {"root": root}}) for root in ("ab", "cd")]
        assert [client.beacon() for _ in range(3)] == ["ab"] * 3
        assert 50 < client._beacon_until - time.monotonic() <= 60
        client._beacon_until = time.monotonic()
        assert client.beacon() == "cd"
        assert [seen.path for seen in server.seen] == ["/api/v1/ledger"] * 2

    def test_is_none_before_the_first_checkpoint(self, client: Client, server: MisbehavingServer) -> None:
        server.script = [Answer(body={"published": None})]
        assert client.beacon() is None
