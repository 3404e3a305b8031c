"""What pages fetch from npm: pinned by hash, built into the wheel with its licences, and asked for once."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.packaging.dockerfile import ROOT

ASSETS, VENDOR = ROOT / "assets", "app/web/static/vendor/"
LOCKED = json.loads((ASSETS / "package-lock.json").read_text())["packages"]
PACKAGES = {place.removeprefix("node_modules/"): each for place, each in LOCKED.items() if place}
UNREACHABLE = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9", "NPM_CONFIG_FETCH_RETRIES": "0"}


def build(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """The wheel, with no registry of npm in reach."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    environment = {**os.environ, **UNREACHABLE, "NPM_CONFIG_CACHE": str(target / "cache")}
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Built of what lies here: npm is not asked again for files of this very lock."""
    target = tmp_path_factory.mktemp("wheel")
    done = build(ROOT, target)
    assert done.returncode == 0, done.stderr
    (built,) = target.glob("*.whl")
    return ZipFile(built)


@pytest.fixture
def fresh_project(tmp_path: Path) -> Path:
    """As it is cloned, with nothing fetched yet."""
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("app", "migrations"):
        (tmp_path / name).mkdir()
    fetched = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(ASSETS, tmp_path / "assets", ignore=fetched)
    return tmp_path


class TestLock:
    def test_every_package_is_pinned_by_its_hash_wherever_it_comes_from(self) -> None:
        assert all(re.fullmatch(r"sha512-[\w+/]+=*", each["integrity"]) for each in PACKAGES.values())
        assert [name for name, each in PACKAGES.items() if "resolved" in each] == []
        assert "registry" not in (ASSETS / "package-lock.json").read_text()
        assert "omit-lockfile-registry-resolved=true" in (ASSETS / ".npmrc").read_text().splitlines()

    def test_what_is_asked_for_are_exact_versions_and_those_are_locked(self) -> None:
        package = json.loads((ASSETS / "package.json").read_text())
        asked = {**package["dependencies"], **package["devDependencies"]}
        assert asked == {name: PACKAGES[name]["version"] for name in asked}

    def test_only_tests_use_what_is_for_tests(self) -> None:
        assert {name for name, each in PACKAGES.items() if each.get("dev")} == {"axe-core"}
        assert (ASSETS / "node_modules/axe-core/axe.min.js").exists()


class TestWheel:
    def test_holds_what_pages_fetch(self, wheel: ZipFile) -> None:
        held = {name.removeprefix(VENDOR) for name in wheel.namelist() if name.startswith(VENDOR)}
        scripts = {"htmx.min.js", "echarts.common.min.js"}
        modules = {f"noble-hashes/{name}.js" for name in ("sha2", "_md", "_u64", "utils")}
        assert {name for name in held if name.endswith(".js")} == scripts | modules

    def test_holds_the_licence_of_each_package_in_it(self, wheel: ZipFile) -> None:
        licences = {name: wheel.read(name) for name in wheel.namelist() if name.startswith(VENDOR)}
        carried = [name for name, each in PACKAGES.items() if not each.get("dev")]
        for package in carried:
            (licence,) = (ASSETS / "node_modules" / package).glob("LICENSE*")
            assert licence.read_bytes() in licences.values(), package

    def test_holds_what_is_for_pages_and_nothing_that_makes_them(self, wheel: ZipFile) -> None:
        held = set(wheel.namelist())
        ours = [path for name in ("static", "templates") for path in (ROOT / "app/web" / name).rglob("*.*")]
        assert {str(path.relative_to(ROOT)) for path in ours} <= held
        assert not [name for name in held if name.startswith("assets/") or "node_modules" in name]


class TestBuild:
    def test_that_cannot_reach_npm_says_what_to_do(self, fresh_project: Path) -> None:
        done = build(fresh_project, fresh_project / "dist")
        assert done.returncode != 0
        assert "let this machine reach a registry of npm" in done.stderr.splitlines()[-1]
        assert not (fresh_project / VENDOR).exists()

    def test_asks_npm_again_once_the_lock_is_another(self, fresh_project: Path) -> None:
        shutil.copytree(ROOT / VENDOR, fresh_project / VENDOR)
        assert build(fresh_project, fresh_project / "dist").returncode == 0
        lock = fresh_project / "assets/package-lock.json"
        lock.write_text(lock.read_text() + "\n")
        assert build(fresh_project, fresh_project / "dist").returncode != 0
