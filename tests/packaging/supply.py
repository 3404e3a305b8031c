"""What the program is made of, and whether any of it is known to be unsafe: `make audit`.

Writes a bill of materials (CycloneDX) of what an image runs and browsers are delivered, and asks for the
known vulnerabilities of everything that is pinned for Python. Ends with 1 where one is known, and where
nobody could be asked if SUPPLY_MUST_BE_KNOWN is set.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.packaging import browsers

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "assets/package-lock.json"
RUNTIME, EVERYTHING = ROOT / "deploy/runtime.lock", ROOT / "requirements.lock"
BILL = ROOT / "var/bill-of-materials.cdx.json"
PATIENCE_S = 300
MUST_BE_KNOWN = "SUPPLY_MUST_BE_KNOWN"


class Audit(NamedTuple):
    pinned: int
    unknown: Sequence[str]
    """Packages about which nothing could be learnt."""
    vulnerable: Sequence[str]
    """`package version: ids`."""

    def is_passed(self, *, must_be_known: bool) -> bool:
        return not self.vulnerable and not (self.unknown and must_be_known)

    def __str__(self) -> str:
        asked = self.pinned - len(self.unknown)
        lines = [
            f"known vulnerabilities: {len(self.vulnerable)} in {asked} of {self.pinned} packages asked for"
        ]
        lines += self.vulnerable
        if not asked:
            lines.append("NOT AUDITED: no database of vulnerabilities answered.")
        elif self.unknown:
            lines.append("not audited: " + ", ".join(self.unknown))
        return "\n".join(lines)


def bill_of_materials(lock: Path, assets: Path, target: Path) -> None:
    """CycloneDX 1.6 in JSON: every package with version, purl and hashes; the same locks, the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    project = ["--pyproject", str(ROOT / "pyproject.toml")]
    written = ["--output-format", "JSON", "--output-reproducible", "--output-file", str(target)]
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock)]
    subprocess.run([*command, *project, *written], check=True, timeout=PATIENCE_S)
    bill = json.loads(target.read_text())
    bill["components"] += browsers.components(assets)
    bill["dependencies"] += browsers.dependencies(assets)
    target.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n")


def audited(lock: Path) -> Audit:
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), *options]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return told(b"")
    return told(done.stdout)


def told(report: bytes) -> Audit:
    """Out of pip-audit's JSON. A report that is none tells nothing of no package."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        return Audit(1, ["everything"], [])
    return Audit(
        pinned=len(packages),
        unknown=[each["name"] for each in packages if "skip_reason" in each],
        vulnerable=[
            f"{each['name']} {each['version']}: {', '.join(one['id'] for one in each['vulns'])}"
            for each in packages
            if each.get("vulns")
        ],
    )


def main() -> int:
    bill_of_materials(RUNTIME, ASSETS, BILL)
    print(f"bill of materials: {BILL.relative_to(ROOT)}")  # noqa: T201
    audit = audited(EVERYTHING)
    print(audit)  # noqa: T201
    return 0 if audit.is_passed(must_be_known=bool(os.environ.get(MUST_BE_KNOWN))) else 1


if __name__ == "__main__":
    sys.exit(main())
