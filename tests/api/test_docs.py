"""The reference: complete, in both languages, and with nothing from the internet."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.authorisation import TABLE, Action
from app.api.openapi import openapi_document

COMMITTED = Path(__file__).parents[2] / "openapi" / "openapi.json"
CHINESE, ENGLISH = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{3}")


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


async def test_the_page_loads_only_what_we_serve(stranger: httpx.AsyncClient) -> None:
    page = await stranger.get("/docs")
    assert page.status_code == 200
    assets = re.findall('(?:src|href)="([^"]+)"', page.text)
    assert assets
    for asset in assets:
        assert asset.startswith("/docs/")
        answer = await stranger.get(asset)
        assert (answer.status_code, len(answer.content) > 100) == (200, True)
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text


async def test_other_files_of_the_package_are_not_served(stranger: httpx.AsyncClient) -> None:
    for name in ("__init__.py", "..%2fmain.py", "x"):
        assert (await stranger.get(f"/docs/{name}")).status_code == 404


async def test_the_document_is_served(stranger: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await stranger.get("/openapi.json")).json() == openapi_document(app)


def test_every_operation_has_a_summary_and_words_in_both_languages(app: FastAPI) -> None:
    for operation in operations(openapi_document(app)):
        for words in (operation["summary"], operation["description"]):
            assert CHINESE.search(words), operation["operationId"]
            assert ENGLISH.search(words), operation["operationId"]


def test_every_field_and_parameter_has_a_title_in_both_languages(app: FastAPI) -> None:
    document = openapi_document(app)
    named = [
        (f"{name}.{field}", schema.get("title", ""))
        for name, model in document["components"]["schemas"].items()
        for field, schema in model.get("properties", {}).items()
    ]
    named += [
        (f"{operation['operationId']}.{parameter['name']}", parameter["schema"].get("title", ""))
        for operation in operations(document)
        for parameter in operation.get("parameters", [])
    ]
    untitled = [name for name, title in named if not (CHINESE.search(title) and re.search("[A-Za-z]", title))]
    assert untitled == []


def test_errors_are_documented_as_problems_only(app: FastAPI) -> None:
    document = openapi_document(app)
    assert "HTTPValidationError" not in json.dumps(document)
    for operation in operations(document):
        assert operation["responses"]["default"]["content"].keys() == {"application/problem+json"}


def test_every_scope_is_documented(app: FastAPI) -> None:
    flows = openapi_document(app)["components"]["securitySchemes"]["oauth2"]["flows"]
    of_programs = {action.value for action in Action if any(role.is_program for role in TABLE[action])}
    assert flows["clientCredentials"]["scopes"].keys() == of_programs


@pytest.mark.parametrize("later", ["private_key_jwt"])
def test_what_comes_later_is_not_promised_yet(app: FastAPI, later: str) -> None:
    assert later not in json.dumps(openapi_document(app)).lower()


def test_the_committed_document_is_fresh(app: FastAPI) -> None:
    assert json.loads(COMMITTED.read_text()) == openapi_document(app), "run `make openapi`"
