"""The bill of materials names everything an image runs, and an audit that learnt nothing says so."""

import json
from pathlib import Path

from tests.packaging.supply import RUNTIME, bill_of_materials, told
from tests.packaging.test_files import pins

SAFE = {"name": "alembic", "version": "1.20.1", "vulns": []}
UNSAFE = {"name": "old", "version": "0.1", "vulns": [{"id": "PYSEC-0000-1"}, {"id": "GHSA-none"}]}
UNKNOWN = {"name": "private", "skip_reason": "Dependency not found"}


def report(*packages: object) -> bytes:
    return json.dumps({"dependencies": packages, "fixes": []}).encode()


def test_the_bill_names_each_package_of_the_image_with_version_and_hashes(tmp_path: Path) -> None:
    bill_of_materials(RUNTIME, tmp_path / "bill.json")
    bill = json.loads((tmp_path / "bill.json").read_text())
    named = {each["name"]: each for each in bill["components"]}
    assert named.keys() == pins("deploy/runtime.lock").keys()
    for name, each in named.items():
        assert f"{name}=={each['version']}" in pins("deploy/runtime.lock")[name]
        assert each["purl"] == f"pkg:pypi/{name}@{each['version']}"
        assert each["externalReferences"][0]["hashes"]
    assert bill["metadata"]["component"]["name"] == "supervise"


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
