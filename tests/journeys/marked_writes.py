"""Personal data where it does not belong: in every field of whatever can be written, and typed into pages."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
from sqlalchemy import select

from app.core.vocabulary import Role
from app.db.models import Decision
from app.db.session import reading, transaction
from app.ledger.draws import announce
from tests.api.conftest import VOD
from tests.house.marked_values import MarkedValues
from tests.journeys.site import Site
from tests.journeys.walk import Answer, Document, Question, filled_in, kept, unpacked

NOBODYS = "00000000-0000-7000-8000-000000000000"
LEARNER_LINKS = "/api/v1/learner-links"
ENDING = "/api/v1/users/{user_id}/sessions"
"""Comes last: it signs out who asks."""
Callers = Mapping[str, httpx.AsyncClient]


async def people(site: Site) -> dict[str, httpx.AsyncClient]:
    return {
        role.value: await site.doors.person(role) for role in (Role.administrator, Role.auditor, Role.clerk)
    }


async def learner_by_link(
    site: Site, platform: httpx.AsyncClient, known: Mapping[str, str]
) -> httpx.AsyncClient:
    """Let in by the link that the platform hands out."""
    wanted = {name: known[name] for name in ("platform", "class_group_id", "learner_id")}
    path = (await platform.post(LEARNER_LINKS, json=wanted)).json()["link"]
    learner = await site.doors.stranger()
    origin = str(learner.base_url).rstrip("/")
    opened = await learner.post(path, data={"x": "y"}, headers={"Origin": origin})
    assert opened.status_code == 303, opened.text
    learner.headers["Cookie"] = opened.headers["set-cookie"].partition(";")[0]  # Secure, and this is no HTTPS
    token = (await learner.get("/api/v1/session")).json()["csrf_token"]
    learner.headers.update({"Origin": origin, "X-CSRF-Token": token})
    return learner


async def revealed_to_a_reviewer(site: Site, known: Mapping[str, str]) -> str:
    """What an official is told in clear, for a purpose that is kept."""
    wanted = {name: known[name] for name in ("platform", "class_group_id", "learner_id")}
    reason = {"fields": ["id_number"], "purpose": "complaint", "reason": "核对投诉所指的学员"}
    reviewer = await site.doors.person(Role.reviewer)
    told = await reviewer.post("/api/v1/personal-data/reveal", json=wanted | reason)
    assert told.status_code == 200, told.text
    return str(told.json()["id_number"])


async def bundled_for_a_reviewer(site: Site, known: Mapping[str, str]) -> list[bytes]:
    """A bundle of the closed class group, for a purpose that is kept: its files."""
    item = {name: known[name] for name in ("platform", "class_group_id")}
    reason = {"purpose": "inspection", "reason": "核对补贴资格"}
    reviewer = await site.doors.person(Role.reviewer)
    made = await reviewer.post("/api/v1/evidence-bundles", json={"items": [item], **reason})
    assert made.status_code == 200, made.text
    return unpacked(made.content)


async def decision_of(site: Site) -> str:
    """On anybody."""
    async with reading(site.doors.database) as session:
        return str(await session.scalar(select(Decision.decision_id).limit(1)))


async def draw_of(site: Site) -> str:
    """Announced just now."""
    async with transaction(site.doors.database) as session:
        return str(await announce(session, "videos", ["P1 C1"], 1))


async def things_of_people(site: Site, callers: Callers, known: Mapping[str, str]) -> dict[str, str]:
    """A user, a proposal and a request that exist, by the names of the parameters that ask for them."""
    administrator, learner = callers["administrator"], callers["learner"]
    client_id = (await site.doors.register(VOD)).client_id
    act = {"act": "client:revoke", "arguments": {"client_id": client_id}, "reason": "测试"}
    proposal = (await administrator.post("/api/v1/approvals", json=act)).json()
    about = {name: known[name] for name in ("platform", "class_group_id", "learner_id")}
    wanted = {**about, "feed": "attendance", "reason": "考勤有误"}
    request = (await learner.post("/api/v1/me/corrections", json=wanted)).json()
    user_id = (await administrator.get("/api/v1/session")).json()["user_id"]
    return {
        "user_id": user_id,
        "proposal_id": proposal["proposal_id"],
        "request_id": request["request_id"],
    }


async def write_numbers(
    callers: Callers, document: Document, known: Mapping[str, str], marked: MarkedValues
) -> list[Answer]:
    """By everybody, with a number in each field; then with what else is asked for as it should be."""
    answers = []
    for template, method, fields in sorted(_writes(document), key=lambda each: each[0] == ENDING):
        for caller, client in callers.items():
            question = Question(template, filled_in(template, defaultdict(lambda: NOBODYS, known)))
            body = {name: marked.id_number() for name in fields}
            content = json.dumps(body | {marked.phone(): marked.phone()}).encode()
            answers.append(await _sent(caller, client, method, question, content))
            answers.append(await _sent(caller, client, method, question, json.dumps(body).encode()))
    for name in ("login", "display_name"):
        user = {"role": "clerk", "login": "zhang.san", "display_name": "张某", name: marked.id_number()}
        question = Question("/api/v1/users", "/api/v1/users")
        content = json.dumps(user).encode()
        answers.append(await _sent("administrator", callers["administrator"], "post", question, content))
    return answers


def _writes(document: Document) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Path, method and fields of whatever takes JSON or nothing at all."""
    for template, operations in document["paths"].items():
        for method in sorted(operations.keys() - {"get"}):
            content: Any = operations[method].get("requestBody", {}).get("content", {"application/json": {}})
            if "application/json" in content and not template.startswith("/api/v1/feeds"):
                name = content["application/json"].get("schema", {}).get("$ref", "").rpartition("/")[2]
                schema = document["components"]["schemas"].get(name, {})
                yield template, method, list(schema.get("properties", {}))


async def _sent(
    caller: str, client: httpx.AsyncClient, method: str, question: Question, content: bytes
) -> Answer:
    headers = {"Content-Type": "application/json"}
    response = await client.request(method.upper(), question.path, content=content, headers=headers)
    return kept(caller, question, response)


async def type_numbers_into_pages(stranger: httpx.AsyncClient, marked: MarkedValues) -> list[Answer]:
    headers = {"Origin": str(stranger.base_url).rstrip("/")}
    answers = []
    for path, form in (
        ("/sign-in", {"login": marked.id_number(), "password": marked.id_number()}),
        ("/sign-in", {"login": marked.phone(), "password": marked.phone(), marked.phone(): "x"}),
        (f"/enrolment/{marked.id_number()}", {"password": marked.id_number()}),
        (f"/learner/{marked.id_number()}", {"x": "y"}),
    ):
        response = await stranger.post(path, data=form, headers=headers)
        answers.append(kept("stranger", Question(path, path), response))
    return answers
