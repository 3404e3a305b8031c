"""The language that the caller prefers: one chosen at a page, else what the browser or program says."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.language import LanguageTag, preferred_language

COOKIE = "language"


def language_of(request: Request) -> LanguageTag:
    """A program sends no cookie. Anything but our two tags is as good as none."""
    return preferred_language(request.cookies.get(COOKIE) or request.headers.get("accept-language", ""))


async def _asked(request: Request) -> LanguageTag:
    return language_of(request)


Language = Annotated[LanguageTag, Depends(_asked)]

__all__ = ["COOKIE", "Language", "LanguageTag", "language_of", "preferred_language"]
