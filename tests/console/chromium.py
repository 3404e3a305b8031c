"""The browser of the tests: Debian's Chromium, which reaches nobody but this machine."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

NAMED = "SUPERVISE_CHROMIUM"
MISSING = (
    "NO BROWSER IS INSTALLED: the console is not tested as a person would use it. "
    f"`apt-get install chromium fonts-noto-cjk`, or name one in {NAMED}."
)
ARGUMENTS = (
    "--no-sandbox",  # tests may run as root
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
)


def chromium() -> Path | None:
    """None where there is none."""
    found = os.environ.get(NAMED) or shutil.which("chromium")
    return Path(found) if found else None


def is_required() -> bool:
    return os.environ.get("CI") == "true"


@asynccontextmanager
async def launched(executable: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        await browser.close()
