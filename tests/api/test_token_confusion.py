"""Assertions and tokens that look right and are not: each is refused, wherever it is shown."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import update

from app.accounts import client_keys, client_secrets, service
from app.accounts.schemas import NewClient
from app.core import clock
from app.db.models import ClientKey
from app.db.session import transaction
from tests.api.conftest import LIVE, VOD, Doors, account_form, opened_doors
from tests.factories.client_keys import ISSUER, Pair, assertion_form, claims_of
from tests.server import CloneServer

DAY = 86_400


@dataclass(frozen=True)
class World:
    """A client with a key of each kind, and another client with its own."""

    doors: Doors
    client: NewClient
    other: NewClient
    edwards: Pair
    p256: Pair
    others: Pair
    access_token: str
    http: httpx.AsyncClient

    async def ask(self, form: dict[str, str]) -> httpx.Response:
        return await self.http.post("/oauth/token", data=form, headers={"Accept-Language": "en"})

    def claims(self, **changes: object) -> dict[str, Any]:
        return {
            name: value
            for name, value in (claims_of(self.client.client_id) | changes).items()
            if value is not ABSENT
        }

    def signed(self, **changes: object) -> str:
        return self.edwards.signed(self.claims(**changes))


ABSENT = object()


@pytest.fixture(scope="module")
async def world(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (_, doors):
        client, other = await doors.register(LIVE), await doors.register(VOD)
        edwards, p256, others = Pair("ed"), Pair("p256", "ES256"), Pair("others")
        for pair in (edwards, p256):
            await pair.register(doors.database, client.client_id)
        await others.register(doors.database, other.client_id)
        http = await doors.stranger()
        answer = await http.post("/oauth/token", data=edwards.form(client.client_id))
        token = answer.json()["access_token"]
        yield World(doors, client, other, edwards, p256, others, token, http)


def raw(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A JWT that no library would make."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signing_input = b".".join(parts)
    signature = base64.urlsafe_b64encode(sign(signing_input)).rstrip(b"=")
    return (signing_input + b"." + signature).decode()


def with_hmac(world: World, key: bytes) -> str:
    header = {"alg": "HS256", "kid": world.edwards.kid, "typ": "JWT"}
    return raw(header, world.claims(), lambda text: hmac.digest(key, text, hashlib.sha256))


def now() -> int:
    return int(clock.now().timestamp())


FORGED: dict[str, Callable[[World], str]] = {
    "alg none": lambda w: raw({"alg": "none", "kid": "ed"}, w.claims(), lambda _: b""),
    "alg none with a signature": lambda w: raw({"alg": "none", "kid": "ed"}, w.claims(), lambda _: b"x" * 64),
    "HS256 with the public key in PEM": lambda w: with_hmac(w, w.edwards.pem.encode()),
    "HS256 with the raw public key": lambda w: with_hmac(
        w, w.edwards.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ),
    "a key of one kind under the name of the other": lambda w: jwt.encode(
        w.claims(), w.p256.private, "ES256", {"kid": w.edwards.kid}
    ),
    "the other kind of key, the right name, a lie about the algorithm": lambda w: raw(
        {"alg": "EdDSA", "kid": w.p256.kid},
        w.claims(),
        w.edwards.private.sign,  # type: ignore[arg-type]  # of Ed25519
    ),
    "signed by nobody we know": lambda w: Pair(w.edwards.kid).signed(w.claims()),
    "another client's key": lambda w: w.others.signed(w.claims()),
    "another client's key under our name for it": lambda w: w.others.signed(w.claims(), kid="ed"),
    "no kid": lambda w: jwt.encode(w.claims(), w.edwards.private, "EdDSA"),
    "an unknown kid": lambda w: w.edwards.signed(w.claims(), kid="unheard-of"),
    "a path as kid": lambda w: w.edwards.signed(w.claims(), kid="../../ed"),
    "a kid with a NUL": lambda w: w.edwards.signed(w.claims(), kid="ed\0"),
    "SQL as kid": lambda w: w.edwards.signed(w.claims(), kid="ed' OR '1'='1"),
    "a huge kid": lambda w: w.edwards.signed(w.claims(), kid="e" * 3000),
    "a kid that is no text": lambda w: raw({"alg": "EdDSA", "kid": 1}, w.claims(), lambda _: b"x" * 64),
    "a key of its own in the header": lambda w: Pair("ed").signed(w.claims(), jwk={"kty": "OKP"}),
    "a header that changes the rest": lambda w: w.edwards.signed(w.claims(), crit=["exp"], exp=1),
    "the wrong type": lambda w: w.edwards.signed(w.claims(), typ="at+jwt"),
    "an access token": lambda w: w.access_token,
    "too long": lambda w: w.signed(padding="x" * 4096),
    "brackets": lambda _: f"e30.{base64.urlsafe_b64encode(b'[' * 2000).decode()}.e30",
    "claims that are a list": lambda w: jwt.PyJWS().encode(b"[]", w.edwards.private, "EdDSA", {"kid": "ed"}),
    "no JWT": lambda _: "a.b",
}
"""The client is not told what was wrong with what it cannot have signed."""

CLAIMS: dict[str, tuple[str, dict[str, Any]]] = {
    "a foreign audience": ("aud", {"aud": "https://elsewhere.example"}),
    "the address of the token endpoint": ("aud", {"aud": "http://supervise.test/oauth/token"}),
    "ourselves and somebody else": ("aud", {"aud": [ISSUER, "https://elsewhere.example"]}),
    "ourselves twice": ("aud", {"aud": [ISSUER, ISSUER]}),
    "no audience": ("aud", {"aud": ABSENT}),
    "an empty list of audiences": ("aud", {"aud": []}),
    "a foreign issuer": ("iss", {"iss": "https://elsewhere.example"}),
    "no issuer": ("iss", {"iss": ABSENT}),
    "no end": ("exp", {"exp": ABSENT}),
    "expired": ("exp", {"exp": now() - 60}),
    "an end in ten years": ("exp", {"exp": now() + 3650 * DAY}),
    "an end in ten minutes": ("exp", {"exp": now() + 600 + DAY}),
    "an end that is text": ("exp", {"exp": "4000000000"}),
    "an end that is true": ("exp", {"exp": True}),
    "an end beyond all time": ("exp", {"exp": 10**300}),
    "made in the future": ("iat", {"iat": now() + DAY}),
    "made long ago": ("iat", {"iat": now() - DAY}),
    "not yet good": ("nbf", {"nbf": now() + DAY}),
    "no jti": ("jti", {"jti": ABSENT}),
    "an empty jti": ("jti", {"jti": ""}),
    "a huge jti": ("jti", {"jti": "x" * 129}),
    "a jti that is no text": ("jti", {"jti": 7}),
}
"""Who signed may know which claim is at fault."""


async def assert_refused(answer: httpx.Response) -> str:
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    return str(answer.json()["error_description"])


@pytest.mark.parametrize("name", FORGED)
async def test_what_is_forged_is_refused_without_a_word_why(world: World, name: str) -> None:
    told = await assert_refused(await world.ask(assertion_form(FORGED[name](world))))
    assert told == "client_id or its client_secret or assertion is wrong, or the client has been revoked."


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_claim_at_fault_is_named(world: World, name: str) -> None:
    claim, changes = CLAIMS[name]
    assert f"The claim {claim} of" in await assert_refused(
        await world.ask(assertion_form(world.signed(**changes)))
    )


@pytest.mark.parametrize("subject", [ABSENT, "", "platform-0000000000000000", "x' --", "a" * 5000])
async def test_a_subject_that_is_not_the_signer_is_refused(world: World, subject: object) -> None:
    await assert_refused(await world.ask(assertion_form(world.signed(sub=subject, iss=subject))))


async def test_a_subject_other_than_the_issuer_is_refused(world: World) -> None:
    signed = world.others.signed(world.claims(sub=world.other.client_id))
    assert "The claim iss" in await assert_refused(await world.ask(assertion_form(signed)))


@pytest.mark.parametrize("audience", [ISSUER, [ISSUER]])
@pytest.mark.parametrize("pair", ["edwards", "p256"])
async def test_a_good_assertion_gets_a_token(world: World, pair: str, audience: object) -> None:
    signed = getattr(world, pair).signed(world.claims(aud=audience), typ="client-authentication+jwt")
    form = assertion_form(signed) | {"client_id": world.client.client_id, "scope": "batches:read"}
    answer = await world.ask(form)
    assert (answer.status_code, answer.json()["scope"]) == (200, "batches:read")


async def test_the_client_that_is_named_beside_it_must_be_its_subject(world: World) -> None:
    form = assertion_form(world.signed()) | {"client_id": world.other.client_id}
    await assert_refused(await world.ask(form))


async def test_an_assertion_is_good_once(world: World) -> None:
    form = assertion_form(world.signed())
    assert (await world.ask(form)).status_code == 200
    assert "jti" in await assert_refused(await world.ask(form))
    again = assertion_form(world.signed(jti=jwt.decode(form["client_assertion"], options=UNVERIFIED)["jti"]))
    await assert_refused(await world.ask(again))


UNVERIFIED: Any = {"verify_signature": False}


async def test_of_the_same_assertion_sent_at_once_one_wins(world: World) -> None:
    form = assertion_form(world.signed())
    answers = await asyncio.gather(*(world.ask(form) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_two_clients_may_use_the_same_jti(world: World) -> None:
    mine = assertion_form(world.signed(jti="same"))
    theirs = assertion_form(world.others.signed(claims_of(world.other.client_id) | {"jti": "same"}))
    assert [(await world.ask(form)).status_code for form in (mine, theirs)] == [200, 200]


async def test_an_assertion_is_no_access_token(world: World) -> None:
    for assertion in (world.signed(), world.edwards.signed(world.claims(), typ="at+jwt")):
        headers = {"Authorization": f"Bearer {assertion}"}
        answer = await world.http.get("/api/v1/batches", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (
            {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
            "invalid_request",
        ),
        ({"client_assertion_type": ""}, "invalid_request"),
        ({"client_secret": "too"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_client"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_a_request_shows_one_thing_and_says_which(
    world: World, changes: dict[str, str], error: str
) -> None:
    answer = await world.ask(assertion_form(world.signed()) | changes)
    assert answer.json()["error"] == error


async def test_a_revoked_client_and_a_retired_key_prove_nothing(doors: Doors) -> None:
    http = await doors.stranger()
    for end in ("revoke", "retire", "run out"):
        account, pair = await doors.register(LIVE), Pair()
        async with transaction(doors.database) as session:
            until, key = clock.now() + timedelta(hours=1), client_keys.PublicKey.of_pem(pair.pem)
            await client_keys.add_key(
                session, account.client_id, key, clock.now(), kid=pair.kid, not_after=until
            )
        answer = await http.post("/oauth/token", data=pair.form(account.client_id))
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await http.get("/api/v1/batches", headers=headers)).status_code == 200
        async with transaction(doors.database) as session:
            match end:
                case "revoke":
                    await service.revoke_client(session, account.client_id, clock.now())
                case "retire":
                    await client_keys.retire_key(session, account.client_id, pair.kid, clock.now())
                case _:
                    past = clock.now() - timedelta(seconds=1)
                    await session.execute(update(ClientKey).values(not_after=past))
        assert (await http.get("/api/v1/batches", headers=headers)).json()["code"] == "token_invalid"
        answer = await http.post("/oauth/token", data=pair.form(account.client_id))
        assert answer.json()["error"] == "invalid_client"


async def test_a_secret_is_good_while_it_overlaps_and_no_longer_than_its_client_has_one(doors: Doors) -> None:
    account, http = await doors.register(LIVE), await doors.stranger()
    old = account_form(account) | {"grant_type": "client_credentials"}

    async def status(form: dict[str, str]) -> int:
        return (await http.post("/oauth/token", data=form)).status_code

    token = (await http.post("/oauth/token", data=old)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with transaction(doors.database) as session:
        new = await client_secrets.rotate_secret(
            session, account.client_id, clock.now(), overlap=timedelta(hours=1)
        )
    newer = old | {"client_secret": new.client_secret}
    assert (await status(old), await status(newer)) == (200, 200)
    assert (await http.get("/api/v1/batches", headers=headers)).status_code == 200
    async with transaction(doors.database) as session:
        await client_secrets.rotate_secret(session, account.client_id, clock.now(), overlap=timedelta(0))
    assert (await status(old), await status(newer)) == (401, 401)
    assert (await http.get("/api/v1/batches", headers=headers)).status_code == 401
