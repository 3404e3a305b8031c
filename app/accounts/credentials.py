"""What a client shows of itself: `key:<kid>` or `secret:<number>`. Tokens and batches remember which."""

import re

from app.core.ids import Credential

KID = re.compile("[A-Za-z0-9_-]{1,64}")
FORM = re.compile("key:[A-Za-z0-9_-]{1,64}|secret:[1-9][0-9]{0,8}")
_KEY = "key:"


def of_key(kid: str) -> Credential:
    return Credential(_KEY + kid)


def of_secret(number: int) -> Credential:
    return Credential(f"secret:{number}")


def kid_of(credential: Credential) -> str | None:
    """None: it is a secret."""
    return credential.removeprefix(_KEY) if credential.startswith(_KEY) else None
