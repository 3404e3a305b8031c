"""The bill names all that an image runs and browsers get; an audit that learnt nothing says so."""

import json
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.packaging.browsers import components
from tests.packaging.supply import ASSETS, ROOT, RUNTIME, bill_of_materials, told
from tests.packaging.test_files import pins

SAFE = {"name": "alembic", "version": "1.20.1", "vulns": []}
UNSAFE = {"name": "old", "version": "0.1", "vulns": [{"id": "PYSEC-0000-1"}, {"id": "GHSA-none"}]}
UNKNOWN = {"name": "private", "skip_reason": "Dependency not found"}


def report(*packages: object) -> bytes:
    return json.dumps({"dependencies": packages, "fixes": []}).encode()


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("bill") / "bill.json"
    bill_of_materials(RUNTIME, ASSETS, path)
    written: dict[str, Any] = json.loads(path.read_text())
    return written


def of_kind(bill: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """By names; `pypi` or `npm`."""
    return {each["name"]: each for each in bill["components"] if each["purl"].startswith(f"pkg:{kind}/")}


def test_the_bill_is_one_by_its_schema(bill: dict[str, Any]) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None


def test_the_bill_names_each_package_of_the_image_with_version_and_hashes(bill: dict[str, Any]) -> None:
    named = of_kind(bill, "pypi")
    assert named.keys() == pins("deploy/runtime.lock").keys()
    for name, each in named.items():
        assert f"{name}=={each['version']}" in pins("deploy/runtime.lock")[name]
        assert each["purl"] == f"pkg:pypi/{name}@{each['version']}"
        assert each["externalReferences"][0]["hashes"]
    assert bill["metadata"]["component"]["name"] == "supervise"


def test_the_bill_names_what_browsers_are_delivered_with_licence_and_hash(bill: dict[str, Any]) -> None:
    named = of_kind(bill, "npm")
    assert named.keys() == {"@noble/hashes", "echarts", "htmx.org", "tslib", "zrender"}
    asked_for = json.loads((ROOT / "assets/package.json").read_text())
    assert asked_for["dependencies"].keys() <= named.keys()
    assert not asked_for["devDependencies"].keys() & named.keys()
    for name, each in named.items():
        published = json.loads((ROOT / "assets/node_modules" / name / "package.json").read_text())
        (told,) = each["licenses"]
        assert published["version"] == each["version"]
        assert published["license"] in told["license"].values()
        assert [len(one["content"]) for one in each["hashes"] if one["alg"] == "SHA-512"] == [128]
    assert named["@noble/hashes"]["purl"] == f"pkg:npm/%40noble/hashes@{named['@noble/hashes']['version']}"


def test_the_bill_tells_what_is_bundled_with_it(bill: dict[str, Any]) -> None:
    named = of_kind(bill, "npm")
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert needs[named["echarts"]["bom-ref"]] == [named["tslib"]["bom-ref"], named["zrender"]["bom-ref"]]
    assert [each["name"] for each in named["echarts"]["components"]] == ["d3"]


def test_a_licence_that_is_none_of_spdx_is_told_by_its_name(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    package = {"version": "1.0.0", "integrity": f"sha512-{'A' * 86}==", "license": "BSD-0-Clause"}
    lock.write_text(json.dumps({"packages": {"": {}, "node_modules/a": package}}))
    (component,) = components(lock)
    assert component["licenses"] == [{"license": {"name": "BSD-0-Clause"}}]


def test_what_is_known_to_be_unsafe_stops_the_audit() -> None:
    audit = told(report(SAFE, UNSAFE))
    assert not audit.is_passed(must_be_known=False)
    assert "old 0.1: PYSEC-0000-1, GHSA-none" in str(audit)


def test_an_audit_that_learnt_of_everything_is_passed() -> None:
    assert told(report(SAFE)).is_passed(must_be_known=True)
    assert "0 in 1 of 1" in str(told(report(SAFE)))


def test_what_nobody_could_be_asked_about_is_told_and_stops_where_it_must_be_known() -> None:
    audit = told(report(UNKNOWN))
    assert "NOT AUDITED" in str(audit)
    assert audit.is_passed(must_be_known=False)
    assert not audit.is_passed(must_be_known=True)
    assert "not audited: private" in str(told(report(SAFE, UNKNOWN)))


def test_a_report_that_is_none_is_no_audit() -> None:
    assert "NOT AUDITED" in str(told(b"connection refused"))
