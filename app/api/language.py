"""The language that the caller of the API prefers."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.language import LanguageTag, preferred_language


def language_of(request: Request) -> LanguageTag:
    return preferred_language(request.headers.get("accept-language", ""))


async def _asked(request: Request) -> LanguageTag:
    return language_of(request)


Language = Annotated[LanguageTag, Depends(_asked)]

__all__ = ["Language", "LanguageTag", "language_of", "preferred_language"]
