"""A term played over HTTP, people of each role to look at it, and what waits for them."""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from sqlalchemy import select

from app.accounts.schemas import NewClient, Registration
from app.accounts.service import add_client
from app.client import Client
from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Eligibility, FindingState, Role
from app.db.models import Batch, ClassGroup, Decision, Enrollment, Finding, User, Video
from app.db.session import Database, reading, transaction
from app.ledger.draws import announce
from app.ledger.publication import publish
from app.people import csrf
from app.people.sessions import COOKIE, open_session
from app.privacy.keyring import KeyRing
from app.simulator.play import play
from app.simulator.term import PLATFORMS, Term
from tests.api.persons import PEOPLE
from tests.factories.people import make_session
from tests.policies.published import pack

ASSESSMENT_LIMIT_S = 3600


class Played(NamedTuple):
    cookies: Mapping[Role, str]
    """Of the sessions of one person for each role, bound to what `ids` name."""
    ids: Mapping[str, str]
    """A learner who is not eligible, and all that stands around this: by the parameters of pages."""
    of_their_own: Mapping[Role, Mapping[str, str]]
    """What stands in place of `ids` for who may not see those."""


async def played(database: Database, address: str, key_ring: KeyRing, term: Term) -> Played:
    """Into a server that assesses what it gets."""
    client_id = await _play(database, address, term)
    shown = await _shown(database)
    agents = await _client(database, Registration(Role.enterprise, "企业系统", uscc=shown.enterprise_uscc))
    cookies, user_id = await _people(database, _bounds(shown))
    ids = _ids(shown) | {"user_id": user_id, "client_id": client_id} | await _ledger(database, key_ring)
    ids |= await _propose(address, cookies[Role.reviewer], shown)
    ids |= await _object(address, cookies[Role.learner], shown)
    return Played(cookies, ids, {Role.agent: {"client_id": agents.client_id}})


async def with_new_sessions(database: Database, before: Played) -> Played:
    """Of the same people, in a term that was played a while ago: sessions end."""
    settings = Settings(database_url="postgresql://unused")
    async with transaction(database) as session:
        people = (await session.scalars(select(User))).all()
        opened = [
            await open_session(session, settings, person, clock.now(), is_whole=True) for person in people
        ]
    cookies = {Role(person.role): each.token for person, each in zip(people, opened, strict=True)}
    return before._replace(cookies=cookies)


async def _play(database: Database, address: str, term: Term) -> str:
    """The id of one of the programs."""
    accounts = [
        await _client(database, Registration(Role.platform, each.name, each.code, each.kind))
        for each in PLATFORMS
    ]
    clients = [Client(address, account.client_id, account.client_secret) for account in accounts]
    parts = [asyncio.to_thread(play, term, *each) for each in zip(PLATFORMS, clients, strict=True)]
    tallies = await asyncio.gather(*parts)
    assert [difference for tally in tallies for difference in tally.differences] == []
    for client in clients:
        await asyncio.to_thread(client.wait_until_assessed, limit_s=ASSESSMENT_LIMIT_S)
        client.close()
    return accounts[0].client_id


async def _client(database: Database, wanted: Registration) -> NewClient:
    async with transaction(database) as session:
        return await add_client(session, wanted, clock.now())


class Shown(NamedTuple):
    decision: Decision
    person_key: bytes | None
    enterprise_uscc: str | None
    batch_id: UUID
    """With a rejection."""
    video_id: str
    finding_id: UUID


async def _shown(database: Database) -> Shown:
    statement = (
        select(
            Decision,
            Enrollment.person_key,
            ClassGroup.enterprise_uscc,
            Batch.batch_id,
            Video.video_id,
            Finding.finding_id,
        )
        .join(Enrollment, _same(Enrollment, Decision) & (Enrollment.learner_id == Decision.learner_id))
        .join(ClassGroup, _same(ClassGroup, Decision))
        .join(Video, _same(Video, Decision))
        .join(Finding, _same(Finding, Decision) & (Finding.learner_id == Decision.learner_id))
        .join(Batch, (Batch.platform == Decision.platform) & (Batch.rejected > 0))
        .where(Decision.platform == PLATFORMS[0].code, Decision.eligibility == Eligibility.ineligible)
        .where(Finding.state == FindingState.open)
        .order_by(Decision.class_group_id, Decision.learner_id, Video.video_id, Batch.batch_id, Finding.rule)
    )
    async with reading(database) as session:
        return Shown(*(await session.execute(statement.limit(1))).one())


def _same(one: Any, other: Any) -> Any:  # noqa: ANN401 (tables)
    """Class group."""
    return (one.platform == other.platform) & (one.class_group_id == other.class_group_id)


async def _people(
    database: Database, bounds: Mapping[Role, Mapping[str, Any]]
) -> tuple[dict[Role, str], str]:
    """Cookies, and the id of one of the people."""
    cookies = {}
    for role in PEOPLE:
        user, opened = await make_session(database, role, **bounds.get(role, {}))
        cookies[role] = opened.token
    return cookies, user.user_id


async def _propose(address: str, cookie: str, shown: Shown) -> dict[str, str]:
    """What waits for a second official: a waiver, and a policy of its own."""
    waiver = {
        "act": "finding:waive",
        "arguments": {"finding_id": str(shown.finding_id)},
        "reason": "平台已补报考勤凭据",
    }
    policy = {"text": pack({"2099-01-01": "0.95"}), "reason": "修订文件已印发"}
    await post(address, cookie, "/api/v1/approvals", waiver)
    answer = await post(address, cookie, "/api/v1/policies/proposals", policy)
    return {"proposal_id": str(answer["proposal_id"])}


async def _object(address: str, cookie: str, shown: Shown) -> dict[str, str]:
    """The learner's own words on the decision."""
    decision = shown.decision
    objection = {
        "platform": decision.platform,
        "class_group_id": decision.class_group_id,
        "learner_id": decision.learner_id,
        "decision_id": str(decision.decision_id),
        "reason": "第三课我全程在线，平台未记录签退。",
    }
    answer = await post(address, cookie, "/api/v1/me/objections", objection)
    return {"request_id": str(answer["request_id"])}


async def post(address: str, cookie: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
    """As a page of ours does."""
    headers = {"Origin": address, csrf.HEADER: csrf.token_for(cookie), "Cookie": f"{COOKIE}={cookie}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, trust_env=False) as client:
        answer = await client.post(path, json=body)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def _ledger(database: Database, key_ring: KeyRing) -> dict[str, str]:
    """A draw, and a checkpoint over all that is there."""
    async with transaction(database) as session:
        draw_id = await announce(session, "videos", [f"V{number}" for number in range(8)], 3)
    checkpoint = await publish(database, key_ring)
    assert checkpoint is not None
    return {"draw_id": str(draw_id), "size": str(checkpoint.size)}


def _bounds(found: Shown) -> dict[Role, Mapping[str, Any]]:
    return {
        Role.operator: {"platform": found.decision.platform},
        Role.agent: {"uscc": found.enterprise_uscc},
        Role.learner: {"person_key": found.person_key},
    }


def _ids(found: Shown) -> dict[str, str]:
    decision = found.decision
    return {
        "platform": decision.platform,
        "class_group_id": decision.class_group_id,
        "learner_id": decision.learner_id,
        "decision_id": str(decision.decision_id),
        "batch_id": str(found.batch_id),
        "video_id": found.video_id,
        "finding_id": str(found.finding_id),
        "uscc": str(found.enterprise_uscc),
    }
