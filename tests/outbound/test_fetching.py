"""Long answers: followed to where they lead, each address checked anew, within bounds of length and time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.outbound.errors import (
    AddressRefused,
    AnswerTooLarge,
    AnswerTooSlow,
    HostNotPublic,
    HostUnreachable,
    TooManyRedirects,
)
from app.outbound.fetching import MOST_REDIRECTS, Pace, fetch, head
from tests.factories import video_host
from tests.factories.video_host import HOST, INNER_HOST, OTHER_HOST, VideoHost

LINK = f"https://{HOST}/1"
CONTENT = bytes(range(256)) * 1000
PACE = Pace(len(CONTENT) + 1, 20, 1, 1 << 40)


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[VideoHost]:
    async with video_host.running(tmp_path) as running:
        yield running


async def test_a_long_answer_goes_to_the_sink_piece_by_piece(host: VideoHost) -> None:
    host.paths["/1"] = video_host.file(CONTENT)
    pieces: list[bytes] = []
    fetched = await fetch(host.outbound(HOST), LINK, pieces.append, PACE)
    assert (fetched, b"".join(pieces)) == ((200, len(CONTENT)), CONTENT)
    assert len(pieces) > 1


async def test_the_head_tells_the_length_and_no_body_is_read(host: VideoHost) -> None:
    host.paths["/1"] = video_host.endless(7)
    assert (await head(host.outbound(HOST), "HEAD", LINK)).headers["content-length"] == "7"
    assert (await head(host.outbound(HOST), "GET", LINK)).status == 200


async def test_a_redirect_to_another_registered_host_is_followed(host: VideoHost) -> None:
    host.paths |= {"/1": video_host.redirect(f"https://{OTHER_HOST}/2"), "/2": video_host.file(CONTENT)}
    pieces: list[bytes] = []
    await fetch(host.outbound(HOST, OTHER_HOST), LINK, pieces.append, PACE)
    assert b"".join(pieces) == CONTENT
    assert [(asked.host, asked.path) for asked in host.asked] == [(HOST, "/1"), (OTHER_HOST, "/2")]


@pytest.mark.parametrize(
    ("to", "error"),
    [
        (f"https://{OTHER_HOST}/2", AddressRefused),
        (f"http://{HOST}/2", AddressRefused),
        (f"https://{HOST}:8443/2", AddressRefused),
        ("https://169.254.169.254/", AddressRefused),
        ("file:///etc/passwd", AddressRefused),
        ("https://[", AddressRefused),
        (f"https://{INNER_HOST}/2", HostNotPublic),
    ],
)
async def test_a_redirect_is_checked_as_the_first_address_was(
    host: VideoHost, to: str, error: type[Exception]
) -> None:
    host.paths["/1"] = video_host.redirect(to)
    with pytest.raises(error):
        await fetch(host.outbound(HOST, INNER_HOST), LINK, bytes, PACE)
    assert len(host.asked) == 1


async def test_a_circle_of_redirects_is_left(host: VideoHost) -> None:
    host.paths["/1"] = video_host.redirect("/1")
    with pytest.raises(TooManyRedirects):
        await head(host.outbound(HOST), "HEAD", LINK)
    assert len(host.asked) == MOST_REDIRECTS + 1


async def test_an_answer_without_end_is_given_up(host: VideoHost) -> None:
    host.paths["/1"] = video_host.endless(len(CONTENT))
    with pytest.raises(AnswerTooLarge):
        await fetch(host.outbound(HOST), LINK, len, PACE)


async def test_a_dripping_answer_is_given_up(host: VideoHost) -> None:
    host.paths["/1"] = video_host.dripping(len(CONTENT))
    with pytest.raises(AnswerTooSlow):
        await fetch(host.outbound(HOST), LINK, len, Pace(1 << 20, 20, 1 << 30, 1 << 40, grace_s=0))


async def test_time_is_bounded_however_fast_it_comes(host: VideoHost) -> None:
    host.paths["/1"] = video_host.dripping(len(CONTENT))
    with pytest.raises(HostUnreachable):
        await fetch(host.outbound(HOST), LINK, len, Pace(1 << 20, 0.1, 1, 1 << 40))


async def test_an_answer_that_breaks_off_is_no_answer(host: VideoHost) -> None:
    host.paths["/1"] = video_host.cut_short(CONTENT[:-1], len(CONTENT))
    with pytest.raises(HostUnreachable):
        await fetch(host.outbound(HOST), LINK, len, PACE)


async def test_a_sink_that_is_full_is_no_fault_of_the_host(host: VideoHost) -> None:
    def full(_: bytes) -> None:
        raise OSError

    host.paths["/1"] = video_host.file(CONTENT)
    with pytest.raises(RuntimeError):
        await fetch(host.outbound(HOST), LINK, full, PACE)


async def test_what_is_not_there_reaches_no_sink(host: VideoHost) -> None:
    pieces: list[bytes] = []
    assert await fetch(host.outbound(HOST), LINK, pieces.append, PACE) == (404, 0)
    assert not pieces
