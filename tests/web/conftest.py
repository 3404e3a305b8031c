"""Pages, asked as a browser asks them."""

from tests.people.conftest import app, browser, browsers, settings

__all__ = ["app", "browser", "browsers", "settings"]
