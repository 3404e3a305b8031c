"""`make screens`: every page in light, dark, on a phone and on paper, kept in docs/screens to be looked at.

The term is always the same one (seed and size); its dates follow the day on which the command runs.
"""

import asyncio
import base64
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, expect

from app.core import logs
from app.privacy.redaction import redact
from tests import server
from tests.console.chromium import MISSING, chromium, launched
from tests.console.every_page import VISITS, Visit
from tests.console.site import Site, played_site
from tests.console.visitors import DESK, PHONE, watched

DIRECTORY = Path(__file__).parents[2] / "docs/screens"
MOST_BYTES = 6_000_000
HIGHEST = 1800
"""Pixels of a page that are kept; lists go on for longer."""
QUALITY = 30


class Look(NamedTuple):
    name: str
    title: str
    viewport: Mapping[str, int]
    dark: bool = False
    paper: bool = False
    scale: float = 0.6


LOOKS = (
    Look("light", "浅色 / light", DESK),
    Look("dark", "深色 / dark", DESK, dark=True),
    Look("phone", "手机 / phone", PHONE),
    Look("print", "打印 / print", {"width": 794, "height": 1123}, paper=True),
)


def name_of(visit: Visit) -> str:
    """Of the files, e.g. `class-groups-class_group`."""
    words = re.sub(r"{(\w+?)(?:_id)?}", r"\1", visit.path).strip("/").replace("/", "-")
    return words or "home"


async def take(browser: Browser, site: Site, visit: Visit) -> list[str]:
    """Writes a file for each look; what the browser complained of."""
    try:
        async with watched(browser, site) as visitors:
            for look in LOOKS:
                page = await visitors.come(visit.roles[0], viewport=look.viewport)
                scheme: Any = "dark" if look.dark else "light"
                await page.emulate_media(color_scheme=scheme, media="print" if look.paper else "screen")
                await page.goto(visit.address(site.ids))
                await expect(page.locator("figure[data-chart]:not(.drawn)")).to_have_count(0)
                (DIRECTORY / f"{name_of(visit)}.{look.name}.webp").write_bytes(await picture(page, look))
                await page.context.close()
    except AssertionError as complaints:
        return [f"{visit}: {complaints}"]
    return []


async def picture(page: Page, look: Look) -> bytes:
    """As WebP, which Chromium itself can write."""
    height = await page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": look.viewport["width"], "height": min(height, HIGHEST)}
    wanted = {
        "format": "webp",
        "quality": QUALITY,
        "captureBeyondViewport": True,
        "clip": {**clip, "scale": look.scale},
    }
    session = await page.context.new_cdp_session(page)
    return base64.b64decode((await session.send("Page.captureScreenshot", wanted))["data"])


def index() -> str:
    """Of the pages, each with its looks beside each other."""
    head = "| " + " | ".join(["page", "seen by", *(look.title for look in LOOKS)]) + " |"
    rows = [head, "| --- " * (2 + len(LOOKS)) + "|"]
    for visit in VISITS:
        looks = [
            f"[![]({name_of(visit)}.{look.name}.webp)]({name_of(visit)}.{look.name}.webp)" for look in LOOKS
        ]
        rows.append(f"| `{visit.path}` | {visit.roles[0] or 'everybody'} | " + " | ".join(looks) + " |")
    return (
        "# Screens\n\nEvery page as one of the roles that may open it sees it, in a term that the simulator "
        "played. Written by `make screens`.\n\n" + "\n".join(rows) + "\n"
    )


async def main() -> None:
    executable = chromium()
    if executable is None:
        raise SystemExit(MISSING)
    logs.configure("warning", redact)
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    complaints: list[str] = []
    with server.directory_of_the_run(), tempfile.TemporaryDirectory() as directory:
        async with (
            server.running() as clone_server,
            played_site(clone_server, Path(directory)) as site,
            launched(executable) as browser,
        ):
            for visit in VISITS:
                complaints += await take(browser, site, visit)
    (DIRECTORY / "README.md").write_text(index())
    size = sum(path.stat().st_size for path in DIRECTORY.iterdir())
    if size > MOST_BYTES:
        complaints.append(f"docs/screens holds {size:,} bytes; {MOST_BYTES:,} are the most")
    if complaints:
        raise SystemExit("\n".join(complaints))


if __name__ == "__main__":
    asyncio.run(main())
