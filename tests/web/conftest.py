"""Pages, asked as a browser asks them."""

from tests.console.conftest import executable
from tests.people.conftest import app, browser, browsers, settings

__all__ = ["app", "browser", "browsers", "executable", "settings"]
