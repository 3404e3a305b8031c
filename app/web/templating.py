"""The environment of templates: what each of them may say without being handed it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.accounts.authorisation import TABLE, Action
from app.api.language import LanguageTag, language_of
from app.core import clock
from app.core.district_names import name_of, offered
from app.core.errors import Text
from app.people import csrf
from app.people.schemas import Known
from app.people.sessions import COOKIE
from app.policies.schemas import Bilingual
from app.rules.words import in_words
from app.web import formats
from app.web.deeds import deed
from app.web.filter_words import filter_name, filter_value
from app.web.navigation import groups_for, home_of, place_of
from app.web.static_files import asset
from app.web.terms import term
from app.web.waiting import MOST
from app.web.words import WORDS

THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters.update(formats.FILTERS)
TEMPLATES.globals.update(
    asset=asset,
    term=term,
    deed=deed,
    in_words=in_words,
    district_name=lambda code: name_of(code or ""),
    districts_offered=offered,
    filter_name=filter_name,
    filter_value=filter_value,
    most_waiting=MOST,
    now=clock.now,
    today=clock.today,
    Action=Action,
)


def render(request: Request, template: str, context: Mapping[str, Any]) -> str:
    """`template` without its suffix. What `context` names stands before what every page knows."""
    return TEMPLATES.get_template(f"{template}.html").render({**_known(request), **context})


def _known(request: Request) -> dict[str, Any]:
    language = language_of(request)
    visitor = visitor_of(request)
    cookie = request.cookies.get(COOKIE)
    theme = request.cookies.get(THEME_COOKIE)
    return {
        "language": language,
        "t": lambda word: WORDS[word].in_language(language),
        "say": lambda zh, en: Text(zh, en).in_language(language),
        "told": lambda text: told(text, language),
        "terms": lambda values: [(each, told(term(each).text, language)) for each in values],
        "named": lambda pairs: [(value, told(text, language)) for value, text in pairs],
        "theme": theme if theme in THEMES else THEMES[0],
        "visitor": visitor,
        "groups": () if visitor is None else groups_for(visitor.role),
        "own_place": None if visitor is None else place_of(visitor.role, request.url.path),
        "home": "/" if visitor is None else home_of(visitor.role),
        "waiting": getattr(request.state, "waiting", 0),
        "may": lambda action: visitor is not None and visitor.role in TABLE[action],
        "csrf_token": csrf.token_for(cookie) if cookie else None,
        "path": request.url.path,
        "here": here(request),
        "query": request.query_params,
        "with_query": lambda **changed: with_query(request, **changed),
        "searched": "",
        "error": None,
    }


def told(text: Text | Bilingual | str | None, language: LanguageTag) -> str:
    """In the visitor's language, whatever kind of text it is."""
    match text:
        case None:
            return formats.NONE
        case str():
            return text
        case Text():
            return text.in_language(language)
        case Bilingual():
            return text.en if language == "en" else text.zh


def visitor_of(request: Request) -> Known | None:
    """Whom the page is for, once a dependency has found out."""
    person = getattr(request.state, "person", None)
    return person if isinstance(person, Known) and person.is_whole else None


def here(request: Request) -> str:
    """The page that is shown, as its address within the site."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


PASSING = {"cursor", "done"}
"""Parameters of one answer alone."""


def with_query(request: Request, **changed: object) -> str:
    """The same page with other parameters; None takes one away, and a page of a list begins anew."""
    kept = {name: value for name, value in request.query_params.items() if name not in PASSING}
    wanted = {**kept, **changed}
    query = urlencode({name: str(value) for name, value in wanted.items() if value not in {None, ""}})
    return f"{request.url.path}?{query}" if query else request.url.path
