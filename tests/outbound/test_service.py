"""Requests to hosts that others named reach nothing that they should not, and end in time."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.core import clock
from app.outbound import service
from app.outbound.errors import AddressRefused, AnswerTooLarge, HostNotPublic, HostUnreachable
from app.outbound.service import MOST_BYTES, Outbound

HOST = "videos.example"
LOOPBACK = "127.0.0.1"
LINK = f"https://{HOST}/recordings/1"

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Names:
    """What a name leads to, look by look; it counts the looks."""

    def __init__(self, *looks: list[str]) -> None:
        self.looks = list(looks)
        self.asked = 0

    async def __call__(self, host: str) -> list[str]:
        assert host == HOST
        self.asked += 1
        return self.looks[min(self.asked, len(self.looks)) - 1]


def named(name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


@asynccontextmanager
async def host_named(name: str, directory: Path, serve: Serve) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """A TLS server on loopback whose certificate bears the name; its port, and who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = named(name, key).public_bytes(Encoding.PEM)
    file = directory / "host.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    server = await asyncio.start_server(serve, LOOPBACK, 0, ssl=own)
    async with server:
        yield server.sockets[0].getsockname()[1], ssl.create_default_context(cadata=certificate.decode())


def answering(answer: bytes, heard: list[bytes]) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    return serve


def headed(content: bytes, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{more}Connection: close\r\n\r\n"
    return head.encode() + content


async def test_a_registered_host_is_asked_at_its_one_address_by_its_name(tmp_path: Path) -> None:
    heard: list[bytes] = []
    names = Names([LOOPBACK], ["10.0.0.1"])
    async with host_named(HOST, tmp_path, answering(headed(b"moving pictures"), heard)) as (port, trusted):
        outbound = Outbound({HOST}, names, lambda address: address == LOOPBACK, trusted, port)
        answer = await outbound.ask("GET", LINK)
    assert (answer.status, answer.content, names.asked) == (200, b"moving pictures", 1)
    assert f"\r\nhost: {HOST}\r\n".encode() in heard[0].lower()


async def test_a_certificate_of_another_name_is_not_trusted(tmp_path: Path) -> None:
    async with host_named("other.example", tmp_path, answering(headed(b""), [])) as (port, trusted):
        outbound = Outbound({HOST}, Names([LOOPBACK]), lambda _: True, trusted, port)
        with pytest.raises(HostUnreachable):
            await outbound.ask("GET", LINK)


async def test_a_redirect_is_told_and_not_followed(tmp_path: Path) -> None:
    away = headed(b"", "302 Found", "Location: https://169.254.169.254/\r\n")
    async with host_named(HOST, tmp_path, answering(away, [])) as (port, trusted):
        outbound = Outbound({HOST}, Names([LOOPBACK]), lambda _: True, trusted, port)
        assert (await outbound.ask("GET", LINK)).status == 302


async def test_an_answer_without_end_is_given_up(tmp_path: Path) -> None:
    endless = headed(bytes(MOST_BYTES + 1))
    async with host_named(HOST, tmp_path, answering(endless, [])) as (port, trusted):
        outbound = Outbound({HOST}, Names([LOOPBACK]), lambda _: True, trusted, port)
        with pytest.raises(AnswerTooLarge):
            await outbound.ask("GET", LINK)


async def test_a_packed_answer_is_not_unpacked(tmp_path: Path) -> None:
    packed = headed(b"\x1f\x8b-not really", more="Content-Encoding: gzip\r\n")
    async with host_named(HOST, tmp_path, answering(packed, [])) as (port, trusted):
        outbound = Outbound({HOST}, Names([LOOPBACK]), lambda _: True, trusted, port)
        assert (await outbound.ask("GET", LINK)).content == b"\x1f\x8b-not really"


async def test_a_host_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PATIENCE_S", 0.2)
    done = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    async with host_named(HOST, tmp_path, silent) as (port, trusted):
        outbound = Outbound({HOST}, Names([LOOPBACK]), lambda _: True, trusted, port)
        with pytest.raises(HostUnreachable):
            await outbound.ask("GET", LINK)
        done.set()


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/",
        f"https://{HOST}:8443/",
        f"https://user:secret@{HOST}/",
        f"https://{HOST}@127.0.0.1/",
        f"https://{HOST}.evil.example/",
        f"https://evil.example#@{HOST}/",
        f"https://evil.example\\@{HOST}/",
        f"https://evil.example?{HOST}",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        f"file://{HOST}/etc/passwd",
        f"//{HOST}/",
        HOST,
        "",
        "https://\0/",
    ],
)
async def test_a_url_of_another_kind_is_refused_before_its_name_is_looked_up(url: str) -> None:
    names = Names([LOOPBACK])
    with pytest.raises(AddressRefused):
        await Outbound({HOST}, names).ask("GET", url)
    assert names.asked == 0


@pytest.mark.parametrize("addresses", [[LOOPBACK], ["1.1.1.1", "10.0.0.1"], ["::ffff:127.0.0.1"], []])
async def test_a_name_that_leads_into_a_house_is_refused(addresses: list[str]) -> None:
    with pytest.raises(HostNotPublic):
        await Outbound({HOST}, Names(addresses)).ask("GET", LINK)


async def test_a_name_in_capitals_or_with_its_last_dot_is_the_same_name() -> None:
    with pytest.raises(HostNotPublic):
        await Outbound({HOST}, Names([LOOPBACK])).ask("GET", f"https://{HOST.upper()}./")


async def test_a_name_that_nobody_knows_is_told() -> None:
    async def nobody_knows(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, host)

    with pytest.raises(HostUnreachable):
        await Outbound({HOST}, nobody_knows).ask("GET", LINK)


async def test_this_machine_is_found_by_its_name_and_refused() -> None:
    with pytest.raises(HostNotPublic):
        await Outbound({"localhost"}).ask("GET", "https://localhost/")
