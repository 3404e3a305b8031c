"""`POST /oauth/token`: who gets a token, and what everybody else is told."""

import base64

import httpx
import pytest
from sqlalchemy import select

from app.accounts import service
from app.core import clock
from app.db.models import Client
from app.db.session import Database, reading, transaction
from tests.api.conftest import LIVE, REGULATOR, Doors, account_form

GRANT = {"grant_type": "client_credentials"}


async def ask(doors: Doors, form: dict[str, str], **headers: str) -> httpx.Response:
    return await (await doors.stranger()).post("/oauth/token", data=form, headers=headers)


def assert_refused(answer: httpx.Response, status: int, error: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error"] == answer.json()["code"] == error
    assert answer.json()["error_description"].isascii()
    assert answer.headers["cache-control"] == "no-store"


async def test_a_secret_in_the_form_gets_a_token(doors: Doors) -> None:
    account = await doors.register(LIVE)
    answer = await ask(doors, GRANT | account_form(account))
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("bearer", 3600)
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


async def test_a_secret_by_http_basic_gets_a_token(doors: Doors) -> None:
    account = await doors.register(LIVE)
    client = await doors.stranger()
    answer = await client.post("/oauth/token", data=GRANT, auth=(account.client_id, account.client_secret))
    assert answer.status_code == 200


async def test_the_scope_is_all_that_the_role_may_do(doors: Doors) -> None:
    account = await doors.register(REGULATOR)
    scope = (await ask(doors, GRANT | account_form(account))).json()["scope"].split()
    assert "compliance:read" in scope
    assert "feeds:push" not in scope


async def test_a_narrower_scope_is_granted_and_holds(doors: Doors) -> None:
    narrow = await doors.signed_in(LIVE, scope="batches:read")
    assert (await narrow.get("/api/v1/batches")).status_code == 200
    refused = await narrow.get("/api/v1/assessment")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


@pytest.mark.parametrize("scope", ["feeds:push", "batches:read unheard-of", " "])
async def test_a_scope_beyond_the_role_is_refused(doors: Doors, scope: str) -> None:
    account = await doors.register(REGULATOR)
    assert_refused(await ask(doors, GRANT | account_form(account) | {"scope": scope}), 400, "invalid_scope")


async def test_a_wrong_secret_an_unknown_and_a_revoked_client_look_alike(doors: Doors) -> None:
    account, revoked = await doors.register(LIVE), await doors.register(REGULATOR)
    async with transaction(doors.database) as session:
        await service.revoke_client(session, revoked.client_id, clock.now())
    forms = [
        account_form(account) | {"client_secret": "wrong"},
        account_form(account) | {"client_id": "platform-0000000000000000"},
        account_form(account) | {"client_id": "no such \0 client"},
        account_form(revoked),
    ]
    answers = [await ask(doors, GRANT | form) for form in forms]
    for answer in answers:
        assert_refused(answer, 401, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    "authorization",
    ["Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic /w=="],
)
async def test_unreadable_basic_credentials_are_no_credentials(doors: Doors, authorization: str) -> None:
    assert_refused(await ask(doors, GRANT, Authorization=authorization), 401, "invalid_client")


async def test_credentials_come_one_way_only(doors: Doors) -> None:
    account = await doors.register(LIVE)
    client = await doors.stranger()
    answer = await client.post(
        "/oauth/token",
        data=GRANT | account_form(account),
        auth=(account.client_id, account.client_secret),
    )
    assert_refused(answer, 400, "invalid_request")


async def test_a_parameter_comes_once_only(doors: Doors) -> None:
    form = {"grant_type": ["client_credentials", "client_credentials"]}
    answer = await (await doors.stranger()).post("/oauth/token", data=form)
    assert_refused(answer, 400, "invalid_request")


@pytest.mark.parametrize(
    ("missing", "status", "error"),
    [
        ("grant_type", 400, "invalid_request"),
        ("client_id", 401, "invalid_client"),
        ("client_secret", 401, "invalid_client"),
    ],
)
async def test_a_missing_parameter_is_named(doors: Doors, missing: str, status: int, error: str) -> None:
    form = GRANT | {"client_id": "platform-0000000000000000", "client_secret": "s"}
    del form[missing]
    answer = await ask(doors, form)
    assert_refused(answer, status, error)
    assert missing in answer.json()["error_description"]


async def test_other_grants_are_unsupported(doors: Doors) -> None:
    account = await doors.register(LIVE)
    form = {"grant_type": "password", **account_form(account)}
    assert_refused(await ask(doors, form), 400, "unsupported_grant_type")


async def test_a_json_body_is_told_to_be_a_form(doors: Doors) -> None:
    answer = await (await doors.stranger()).post("/oauth/token", json=GRANT)
    assert_refused(answer, 400, "invalid_request")
    assert "application/x-www-form-urlencoded" in answer.json()["detail"]


async def test_the_secret_is_kept_only_as_its_hash(doors: Doors, database: Database) -> None:
    account = await doors.register(LIVE)
    async with reading(database) as session:
        row = (await session.scalars(select(Client).where(Client.client_id == account.client_id))).one()
    kept = " ".join(str(value) for value in vars(row).values())
    assert account.client_secret not in kept
    assert len(row.secret_hash) == 32


async def test_a_form_of_countless_fields_is_refused_as_one(doors: Doors) -> None:
    assert_refused(
        await ask(doors, GRANT | {f"a{number}": "x" for number in range(30)}), 400, "invalid_request"
    )
