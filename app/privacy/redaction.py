"""Keeps personal data and secrets out of the logs: by field name first, by pattern as a net behind.

The net catches what was glued into a sentence or a traceback. It cannot know names of persons or accounts:
nothing of that kind belongs in a log call to begin with.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"

PRIVATE_FIELDS = frozenset(
    {
        "access_token",
        "account",
        "actor",
        "assertion",
        "authorization",
        "bank_account",
        "body",
        "client_secret",
        "comments",
        "contact_name",
        "contact_phone",
        "cookie",
        "database_url",
        "detail",
        "id_number",
        "instructor_name",
        "ip",
        "learner_name",
        "migration_url",
        "name",
        "password",
        "phone",
        "record",
        "responsible_person",
        "secret",
        "token",
    }
)

HASH = r"(?=[0-9]{0,127}[A-Fa-f])[0-9A-Fa-f]{32,}"
"""It may hold 18 digits in a row, and stays as it is. The look-ahead is bounded: a text may be all digits."""
ID_NUMBER = r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
PHONE = r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9][0-9]{9}(?![0-9A-Za-z])"
NET = re.compile(f"(?P<hash>{HASH})|{ID_NUMBER}|{PHONE}")


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor; stands after tracebacks are formatted and before the event is rendered."""
    return redacted_fields(event)


def redacted_fields(fields: Mapping[Any, object]) -> dict[str, Any]:
    return {redact_text(str(key)): redacted(key, value) for key, value in fields.items()}


def redacted(key: object, value: object) -> object:
    if isinstance(key, str) and key.lower() in PRIVATE_FIELDS:
        return REDACTED
    return redacted_value(value)


def redacted_value(value: object) -> object:
    """Anything that is no plain figure is taken as the text it would be logged as."""
    match value:
        case None | bool() | float():
            return value
        case Mapping():
            return redacted_fields(value)
        case list() | tuple() | set() | frozenset():
            return [redacted_value(item) for item in value]
        case int():
            return value if redact_text(str(value)) == str(value) else REDACTED
        case _:
            return redact_text(str(value))


def redact_text(text: str) -> str:
    return NET.sub(lambda found: found["hash"] or REDACTED, text)
