"""One signed-in caller of the platform's API. Synchronous and safe to share between threads."""

import ipaddress
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx
import msgspec

from app.client.batches import Batch, Packing, Record, cut, pack
from app.client.errors import Refused, StillAssessing
from app.client.patience import Patience
from app.client.private_key import ASSERTION_TYPE, ISSUER, PrivateKey
from app.client.receipts import Assessment, DryRun, Receipt, RejectedRecord, Token

RENEW_EARLY_S = 30.0
BEACON_S = 60.0
PAGE = 500
NDJSON = "application/x-ndjson"

Answer = TypeVar("Answer")


class Client:
    """`with Client(url, client_id, secret) as client: client.push("attendance", records)`.

    Instead of its secret a client may show that it has a private key: `PrivateKey.load(path)`.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        credential: str | PrivateKey,
        *,
        issuer: str = ISSUER,
        language: str = "zh-CN",
        packing: Packing = "zstd",
        patience: Patience | None = None,
        timeout_s: float = 60.0,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._credential = credential
        self._issuer = issuer
        self._packing = packing
        self._patience = patience or Patience()
        self._token: Token | None = None
        self._renew_at = 0.0
        self._beacon: str | None = None
        self._beacon_until = 0.0
        self._renewing = threading.Lock()
        self._http = httpx.Client(
            base_url=self.base_url,
            headers={"Accept-Language": language, "User-Agent": "supervise-client"},
            timeout=timeout_s,
            trust_env=not _is_this_machine(self.base_url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def push(self, feed: str, records: Iterable[Record], *, atomic: bool = False) -> list[Receipt]:
        """Sends all records, batch after batch; every receipt is durable. Rejected records stand in it."""
        return [self.send(feed, batch, atomic=atomic) for batch in cut(records)]

    def send(self, feed: str, batch: Batch, *, key: str | None = None, atomic: bool = False) -> Receipt:
        """One batch, repeated under one Idempotency-Key until it is answered: stored once or not at all."""
        response = self._post_batch(feed, batch, {"Idempotency-Key": key or str(uuid4())}, atomic=atomic)
        receipt = msgspec.json.decode(response.content, type=Receipt)
        is_replay = response.headers.get("Idempotency-Replayed") == "true"
        return msgspec.structs.replace(receipt, replayed=is_replay)

    def rehearse(self, feed: str, batch: Batch, *, atomic: bool = False) -> DryRun:
        """What the batch would get and whom it would change; nothing is stored."""
        response = self._post_batch(feed, batch, {}, atomic=atomic, dry_run=True)
        return msgspec.json.decode(response.content, type=DryRun)

    def _post_batch(
        self, feed: str, batch: Batch, headers: Mapping[str, str], **asked: bool
    ) -> httpx.Response:
        content, packed = pack(batch.body, self._packing)
        return self.request(
            "POST",
            f"/api/v1/feeds/{quote(feed, safe='')}",
            params={name: "true" for name, is_asked in asked.items() if is_asked} or None,
            content=content,
            headers={"Content-Type": NDJSON, **headers, **packed},
        )

    def rejections(self, batch_id: str) -> Iterator[RejectedRecord]:
        """All rejected records of a batch, also beyond the hundred that a receipt holds."""
        for item in self.items(f"/api/v1/batches/{batch_id}/rejections"):
            yield msgspec.convert(item, RejectedRecord)

    def schemas(self) -> dict[str, dict[str, Any]]:
        """The JSON Schema of every feed by its name."""
        return {str(item["feed"]): item["schema"] for item in self.items("/api/v1/feeds")}

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 -- JSON has the shape the path promises
        return msgspec.json.decode(self.request("GET", path, params=_present(params)).content)

    def post(self, path: str, content: Mapping[str, object]) -> Any:  # noqa: ANN401 -- as above
        return msgspec.json.decode(self.request("POST", path, json=content).content)

    def items(self, path: str, **params: object) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page (keyset cursors); holds one page at a time."""
        cursor: str | None = None
        while True:
            page = self.get(path, **{"limit": PAGE, **params, "cursor": cursor})
            yield from page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return

    def assessment(self) -> Assessment:
        response = self.request("GET", "/api/v1/assessment")
        return msgspec.json.decode(response.content, type=Assessment)

    def wait_until_assessed(self, *, limit_s: float = 600.0, every_s: float = 0.25) -> Assessment:
        """Returns once every answer reflects every receipt sent before the call."""
        started = time.monotonic()
        while (state := self.assessment()).pending_enrollments:
            if time.monotonic() - started > limit_s:
                raise StillAssessing(state.pending_enrollments, limit_s)
            time.sleep(every_s)
        return state

    def beacon(self) -> str | None:
        """For `beacon` of records that begin now: the root of a checkpoint not read longer than a minute ago.

        It proves that they are not older. None: no checkpoint was published yet.
        """
        if time.monotonic() >= self._beacon_until:
            published = self.get("/api/v1/ledger")["published"]
            self._beacon = None if published is None else str(published["root"])
            self._beacon_until = time.monotonic() + BEACON_S
        return self._beacon

    def use(self, credential: str | PrivateKey) -> None:
        """From now on; the next token is asked for with it. Nothing that is under way fails."""
        with self._renewing:
            self._credential, self._token = credential, None

    def token(self) -> str:
        """A token that is still good for a while; asks for a new one when it is not."""
        with self._renewing:
            if self._token is None or time.monotonic() >= self._renew_at:
                self._token = self._fetch_token()
                self._renew_at = time.monotonic() + self._token.expires_in - RENEW_EARLY_S
            return self._token.access_token

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        """The answer once it is good: repeated while the server is busy, refused in the server's words."""
        headers = dict(options.pop("headers", None) or {})

        def ask() -> httpx.Response:
            headers["Authorization"] = f"Bearer {self.token()}"
            return self._http.request(method, path, headers=headers, **options)

        response = self._patience.answer(ask, self.base_url)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._forget_token()  # the key may have been rotated while the token was young
            response = self._patience.answer(ask, self.base_url)
        return _accepted(response)

    def _fetch_token(self) -> Token:
        response = self._patience.answer(self._ask_for_token, self.base_url)
        return msgspec.json.decode(_accepted(response).content, type=Token)

    def _ask_for_token(self) -> httpx.Response:
        """An assertion is good once, so each try signs its own."""
        form = {"grant_type": "client_credentials"}
        if isinstance(self._credential, str):
            return self._http.post("/oauth/token", data=form, auth=(self._client_id, self._credential))
        assertion = self._credential.assertion(self._client_id, self._issuer)
        shown = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return self._http.post("/oauth/token", data=form | shown)

    def _forget_token(self) -> None:
        with self._renewing:
            self._token = None


def _accepted(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    try:
        problem = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError:
        problem = {}
    raise Refused(response.status_code, problem)


def _present(params: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


def _is_this_machine(base_url: str) -> bool:
    """Requests to this machine go past any proxy that the environment names."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
