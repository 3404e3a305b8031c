"""Personal data on its way through the platform: pushed into every feed, asked for in every place.

`travel` does it once on a running site; the tests then look where any of it has stayed.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product

import httpx
import zstandard

from app.accounts.schemas import Registration
from app.core.vocabulary import Feed, Role
from app.rules.loader import BUILT_IN
from tests.api.conftest import LIVE
from tests.house.marked_values import MarkedValues
from tests.ingest.examples import FULL, USCC
from tests.journeys.marked_records import filled, line, spoilt, tombstone
from tests.journeys.marked_writes import (
    NOBODYS,
    bundled_for_a_reviewer,
    decision_of,
    draw_of,
    learner_by_link,
    people,
    revealed_to_a_reviewer,
    things_of_people,
    type_numbers_into_pages,
    write_numbers,
)
from tests.journeys.site import Site, until_assessed
from tests.journeys.walk import (
    Answer,
    Document,
    Question,
    ask,
    endpoints,
    kept,
    key_of,
    misplaced,
    with_parameters,
)

NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}
GZIP = {"Content-Encoding": "gzip"}
ENROLLMENTS = f"/api/v1/feeds/{Feed.enrollments}"
SEARCH = "/api/v1/compliance/search"
MORE_THAN_A_BATCH = 17 << 20
LET_IN = {200, 409}
TILE = 256
"""Entries of a full one."""

DISTRICT = FULL[Feed.enterprises]["district_code"]
REGULATOR = Registration(Role.regulator, name="人社局", districts=(DISTRICT,))
ENTERPRISE = Registration(Role.enterprise, uscc=USCC)


@dataclass(frozen=True)
class Journey:
    """What was sent, and all that was answered."""

    site: Site
    callers: dict[str, httpx.AsyncClient]
    document: Document
    marked: MarkedValues = field(default_factory=MarkedValues)
    archived: list[str] = field(default_factory=list)
    """The values that came in batches which were stored."""
    answers: list[Answer] = field(default_factory=list)
    batch_of: dict[Feed, str] = field(default_factory=dict)
    of_people: dict[str, str] = field(default_factory=dict)
    """Like `known`, once there are people."""
    revealed: list[str] = field(default_factory=list)
    """To an official, for a purpose."""
    bundled: list[bytes] = field(default_factory=list)
    """Likewise: the files of a bundle. Whatever it rests on is signed since."""

    @property
    def id_number(self) -> str:
        """Of the learner who is enrolled."""
        return self.marked.issued[0]

    async def post(self, caller: str, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        response = await self.callers[caller].post(path, content=body, headers=headers)
        self.answers.append(kept(caller, Question(path, path), response))
        return response

    async def ask(self, caller: str, asked: Iterable[Question]) -> list[Answer]:
        answers = await ask(caller, self.callers[caller], asked)
        self.answers.extend(answers)
        return answers

    @property
    def known(self) -> dict[str, str]:
        """Something that exists, by the name of the parameter that asks for it."""
        return {
            **{name: str(FULL[Feed.enrollments][name]) for name in ("class_group_id", "learner_id")},
            **dict.fromkeys(("enterprise", "uscc"), USCC),
            **dict.fromkeys(("programme", "policy_id"), "standard"),
            **dict.fromkeys(("from", "closed_from", "ends_from"), "2026-01-01"),
            **dict.fromkeys(("to", "closed_to", "ends_to"), "2026-12-31"),
            "since": "2026-01-01T00:00:00Z",
            "platform": "P1",
            "batch_id": self.batch_of[Feed.enrollments],
            "district": DISTRICT,
            "version": "2020-01-01",
            "text_hash": sha256((BUILT_IN / "standard.yaml").read_bytes()).hexdigest(),
            "feed": Feed.enrollments,
            "video_id": str(FULL[Feed.videos]["video_id"]),
            "rule": "attendance-rate",
            "limit": "1",
            "line": "1",
            **dict.fromkeys(("size", "index"), "1"),
            "level": "entries",
            **dict.fromkeys(("standing", "closed", "is_running", "rejected"), "true"),
            "q": "C2026",
            "hash": f"sha256:{'ab' * 32}",
            "finding_id": NOBODYS,
            "revoked": "false",
            **dict.fromkeys(("disposal_id", "draw_id"), NOBODYS),
            "state": "open",
            "path": "000",
            **dict.fromkeys(("cursor", "actor", "action", "organisation", "client_id"), "unheard-of"),
            "address": "192.0.2.1",
            **self.of_people,
        }


async def travel(site: Site) -> Journey:
    stranger = await site.doors.stranger()
    callers = {
        "enterprise": await site.doors.signed_in(ENTERPRISE),
        "platform": await site.doors.signed_in(LIVE),
        "regulator": await site.doors.signed_in(REGULATOR),
        "stranger": stranger,
        **await people(site),
    }
    journey = Journey(site, callers, (await stranger.get("/openapi.json")).json())
    journey.marked.id_number()
    for feed in Feed:
        await push(journey, feed, records_of(feed, journey))
    await push(journey, Feed.platform_logs, long_records(journey.marked))
    await push(journey, Feed.enrollments, correction(journey))
    journey.archived.extend(journey.marked.issued)
    await push_what_is_refused(journey)
    await until_assessed(callers["regulator"])
    callers["learner"] = await learner_by_link(site, callers["platform"], journey.known)
    journey.of_people.update(await things_of_people(site, callers, journey.known))
    journey.revealed.append(await revealed_to_a_reviewer(site, journey.known))
    journey.bundled.extend(await bundled_for_a_reviewer(site, journey.known))
    journey.of_people["decision_id"] = await decision_of(site)
    journey.of_people["draw_id"] = await draw_of(site)
    journey.of_people.update(await things_of_lists(callers))
    await ask_for_everything(journey)
    await search_by_number(journey)
    await ask_for_a_token(journey)
    journey.answers.extend(await type_numbers_into_pages(stranger, journey.marked))
    journey.answers.extend(await write_numbers(callers, journey.document, journey.known, journey.marked))
    return journey


def records_of(feed: Feed, journey: Journey) -> Iterator[bytes]:
    """Of a closed class group and a running one; then all that is bad, a conflict of revisions included."""
    marked, changes = journey.marked, dict[str, object]()
    if feed is Feed.enrollments:
        changes = {"withdrawn_at": None, "id_number": journey.id_number}
    yield line(filled(feed, marked, **changes))
    if "class_group_id" in FULL[feed]:
        runs = {"closed_at": None, "ends_on": "2099-12-31"} if feed is Feed.class_groups else {}
        yield line(filled(feed, marked, class_group_id="C2", **changes, **runs))
    yield line(tombstone(feed, marked))
    yield from spoilt(feed, marked)
    yield line(filled(feed, marked, **changes))


def correction(journey: Journey) -> Iterator[bytes]:
    changes = {"withdrawn_at": None, "id_number": journey.id_number, "revision": 9}
    yield line(filled(Feed.enrollments, journey.marked, **changes))


def long_records(marked: MarkedValues) -> Iterator[bytes]:
    """More than is kept in memory."""
    for number in range(200):
        record = filled(Feed.platform_logs, marked, log_id=f"D{number}")
        yield line(record | {"detail": record["detail"] + "另有说明。" * 700})


async def push(journey: Journey, feed: Feed, lines: Iterator[bytes]) -> None:
    body = zstandard.compress(b"\n".join(lines))
    headers = NDJSON | {"Content-Encoding": "zstd"}
    receipt = (await journey.post("platform", f"/api/v1/feeds/{feed}", body, headers)).json()
    assert receipt["accepted"] > 0, receipt
    journey.batch_of.setdefault(feed, receipt["batch_id"])


async def push_what_is_refused(journey: Journey) -> None:
    """Whole batches, each refused for a reason of its own, and one that comes twice."""
    marked = journey.marked
    good = line(filled(Feed.enrollments, marked, class_group_id="C3", withdrawn_at=None))
    bad = line(FULL[Feed.enrollments] | {"learner_id": marked.id_number()})
    named = NDJSON | {"Idempotency-Key": marked.id_number(), "X-Request-Id": marked.id_number()}
    bomb = gzip.compress(good + bytes(MORE_THAN_A_BATCH), compresslevel=1)
    sent: Sequence[tuple[str, str, bytes, Mapping[str, str], int]] = (
        ("platform", ENROLLMENTS, b"[" + good, JSON, 400),
        ("platform", ENROLLMENTS, good, NDJSON | GZIP, 400),
        ("platform", ENROLLMENTS, good, {"Content-Type": "text/plain"}, 415),
        ("platform", ENROLLMENTS, good, NDJSON | {"Content-Encoding": "br"}, 415),
        ("platform", ENROLLMENTS, bomb, NDJSON | GZIP, 413),
        ("platform", ENROLLMENTS, (bad + b"\n") * 10_001, NDJSON, 413),
        ("platform", f"{ENROLLMENTS}?atomic=true", good + b"\n" + bad, NDJSON, 422),
        ("platform", ENROLLMENTS, good, named, 200),
        ("platform", ENROLLMENTS, good, named, 200),
        ("platform", ENROLLMENTS, bad, named, 422),
        ("platform", f"/api/v1/feeds/{marked.id_number()}", good, NDJSON, 404),
        ("enterprise", ENROLLMENTS, good, NDJSON, 403),
        ("stranger", ENROLLMENTS, good, NDJSON, 401),
    )
    for caller, path, body, headers, status in sent:
        answer = await journey.post(caller, path, body, headers)
        assert answer.status_code == status, answer.text


async def ask_for_everything(journey: Journey) -> None:
    """Every endpoint by everybody; the first who is let in asks with each parameter, and numbers in them."""
    document, known = journey.document, journey.known
    keys = {feed: key_of(feed, FULL[feed]) for feed in Feed}
    probed: list[Question] = []
    for caller in journey.callers:
        answers = await journey.ask(caller, endpoints(document, known, keys))
        for plain in (answer.question for answer in answers if answer.status in LET_IN):
            if plain not in probed:
                probed.append(plain)
                await journey.ask(caller, with_parameters(document, known, plain))
                await journey.ask(caller, misplaced(document, known, plain, journey.marked.id_number()))
        await journey.ask(caller, endpoints(document, known | {"class_group_id": "C2"}, keys))
    for caller, batch_id in product(("platform", "regulator"), journey.batch_of.values()):
        path = f"/api/v1/batches/{batch_id}/rejections"
        await journey.ask(caller, [Question(path, path, {"limit": "500"})])
    await journey.ask("regulator", await of_the_signed_log(journey))
    await journey.ask("regulator", await of_corrections(journey))


async def things_of_lists(callers: Mapping[str, httpx.AsyncClient]) -> dict[str, str]:
    findings = (await callers["regulator"].get("/api/v1/findings")).json()["items"]
    clients = (await callers[Role.administrator].get("/api/v1/clients")).json()["items"]
    return {"finding_id": findings[0]["finding_id"], "client_id": clients[0]["client_id"]}


async def of_corrections(journey: Journey) -> list[Question]:
    """Each where its last version stands."""
    its = f"/api/v1/compliance/class-groups/P1/{journey.known['class_group_id']}/corrections"
    items = (await journey.callers["regulator"].get(its)).json()["items"]
    template = "/api/v1/compliance/class-groups/{platform}/{class_group_id}/corrections/{batch_id}/{line}"
    return [Question(template, f"{its}/{each['batch_id']}/{each['line']}") for each in items]


async def of_the_signed_log(journey: Journey) -> list[Question]:
    """What has an answer only at the sizes that were signed."""
    log = "/api/v1/ledger"
    size = (await journey.callers["regulator"].get(f"{log}/checkpoints")).json()["items"][0]["size"]
    partial = f"000.p/{size}" if size < TILE else "000"
    return [
        Question(f"{log}/checkpoints/{{size}}", f"{log}/checkpoints/{size}"),
        Question(f"{log}/tile/{{level}}/{{path}}", f"{log}/tile/entries/{partial}"),
        Question(f"{log}/proofs/consistency", f"{log}/proofs/consistency", {"from": "1", "to": str(size)}),
    ]


async def search_by_number(journey: Journey) -> None:
    marked = journey.marked
    for content in (
        {"id_number": journey.id_number},
        {"id_number": marked.id_number()},
        {"id_number": marked.mistaken_id_number()},
        {"id_number": int(marked.phone())},
        {"id_number": marked.id_number(), marked.id_number(): marked.phone()},
        [marked.id_number()],
    ):
        await journey.post("regulator", SEARCH, json.dumps(content).encode(), JSON)
    await journey.post("regulator", SEARCH, b'{"id_number": "' + marked.id_number().encode(), JSON)


async def ask_for_a_token(journey: Journey) -> None:
    marked = journey.marked
    for name in ("grant_type", "client_id", "client_secret", "scope", marked.phone()):
        form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
        response = await journey.callers["stranger"].post(
            "/oauth/token", data=form | {name: marked.id_number()}
        )
        journey.answers.append(kept("stranger", Question("/oauth/token", "/oauth/token"), response))
