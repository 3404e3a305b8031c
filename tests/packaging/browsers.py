"""What browsers are delivered, out of the lock of npm, as components of a bill of materials (CycloneDX)."""

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.spdx import is_supported_id

INSIDE = "node_modules/"
BUNDLED = {"echarts": [{"type": "library", "name": "d3", "licenses": [{"license": {"id": "BSD-3-Clause"}}]}]}
"""Code that a package took over from others, of no version that it names."""


def delivered(lock: Path) -> dict[str, Mapping[str, Any]]:
    """Of the packages that npm is asked for, those that are not for tests alone, by their names."""
    packages = json.loads(lock.read_text())["packages"]
    return {
        place.removeprefix(INSIDE): each for place, each in packages.items() if place and not each.get("dev")
    }


def components(lock: Path) -> list[dict[str, Any]]:
    return [_component(name, each) for name, each in sorted(delivered(lock).items())]


def dependencies(lock: Path) -> list[dict[str, Any]]:
    """Which of them needs which, by their references."""
    packages = delivered(lock)
    return [
        {"ref": purl(name, packages), **_needs(each, packages)} for name, each in sorted(packages.items())
    ]


def purl(name: str, packages: Mapping[str, Mapping[str, Any]]) -> str:
    """Also the reference: a package is in the lock once."""
    return f"pkg:npm/{quote(name, safe='/')}@{packages[name]['version']}"


def _needs(package: Mapping[str, Any], packages: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    needed = [purl(each, packages) for each in sorted(package.get("dependencies", {}))]
    return {"dependsOn": needed} if needed else {}


def _component(name: str, package: Mapping[str, Any]) -> dict[str, Any]:
    reference = purl(name, {name: package})
    bundled = {"components": BUNDLED[name]} if name in BUNDLED else {}
    return {
        "bom-ref": reference,
        "type": "library",
        "name": name,
        "version": package["version"],
        "purl": reference,
        "hashes": list(_hashes(package["integrity"])),
        "licenses": [{"license": _licence(package["license"])}],
        "scope": "required",
        **bundled,
    }


def _licence(named: str) -> dict[str, str]:
    """Some packages name theirs otherwise than SPDX does."""
    return {"id" if is_supported_id(named) else "name": named}


def _hashes(integrity: str) -> Iterator[dict[str, str]]:
    """Of the package as npm delivers it."""
    for each in integrity.split():
        algorithm, _, value = each.partition("-")
        yield {"alg": f"SHA-{algorithm.removeprefix('sha')}", "content": b64decode(value).hex()}
