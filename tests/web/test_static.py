"""Files of pages: their addresses hold what they say, and nothing else has an address."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.api import problems
from app.api.middleware import Guard
from app.web import assets
from app.web.static_files import FILES, NoSuchAsset, StaticFiles, asset

WEB = Path(assets.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
STYLE, SCRIPT = (
    next(name for name in FILES.names if name.endswith(suffix) and "/" not in name)
    for suffix in (".css", ".js")
)
MODULE = "vendor/noble-hashes/sha2.js"


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(redirect_slashes=False)
    problems.install(app)
    app.include_router(assets.router)
    app.add_middleware(Guard)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://test") as client:
        yield client


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "a.css").write_text("a {}")
    (tmp_path / "b.css").write_text("b {}")
    (tmp_path / "parts/one.js").write_text('import "./two.js";')
    (tmp_path / "parts/two.js").write_text("let two;")
    (tmp_path / "secret.key").write_text("secret")
    return tmp_path


class TestAddresses:
    def test_hold_what_the_file_says(self) -> None:
        said = sha256((WEB / "static" / STYLE).read_bytes()).hexdigest()
        assert asset(STYLE) == f"/static/{said[:12]}/{STYLE}"

    def test_change_when_the_file_does(self, directory: Path) -> None:
        files = StaticFiles(directory)
        before = {name: files.address(name) for name in files.names}
        (directory / "a.css").write_text("a { color: red }")
        assert [name for name in files.names if files.address(name) != before[name]] == ["a.css"]
        old = before["a.css"].split("/")[2]
        assert files.find(old, "a.css") is None

    def test_are_shared_in_a_directory_whose_files_import_each_other(self, directory: Path) -> None:
        files = StaticFiles(directory)
        before = files.address("parts/one.js")
        assert before.rsplit("/", 1)[0] == files.address("parts/two.js").rsplit("/", 1)[0]
        (directory / "parts/two.js").write_text("let another;")
        assert files.address("parts/one.js") != before

    def test_stay_when_a_file_is_taken_away_from_a_process_that_runs(self, directory: Path) -> None:
        files = StaticFiles(directory)
        before = files.address("a.css")
        (directory / "a.css").unlink()
        assert files.address("a.css") == before

    @pytest.mark.parametrize("name", ["missing.js", "secret.key", "../a.css", "parts", ""])
    def test_are_of_files_that_lay_there_and_of_no_others(self, directory: Path, name: str) -> None:
        files = StaticFiles(directory)
        (directory / "missing.js").write_text("came later")
        with pytest.raises(NoSuchAsset, match="make setup"):
            files.address(name)
        assert files.find("0" * 12, name) is None

    def test_that_templates_name_are_of_files(self) -> None:
        texts = {path.name: path.read_text() for path in TEMPLATES}
        named = {
            name for text in texts.values() for name in re.findall(r"""asset\(["']([^"']+)["']\)""", text)
        }
        assert named
        assert named <= set(FILES.names)
        assert [name for name, text in texts.items() if "/static/" in text] == [], "an address without digest"


class TestAnswers:
    async def test_may_be_kept_for_ever(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.get(asset(STYLE), headers=PLAIN)
        assert answer.status_code == 200
        assert answer.content == (WEB / "static" / STYLE).read_bytes()
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [(STYLE, "text/css; charset=utf-8"), (SCRIPT, "text/javascript; charset=utf-8")],
    )
    async def test_say_what_they_are(self, browser: httpx.AsyncClient, name: str, media_type: str) -> None:
        answer = await browser.get(asset(name))
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    async def test_let_a_worker_import_our_modules_and_reach_nobody(self, browser: httpx.AsyncClient) -> None:
        policy = (await browser.get(asset(MODULE))).headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")

    @pytest.mark.parametrize("name", FILES.names)
    async def test_are_there_for_every_file(self, browser: httpx.AsyncClient, name: str) -> None:
        assert (await browser.get(asset(name))).content == (WEB / "static" / name).read_bytes()

    async def test_of_modules_lead_to_the_modules_that_they_import(self, browser: httpx.AsyncClient) -> None:
        module = await browser.get(asset(MODULE))
        imported = re.findall(r'^import .* from "(\./[^"]+)";', module.text, re.MULTILINE)
        assert len(imported) == 3
        for relative in imported:
            assert (await browser.get(str(module.url.join(relative)))).status_code == 200

    @pytest.mark.parametrize(
        "address",
        [
            "/static/000000000000/{name}",
            "/static/{name}",
            "/static/{digest}/missing.css",
            "/static/{digest}/{other}",
            "/static/{digest}/vendor/.made-from",
            "/static/{digest}/%2e%2e/static_files.py",
            "/static/{digest}/..%2fstatic_files.py",
            "/static/{digest}/vendor/..%2f{name}",
            "/static/{digest}//etc/passwd",
            "/static/{digest}/",
        ],
    )
    async def test_are_of_nothing_else(self, browser: httpx.AsyncClient, address: str) -> None:
        digest = asset(STYLE).split("/")[2]
        answer = await browser.get(address.format(digest=digest, name=STYLE, other=SCRIPT))
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


class TestEncodings:
    async def test_are_short_for_who_takes_gzip(self, browser: httpx.AsyncClient) -> None:
        name = "vendor/htmx.min.js"
        async with browser.stream("GET", asset(name), headers=GZIP) as answer:
            sent = b"".join([piece async for piece in answer.aiter_raw()])
        content = (WEB / "static" / name).read_bytes()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) == len(sent) < len(content) / 2
        assert gzip.decompress(sent) == content

    @pytest.mark.parametrize(
        ("accepted", "is_short"),
        [
            ("gzip, deflate, br", True),
            ("br;q=1.0, GZIP;q=0.5", True),
            ("*", True),
            ("identity", False),
            ("gzip;q=0", False),
            ("*, gzip;q=0.0", False),
            ("", False),
            ("gzipped", False),
        ],
    )
    async def test_are_what_was_asked_for(
        self, browser: httpx.AsyncClient, accepted: str, *, is_short: bool
    ) -> None:
        answer = await browser.get(asset(STYLE), headers={"Accept-Encoding": accepted})
        assert ("Content-Encoding" in answer.headers) is is_short
        assert "Accept-Encoding" in answer.headers["Vary"]

    async def test_of_what_gets_no_shorter_is_none(self, directory: Path) -> None:
        files = StaticFiles(directory)
        found = files.find(files.address("a.css").split("/")[2], "a.css")
        assert found is not None
        assert found.compressed is None

    async def test_have_tags_of_their_own_by_which_nothing_is_sent_twice(
        self, browser: httpx.AsyncClient
    ) -> None:
        tags = [(await browser.get(asset(STYLE), headers=each)).headers["ETag"] for each in (GZIP, PLAIN)]
        assert tags[0] != tags[1]
        again = await browser.get(asset(STYLE), headers={**GZIP, "If-None-Match": f'"x", W/{tags[0]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["ETag"], "immutable" in again.headers["Cache-Control"]) == (tags[0], True)
        other = await browser.get(asset(STYLE), headers={**GZIP, "If-None-Match": tags[1]})
        assert other.status_code == 200


def test_what_pages_set_of_htmx_is_an_option_of_it() -> None:
    """An option that it does not know is passed over in silence."""
    (said,) = re.findall(r'name="htmx-config" content=\'(.*?)\'', (WEB / "templates/base.html").read_text())
    script = (WEB / "static/vendor/htmx.min.js").read_text()
    for option in json.loads(said):
        assert f"{option}:" in script.partition("this.config={")[2].partition("}")[0]


SAID = re.compile(r"{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_a_template_says_is_said_in_both_languages(path: Path) -> None:
    """Signs too: outside of `say` nothing stands that is Chinese alone."""
    text = path.read_text()
    assert re.findall("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef].*", SAID.sub("", text)) == []
    assert 'join("、")' not in text.replace('join("、") if language', "")
