"""What ffprobe reads of a file, held against what the platform gave; and what it is kept from."""

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app.core.config import Settings
from app.core.vocabulary import CheckOutcome
from app.custody.examination import examine, figures_of
from app.custody.schemas import Registered
from tests.custody.test_judgement import registered
from tests.custody.world import World
from tests.factories import video_host

GIVEN: Mapping[str, Any] = {
    "container": "MP4",
    "video_codec": "H.264",
    "width": 320,
    "height": 180,
    "fps": 25,
    "audio_codec": "aac",
    "audio_sample_rate": 44100,
    "duration_seconds": 3,
}
needs_ffmpeg = pytest.mark.skipif(
    shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None,
    reason="ffmpeg and ffprobe are not installed (Debian: apt-get install ffmpeg): videos are not examined",
)


def made(**figures: Any) -> Registered:  # noqa: ANN401 (of many kinds)
    return registered(**{**GIVEN, **figures})


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of a test picture with a tone."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=3")
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=3")
    coding = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    subprocess.run(["ffmpeg", "-v", "error", *picture, *tone, *coding, "-y", str(path)], check=True)
    return path


@pytest.fixture
def content(film: Path) -> bytes:
    return film.read_bytes()


async def outcome(path: Path, video: Registered, settings: Settings) -> tuple[str, str]:
    with path.open("rb") as file:
        check = await examine(file, video, settings)
    return check.outcome, str(check.figures.get("differing", ""))


@needs_ffmpeg
class TestAFilm:
    async def test_is_what_was_said_of_it(self, film: Path, settings: Settings) -> None:
        assert await outcome(film, made(), settings) == ("agrees", "")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("width", 1280),
            ("height", 720),
            ("fps", 30),
            ("video_codec", "hevc"),
            ("audio_codec", "mp3"),
            ("container", "webm"),
            ("audio_sample_rate", 48000),
            ("video_kbps", 1500),
            ("duration_seconds", 0),
        ],
    )
    async def test_is_not_what_was_said_of_it(
        self, film: Path, settings: Settings, name: str, value: object
    ) -> None:
        assert await outcome(film, made(**{name: value}), settings) == ("differs", name)

    async def test_is_looked_at_whatever_stands_before_its_reading_position(
        self, film: Path, settings: Settings
    ) -> None:
        with film.open("rb") as file:
            file.read()
            assert (await examine(file, made(), settings)).outcome is CheckOutcome.agrees

    async def test_that_is_shorter_than_was_registered_is_found(self, content: bytes, world: World) -> None:
        digest = hashlib.sha256(content).hexdigest()
        given: Mapping[str, Any] = {**GIVEN, "width": 640, "duration_seconds": 3600}
        await world.register("V1", hash=digest, size_bytes=len(content), **given)
        world.host.paths["/V1"] = video_host.file(content)
        await world.want_fetches()
        await world.custodian.visit()
        assert await world.outcomes("V1") == [
            ("probe", "answers"),
            ("hash", "confirmed"),
            ("examination", "differs"),
        ]
        found = await world.findings()
        assert found.keys() == {"video-short", "video-figures-differ"}
        assert (found["video-short"].evidence["observed"], found["video-short"].evidence["threshold"]) == (
            3,
            3600,
        )
        assert found["video-figures-differ"].evidence["observed"] == "width=320"
        assert found["video-figures-differ"].evidence["threshold"] == "width=640"


@needs_ffmpeg
class TestAFileThatIsNoFilm:
    @pytest.mark.parametrize("content", [b"", b"no film at all", bytes(100_000)])
    async def test_cannot_be_read(self, tmp_path: Path, settings: Settings, content: bytes) -> None:
        path = tmp_path / "file"
        path.write_bytes(content)
        assert await outcome(path, made(), settings) == ("unreadable", "")

    async def test_leads_to_no_other_file(self, film: Path, tmp_path: Path, settings: Settings) -> None:
        playlist = tmp_path / "list.m3u8"
        playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{film}\n#EXT-X-ENDLIST\n")
        joined = tmp_path / "joined.txt"
        joined.write_text(f"ffconcat version 1.0\nfile '{film}'\n")
        for path in (playlist, joined):
            assert await outcome(path, made(), settings) == ("unreadable", "")

    async def test_leads_to_no_other_host(self, tmp_path: Path, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            playlist = tmp_path / "list.m3u8"
            link = f"http://127.0.0.1:{server.getsockname()[1]}/x.ts"
            playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{link}\n#EXT-X-ENDLIST\n")
            assert await outcome(playlist, made(), settings) == ("unreadable", "")
            with pytest.raises(TimeoutError):
                server.accept()


class TestTheProgram:
    async def test_that_is_not_installed_leaves_the_figures_as_given(
        self, tmp_path: Path, settings: Settings
    ) -> None:
        without = settings.model_copy(update={"ffprobe": "no-such-program"})
        (tmp_path / "file").write_bytes(b"x")
        assert await outcome(tmp_path / "file", made(), without) == ("not_examined", "")

    async def test_may_neither_write_nor_take_memory_nor_see_what_we_know(
        self, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SUPERVISE_SECRET", "secret")
        written, told = tmp_path / "written", tmp_path / "told"
        told.touch()
        os.chmod(told, 0o666)  # noqa: PTH101, S103
        program = tmp_path / "program"
        program.write_text(
            "#!/bin/sh\n"
            f"echo x > {written}\n"
            'test -z "$SUPERVISE_SECRET" || exit 1\n'
            'test "$(ulimit -v)" = 1048576 || exit 1\n'
            'test "$(ulimit -t)" = 60 || exit 1\n'
            'echo \'{"streams": [{"codec_type": "video", "width": 320}]}\'\n'
        )
        program.chmod(0o755)
        own = settings.model_copy(update={"ffprobe": str(program)})
        (tmp_path / "file").write_bytes(b"x")
        assert await outcome(tmp_path / "file", made(), own) == ("agrees", "")
        assert not written.exists() or written.read_bytes() == b""

    async def test_that_talks_without_end_is_not_heard_out(self, tmp_path: Path, settings: Settings) -> None:
        program = tmp_path / "program"
        program.write_text("#!/bin/sh\nexec yes\n")
        program.chmod(0o755)
        (tmp_path / "file").write_bytes(b"x")
        own = settings.model_copy(update={"ffprobe": str(program)})
        assert await outcome(tmp_path / "file", made(), own) == ("unreadable", "")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b'{"streams": []}',
        b'{"streams": [{"codec_type": "audio"}]}',
    ],
)
def test_what_says_nothing_of_a_picture_gives_no_figures(said: bytes) -> None:
    assert figures_of(said) == {}


def test_odd_figures_are_left_out() -> None:
    picture = b'{"codec_type": "video", "width": 320, "avg_frame_rate": "0/0", "bit_rate": "1e99"}'
    said = b'{"format": {"duration": "N/A", "format_name": "\\u5f71"}, "streams": [%s]}' % picture
    assert figures_of(said)["width"] == 320
    assert not {"fps", "milliseconds", "container"} & figures_of(said).keys()
