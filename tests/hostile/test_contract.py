"""Whatever the document allows or forbids to ask: documented status, type, headers and shape, never a 5xx."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from app.core.vocabulary import Role
from tests.hostile.conftest import ROLES, STRANGER, Target
from tests.hostile.contract import KNOWN, promised

Operation = APIOperation[Any, Any, Any, Any]
OneCase = Case[Any]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def operations(document: dict[str, Any]) -> dict[str, Operation]:
    found = schemathesis.openapi.from_dict(document).get_all_operations()
    return {each.ok().label: each.ok() for each in found if isinstance(each, Ok)}


OPERATIONS = operations(promised())
QUICKLY = [role for role in ROLES if role not in {"other_platform", "district_regulator"}]
"""Drawn anew for each question."""
AT_LENGTH = ["platform", "regulator", "enterprise", Role.learner, Role.approver, Role.administrator, STRANGER]
"""Between them they are let in everywhere."""
A_FEW = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_nothing_of_the_document_is_left_out(target: Target) -> None:
    served = requests.get(f"{target.address}/openapi.json", timeout=30).json()
    wanted = [f"{method.upper()} {path}" for path, them in served["paths"].items() for method in them]
    assert sorted(OPERATIONS) == sorted(wanted)


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_are_as_documented(target: Target, label: str) -> None:
    hold(target, OPERATIONS[label], QUICKLY)


@pytest.mark.parametrize("missing", ["status", "header", "field"])
def test_what_is_not_documented_is_noticed(target: Target, missing: str) -> None:
    document = promised()
    answer = document["paths"]["/healthz"]["get"]["responses"]
    if missing == "status":
        del answer["200"]
    elif missing == "header":
        answer["200"]["headers"]["X-Unheard-Of"] = {"required": True, "schema": {"type": "string"}}
    else:
        document["components"]["schemas"]["Health"]["required"].append("unheard_of")
    with pytest.raises(FailureGroup):
        hold(target, operations(document)["GET /healthz"], [STRANGER])


def hold(target: Target, operation: Operation, roles: Sequence[str]) -> None:
    """The server to what is promised of the operation."""
    proofs = {role: target.proofs_of(role) for role in roles}
    with requests.Session() as session:

        @given(case=cases(operation), role=st.sampled_from(roles))
        @A_FEW
        def ask(case: OneCase, role: str) -> None:
            response = case.call(base_url=target.address, session=session, headers=proofs[role], timeout=60)
            case.validate_response(response, checks=CHECKS)

        ask()


def cases(operation: Operation) -> st.SearchStrategy[OneCase]:
    """Valid and invalid ones; every other time of something that exists."""
    either = [operation.as_strategy(mode) for mode in GenerationMode]
    return st.tuples(st.one_of(either), st.booleans(), st.integers(0, 100)).map(lambda drawn: known(*drawn))


def known(case: OneCase, is_known: bool, choice: int) -> OneCase:  # noqa: FBT001 (drawn by Hypothesis)
    for parameters in (case.path_parameters, case.query) if is_known else ():
        for name in parameters.keys() & KNOWN.keys():
            parameters[name] = KNOWN[name][choice % len(KNOWN[name])]
    return case


@pytest.mark.long
@pytest.mark.parametrize("role", AT_LENGTH)
def test_so_they_are_at_length(target: Target, role: str, tmp_path: Path) -> None:
    """Every boundary of every parameter, wrong methods, and what follows from one answer to the next."""
    (tmp_path / "openapi.json").write_text(json.dumps(promised()))
    proofs = [f"{name}: {value}" for name, value in target.proofs_of(role).items()]
    command = [
        *(str(Path(sys.executable).with_name("st")), "run", str(tmp_path / "openapi.json")),
        *("--url", target.address, "--continue-on-failure", "--seed", "20261120", "--max-examples", "8"),
        *("--phases", "coverage,fuzzing,stateful"),  # examples of NDJSON it cannot write
        *("--checks", ",".join(["not_a_server_error", *(check.__name__ for check in CHECKS[1:])])),
        *("--output-sanitize", "true", "--warnings", "off"),
        *(word for proof in proofs for word in ("--header", proof)),
    ]
    ran = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-5000:]
