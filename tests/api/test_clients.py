"""`/api/v1/clients`: one sees one's own, administrators manage them, nobody sees a secret again."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from app.accounts import distrust, service
from app.accounts.credentials import of_secret
from app.accounts.schemas import NewClient, Quota
from app.api.examples import EXAMPLES
from app.core import clock
from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry, UserSession
from app.db.session import Database, reading, transaction
from tests.api.conftest import ENTERPRISE, LIVE, OTHER_ENTERPRISE, REGULATOR, VOD, Doors, account_form
from tests.api.term import get
from tests.factories.client_keys import Pair

CLIENTS = "/api/v1/clients"
NEW_PLATFORM = {"role": "platform", "platform": "P7", "kind": "vod", "name": "第七平台"}


@pytest.fixture
async def administrator(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.administrator)


async def ids(client: httpx.AsyncClient, **params: str | int) -> set[str]:
    return {item["client_id"] for item in (await get(client, CLIENTS, **params))["items"]}


async def post(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:  # noqa: ANN401
    return await client.post(f"{CLIENTS}{path}", json=body)


async def signs_in(doors: Doors, account: NewClient) -> int:
    form = {"grant_type": "client_credentials", **account_form(account)}
    return (await (await doors.stranger()).post("/oauth/token", data=form)).status_code


class TestList:
    async def test_shows_each_role_its_own(self, doors: Doors, administrator: httpx.AsyncClient) -> None:
        live, vod = (await doors.register(LIVE)).client_id, (await doors.register(VOD)).client_id
        regulator = (await doors.register(REGULATOR)).client_id
        own, other = [(await doors.register(each)).client_id for each in (ENTERPRISE, OTHER_ENTERPRISE)]
        everybody = {live, vod, regulator, own, other}
        seen = {role: await ids(await doors.person(role)) for role in (Role.operator, Role.agent)}
        assert seen == {Role.operator: {live}, Role.agent: {own}}
        auditor = await doors.person(Role.auditor, districts=("440204",))
        assert await ids(administrator) == await ids(auditor) == everybody
        assert await ids(administrator, role="regulator") == {regulator}
        assert await ids(administrator, platform="P2") == {vod}
        assert await ids(await doors.person(Role.operator), platform="P2") == set()

    async def test_is_told_page_by_page(self, doors: Doors, administrator: httpx.AsyncClient) -> None:
        added = [(await doors.register(LIVE)).client_id for _ in range(3)]
        first = await get(administrator, CLIENTS, limit=2)
        rest = await get(administrator, CLIENTS, limit=2, cursor=first["next_cursor"])
        assert [item["client_id"] for item in (*first["items"], *rest["items"])] == added

    async def test_says_what_a_client_may_show_and_has_used(self, doors: Doors) -> None:
        program, pair = await doors.signed_in(LIVE), Pair()
        operator = await doors.person(Role.operator)
        (client_id,) = await ids(operator)
        async with transaction(doors.database) as session:
            (account,) = await service.list_clients(session)
            await service.set_quota(session, account.client_id, Quota(records_a_day=10))
        await pair.register(doors.database, account.client_id)
        await program.post("/api/v1/feeds/projects", json=[EXAMPLES[Feed.projects]])
        told = await get(operator, f"{CLIENTS}/{client_id}")
        assert (told["records_a_day"], told["own_records_a_day"], told["records_used_today"]) == (10, 10, 1)
        assert (told["is_secret_on"], told["secret_number"], told["requests_a_minute"]) == (True, 1, None)
        assert [key["kid"] for key in told["keys"]] == ["k1"]
        assert "secret_hash" not in told

    async def test_names_what_is_distrusted(self, doors: Doors, administrator: httpx.AsyncClient) -> None:
        account = await doors.register(LIVE)
        at = clock.now()
        async with transaction(doors.database) as session:
            await distrust.distrust(session, account.client_id, of_secret(1), since=at, reason="被盗", at=at)
        (secret,) = (await get(administrator, f"{CLIENTS}/{account.client_id}"))["distrusted_secrets"]
        assert secret["number"] == 1

    async def test_others_clients_are_not_there(self, doors: Doors) -> None:
        vod, enterprise = await doors.register(VOD), await doors.register(OTHER_ENTERPRISE)
        for role in (Role.operator, Role.agent):
            person = await doors.person(role)
            for account in (vod, enterprise):
                answer = await person.get(f"{CLIENTS}/{account.client_id}")
                assert (answer.status_code, answer.json()["code"]) == (404, "client_unknown")


class TestManaging:
    async def test_a_new_client_gets_its_secret_once(
        self, doors: Doors, administrator: httpx.AsyncClient
    ) -> None:
        answer = await post(administrator, "", **NEW_PLATFORM)
        assert answer.status_code == 201
        new = NewClient(**{name: answer.json()[name] for name in ("client_id", "client_secret")})
        assert await signs_in(doors, new) == 200
        assert new.client_secret not in (await administrator.get(f"{CLIENTS}/{new.client_id}")).text

    async def test_a_rotated_secret_follows_the_former(
        self, doors: Doors, administrator: httpx.AsyncClient
    ) -> None:
        former = await doors.register(LIVE)
        told = (await post(administrator, "/secrets", client_id=former.client_id, overlap_hours=1)).json()
        new = NewClient(former.client_id, told["client_secret"])
        assert [await signs_in(doors, each) for each in (former, new)] == [200, 200]
        shown = await get(administrator, f"{CLIENTS}/{former.client_id}")
        assert (shown["secret_number"], shown["former_secret_until"]) == (2, told["former_until"])
        await post(administrator, "/secrets", client_id=former.client_id, overlap_hours=0)
        assert await signs_in(doors, new) == 401

    async def test_a_secret_is_switched_off_where_there_is_a_key(
        self, doors: Doors, administrator: httpx.AsyncClient
    ) -> None:
        account = await doors.register(LIVE)
        answer = await post(administrator, "/secrets/off", client_id=account.client_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "only_secret")
        await Pair().register(doors.database, account.client_id)
        assert (await post(administrator, "/secrets/off", client_id=account.client_id)).status_code == 204
        assert await signs_in(doors, account) == 401
        assert not (await get(administrator, f"{CLIENTS}/{account.client_id}"))["is_secret_on"]

    async def test_quotas_are_set_together(self, doors: Doors, administrator: httpx.AsyncClient) -> None:
        account = await doors.register(LIVE)
        wanted = {"client_id": account.client_id, "records_a_day": 5, "requests_a_minute": 7}
        assert (await post(administrator, "/quotas", **wanted)).status_code == 204
        told = await get(administrator, f"{CLIENTS}/{account.client_id}")
        assert (told["own_records_a_day"], told["own_requests_a_minute"]) == (5, 7)
        await post(administrator, "/quotas", client_id=account.client_id)
        told = await get(administrator, f"{CLIENTS}/{account.client_id}")
        assert (told["own_records_a_day"], told["records_used_today"]) == (None, None)

    async def test_each_change_is_recorded_without_a_secret(
        self, administrator: httpx.AsyncClient, database: Database
    ) -> None:
        told = (await post(administrator, "", **NEW_PLATFORM)).json()
        await Pair().register(database, told["client_id"])
        for path in ("/secrets", "/secrets/off", "/quotas"):
            await post(administrator, path, client_id=told["client_id"])
        async with reading(database) as session:
            entries = (await session.scalars(select(TrailEntry).order_by(TrailEntry.entry_id))).all()
        assert [entry.action for entry in entries] == [
            *("clients:add", "clients:rotate-secret", "clients:switch-off-secret", "clients:quota")
        ]
        assert {entry.subject["client_id"] for entry in entries} == {told["client_id"]}
        assert told["client_secret"] not in str([entry.subject for entry in entries])

    async def test_the_trail_says_what_quotas_were_and_are_and_how_long_secrets_overlap(
        self, doors: Doors, administrator: httpx.AsyncClient, database: Database
    ) -> None:
        named = {"client_id": (await doors.register(LIVE)).client_id}
        await post(administrator, "/quotas", **named, records_a_day=5, requests_a_minute=7)
        await post(administrator, "/quotas", **named, records_a_day=6)
        await post(administrator, "/secrets", **named, overlap_hours=3)
        async with reading(database) as session:
            statement = select(TrailEntry.subject).where(TrailEntry.subject.has_key("client_id"))
            told = (await session.scalars(statement.order_by(TrailEntry.entry_id))).all()
        were = [(each.get("former_records_a_day"), each.get("former_requests_a_minute")) for each in told]
        are = [(each.get("records_a_day"), each.get("requests_a_minute")) for each in told]
        assert were == [("default", "default"), ("5", "7"), (None, None)]
        assert are == [("5", "7"), ("6", "default"), (None, None)]
        assert [each.get("overlap_hours") for each in told] == [None, None, "3"]

    @pytest.mark.parametrize("role", [Role.auditor, Role.operator, Role.agent])
    async def test_is_for_administrators_only(self, doors: Doors, role: Role) -> None:
        account, person = await doors.register(LIVE), await doors.person(role)
        for path in ("/secrets", "/secrets/off", "/quotas"):
            assert (await post(person, path, client_id=account.client_id)).status_code == 403
        assert (await post(person, "", **NEW_PLATFORM)).status_code == 403

    async def test_needs_a_factor_shown_just_now(
        self, doors: Doors, administrator: httpx.AsyncClient
    ) -> None:
        account = await doors.register(LIVE)
        async with transaction(doors.database) as session:
            await session.execute(update(UserSession).values(verified_at=clock.now() - timedelta(hours=1)))
        for path in ("/secrets", "/secrets/off", "/quotas"):
            answer = await post(administrator, path, client_id=account.client_id)
            assert (answer.status_code, answer.json()["code"]) == (403, "fresh_proof_needed"), answer.text
        assert (await post(administrator, "", **NEW_PLATFORM)).status_code == 403

    async def test_what_does_not_fit_is_refused(self, administrator: httpx.AsyncClient) -> None:
        for wanted in ({"role": "clerk"}, {"role": "platform"}, {"role": "enterprise", "uscc": "x"}):
            answer = await post(administrator, "", **wanted)
            assert (answer.status_code, answer.json()["code"]) == (422, "unusable_registration")
        for path in ("/secrets", "/secrets/off", "/quotas"):
            answer = await post(administrator, path, client_id="platform-0000000000000000")
            assert (answer.status_code, answer.json()["code"]) == (404, "client_unknown")
