"""Proof that a request was meant: it comes from a page of ours, and from this very session. Pure.

Browsers add cookies to requests that other sites start. They also say where a request was started, and
another site cannot read what only a page of ours is told.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from app.people.errors import CrossSiteRequest, CsrfTokenWrong

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER, FIELD = "x-csrf-token", "csrf_token"
_PURPOSE = b"csrf 1"


def token_for(cookie: str) -> str:
    """Follows from the session's cookie and ends with it; the cookie does not follow from the token."""
    return hmac.new(cookie.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def check_token(cookie: str, token: str) -> None:
    if not hmac.compare_digest(token_for(cookie).encode(), token.encode()):
        raise CsrfTokenWrong


def check_origin(*, origin: str | None, fetch_site: str | None, own: str) -> None:
    """`own`: the origin under which people reach us. `null` is nobody's; who says nothing is not believed."""
    if fetch_site not in {None, "same-origin"}:
        raise CrossSiteRequest
    if (origin is None and fetch_site is None) or (origin is not None and origin != own):
        raise CrossSiteRequest


def own_origin(public_url: str | None, scheme: str, host: str) -> str:
    return public_url or f"{scheme}://{host}"


def path_within(wanted: str, default: str) -> str:
    r"""`wanted`, if it is a path of this site and nothing else; browsers read `//` and `/\` as another host.

    >>> path_within("/account?x=1", "/"), path_within("//evil.example", "/"), path_within("https:/x", "/")
    ('/account?x=1', '/', '/')
    """
    is_plain = wanted.isascii() and wanted.isprintable() and " " not in wanted and "\\" not in wanted
    if not is_plain or not wanted.startswith("/") or wanted.startswith("//"):
        return default
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else wanted
