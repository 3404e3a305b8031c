"""People at their browsers, watched: whatever a browser complains of, the test fails of."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from app.core.vocabulary import Role
from app.people.sessions import COOKIE
from tests.console.site import Site

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PATIENCE_MS = 15_000
LEFT_BEHIND = "net::ERR_ABORTED"
"""The browser itself gave up a request, because the person went on or a file came instead of a page."""


@dataclass
class Watch:
    """What was complained of so far."""

    host: str
    complaints: list[str] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)
    """Of pages that the test asks for although it knows that they refuse."""

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._spoken)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", lambda answer: self.answers.append((answer.status, answer.url)))

    def _spoken(self, message: ConsoleMessage) -> None:
        is_status = any(f"status of {status} " in message.text for status in self.expected_statuses)
        if message.type in {"error", "warning"} and not is_status:
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.netloc != self.host:
            self.complaints.append(f"left the machine: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_BEHIND:
            self.complaints.append(f"failed: {request.url} {request.failure}")


@dataclass
class Visitors:
    """Opens browsers for people of each role; they close with the test."""

    browser: Browser
    site: Site
    stack: AsyncExitStack
    watch: Watch

    async def come(self, role: Role | None = None, **options: Any) -> Page:  # noqa: ANN401 (Playwright's own)
        """Signed in as somebody of the role, None: a stranger; `options` of Playwright's `new_context`."""
        usual = {
            "viewport": DESK,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "color_scheme": "light",
            "reduced_motion": "reduce",
            "base_url": self.site.address,
        }
        context = await self.browser.new_context(**{**usual, **options})
        self.stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        self.watch.over(context)
        if role is not None:
            cookie = {"name": COOKIE, "value": self.site.cookies[role], "domain": "localhost", "path": "/"}
            await context.add_cookies([{**cookie, "secure": True, "httpOnly": True}])  # type: ignore[typeddict-item]
        return await context.new_page()


@asynccontextmanager
async def watched(browser: Browser, site: Site) -> AsyncIterator[Visitors]:
    """Fails at its end where any of the browsers had something to complain of."""
    watch = Watch(urlsplit(site.address).netloc)
    async with AsyncExitStack() as stack:
        yield Visitors(browser, site, stack, watch)
    assert watch.complaints == [], "\n".join(watch.complaints)
