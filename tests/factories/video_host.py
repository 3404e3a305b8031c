"""A host of videos on loopback, with TLS of its own: files, and every way in which a host misbehaves."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.core import clock
from app.outbound.service import Outbound

LOOPBACK = "127.0.0.1"
HOST, OTHER_HOST, INNER_HOST = "videos.example", "cdn.example", "inner.example"
ADDRESSES = {HOST: [LOOPBACK], OTHER_HOST: [LOOPBACK], INNER_HOST: ["10.0.0.1"]}


class Asked(NamedTuple):
    method: str
    host: str
    path: str
    range: str | None


Behaviour = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def head(status: str, length: int | None, more: str = "") -> bytes:
    told = "" if length is None else f"Content-Length: {length}\r\n"
    return f"HTTP/1.1 {status}\r\n{told}{more}Connection: close\r\n\r\n".encode()


def file(content: bytes, *, heads: bool = True) -> Behaviour:
    """A file that is there; `heads` False: only GET is answered."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "HEAD":
            writer.write(head("200 OK", len(content)) if heads else head("405 Method Not Allowed", 0))
        elif asked.range is not None:
            more = f"Content-Range: bytes 0-0/{len(content)}\r\n"
            writer.write(head("206 Partial Content", 1, more) + content[:1])
        else:
            writer.write(head("200 OK", len(content)) + content)

    return behave


def status(line: str) -> Behaviour:
    async def behave(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head(line, 0))

    return behave


def redirect(to: str) -> Behaviour:
    async def behave(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("302 Found", 0, f"Location: {to}\r\n"))

    return behave


def cut_short(content: bytes, told: int) -> Behaviour:
    """Tells of more than it sends."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", told) + (b"" if asked.method == "HEAD" else content))

    return behave


def endless(told: int) -> Behaviour:
    """Tells a length when asked for it, and sends without end."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", told if asked.method == "HEAD" else None))
        while asked.method != "HEAD":
            writer.write(bytes(1 << 16))
            await writer.drain()

    return behave


def dripping(told: int) -> Behaviour:
    """A byte now and then."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", told))
        while asked.method != "HEAD":
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    return behave


def held(until: asyncio.Event, begun: asyncio.Event, content: bytes) -> Behaviour:
    """A file whose body waits for the event; `begun` is set when it is asked for."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head("200 OK", len(content)))
        if asked.method == "HEAD":
            return
        await writer.drain()
        begun.set()
        await until.wait()
        writer.write(content)

    return behave


@dataclass
class VideoHost:
    """Answers for all its names by path; what it does not know is 404."""

    paths: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0
    trusted: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def outbound(self, *hosts: str) -> Outbound:
        """Who asks these hosts, here."""
        return Outbound(hosts, resolve, lambda address: address == LOOPBACK, self.trusted, self.port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)
            }
            method, path, _ = first.split(" ")
            asked = Asked(method, headers["host"], path, headers.get("range"))
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                await self.paths.get(path, status("404 Not Found"))(asked, writer)
                await writer.drain()
            finally:
                self.at_once -= 1
        writer.close()


async def resolve(host: str) -> list[str]:
    return ADDRESSES[host]


@asynccontextmanager
async def running(directory: Path) -> AsyncIterator[VideoHost]:
    host = VideoHost()
    own, host.trusted = _contexts(directory)
    server = await asyncio.start_server(host.serve, LOOPBACK, 0, ssl=own)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()


def _contexts(directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of the host, and of who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key).public_bytes(Encoding.PEM)
    pem = directory / "host.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(pem)
    return own, ssl.create_default_context(cadata=certificate.decode())


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in ADDRESSES])
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
