"""compose.yaml as a test reads it, with the variables of .env filled in."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.packaging.dockerfile import ROOT

VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::\?[^}]*)?\}")
PASSWORDS = ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "PROGRAM_PASSWORD")


def composition(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """As compose would see it. A variable that is not given fails, as it does there."""
    text = (ROOT / "compose.yaml").read_text()
    given = variables or dict.fromkeys(PASSWORDS, "example")
    read: dict[str, Any] = yaml.safe_load(VARIABLE.sub(lambda found: given[found[1]], text))
    return read


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = composition()["services"]
    return found


def server_settings(service: Mapping[str, Any]) -> dict[str, str]:
    """What the database server is started with."""
    options = [word for word in service["command"] if word.startswith("-c")]
    return dict(option.removeprefix("-c").split("=", 1) for option in options)
