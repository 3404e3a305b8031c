"""Requests to hosts that others named: links to videos, addresses of notices.

Whoever names a URL must not reach through us what we can reach (server-side request forgery): only https on
port 443, only registered hosts, the name resolved once and every address of it of the world, the connection
made to that very address, no redirects (fetching.py follows some, each checked anew), no proxies of the
environment, an answer bounded in time and length.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import httpx

from app.outbound.addresses import is_public
from app.outbound.errors import AddressRefused, AnswerTooLarge, HostNotPublic, HostUnreachable

HTTPS_PORT = 443
PATIENCE_S = 10.0
MOST_BYTES = 1 << 20

Resolve = Callable[[str], Awaitable[list[str]]]


async def resolve(host: str) -> list[str]:
    """All addresses of the name, as this machine is told them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    """As the host gave it; a redirect (3xx) is an answer like any other and not followed."""
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outbound:
    """`hosts`: the names that may be asked, in lower case. A test of TLS replaces the other fields."""

    hosts: Collection[str]
    resolve: Resolve = resolve
    is_allowed: Callable[[str], bool] = is_public
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    port: int = HTTPS_PORT

    async def ask(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Raises `OutboundFailed` where the request must not be made or found no whole answer in 10 s."""
        host = self.host_of(url)
        try:
            async with (
                asyncio.timeout(PATIENCE_S),
                self.opened(method, url, content=content, headers=headers) as response,
            ):
                taken = await _taken(response, host)
                return Answer(response.status_code, dict(response.headers), taken)
        except TimeoutError:
            raise HostUnreachable(host, f"> {PATIENCE_S:g} s") from None

    @asynccontextmanager
    async def opened(
        self, method: str, url: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """The head of the answer; its body is read inside the block, which bounds its time and length.

        The certificate must be the name's, though the address is asked.
        """
        host = self.host_of(url)
        asked = {"Accept-Encoding": "identity", **(headers or {}), "Host": host}
        try:
            pinned = httpx.URL(url).copy_with(host=await self._address_of(host), port=self.port)
            request = httpx.Request(
                method, pinned, content=content, headers=asked, extensions={"sni_hostname": host}
            )
            async with self._client() as client:
                response = await client.send(request, stream=True)
                async with aclosing(response):
                    yield response
        except (OSError, httpx.HTTPError) as failure:
            raise HostUnreachable(host, type(failure).__name__) from None

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self.trusted, trust_env=False, follow_redirects=False, timeout=PATIENCE_S
        )

    def host_of(self, url: str) -> str:
        """Of a URL that may be asked; raises `AddressRefused` of another."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise AddressRefused("(?)") from None
        host = parsed.host.rstrip(".").lower()
        is_plain = parsed.scheme == "https" and parsed.port in {None, HTTPS_PORT} and not parsed.userinfo
        if not is_plain or host not in self.hosts:
            raise AddressRefused(host)
        return host

    async def _address_of(self, host: str) -> str:
        """One inner address among others condemns the name: the next time it might be the first."""
        addresses = await self.resolve(host)
        if not addresses or not all(map(self.is_allowed, addresses)):
            raise HostNotPublic(host)
        return addresses[0]


async def _taken(response: httpx.Response, host: str) -> bytes:
    """As it came over the wire: what is packed is not unpacked."""
    taken = bytearray()
    async for piece in response.aiter_raw():
        taken += piece
        if len(taken) > MOST_BYTES:
            raise AnswerTooLarge(host, MOST_BYTES)
    return bytes(taken)
