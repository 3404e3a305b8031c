"""A small world with something of everything that a deep check looks at, made by the program itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from app.accounts import distrust, service
from app.accounts.authorisation import Action, Caller, permit
from app.accounts.schemas import Registration
from app.approvals import service as approvals
from app.approvals.acts import Acts
from app.core import clock
from app.core.ids import ActorId, ClassGroupId, ClientId, Credential, Uscc
from app.core.vocabulary import Feed, PlatformKind, Role
from app.db.models import Finding
from app.db.session import Database, reading, transaction
from app.eligibility.answers import enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.waiver_acts import END_WAIVER, WAIVE_FINDING
from app.ingest.schemas import Receipt
from app.ingest.service import accept_batch
from app.ledger.draws import announce
from app.ledger.publication import publish
from app.ledger.tiles import WIDTH
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.reports.schemas import Period, ReportedClassGroup, ReportedLearner
from app.reports.service import issue
from app.retention import holds
from app.retention.schemas import About, HoldSubject
from app.trail.digests import close_hours
from tests.eligibility.class_world import RULES, parameter, rule
from tests.eligibility.person_world import PAID_PROGRAMME
from tests.factories.people import make_user
from tests.ingest.deliveries import PLATFORM, delivery
from tests.ingest.examples import FULL, ID_NUMBER, ID_NUMBER_X, USCC, Record, changed

PROGRAMME = (
    PAID_PROGRAMME.replace("programme: paid", "programme: audited")
    .replace("\nsubsidy:", "".join(parameter(code, value) for code, _, _, value, _ in RULES) + "subsidy:")
    .rstrip()
    + "\n"
    + "".join(rule(code, subject, comparison, severity) for code, subject, comparison, _, severity in RULES)
)
BEGUN = datetime(2026, 6, 1, 4, tzinfo=UTC)
THE_DAY = date(2026, 3, 2)
CLOSED, OTHER, RUNNING = "C1", "C2", "C3"
STOLEN, TRUSTED = Credential("secret:1"), Credential("key:good")
LESSONS = ("S0", "S1", "S2", "S3", "S4")
FAR = datetime(2098, 3, 2, 1, tzinfo=UTC)


@dataclass
class Furnishing:
    """Pushes records as a platform does, each batch a minute after the last."""

    database: Database
    key_ring: KeyRing
    library: PolicyLibrary
    client_id: ClientId
    moment: datetime = BEGUN

    async def push(self, feed: Feed, *records: Record | bytes, credential: Credential = TRUSTED) -> Receipt:
        self.moment += timedelta(minutes=1)
        came = {"client_id": self.client_id, "credential": credential, "received_at": self.moment}
        sent = delivery(feed, *records, **came)
        return await accept_batch(self.database, self.key_ring, sent, programme_exists=lambda *_: True)

    async def work(self) -> None:
        """Until nothing waits any more."""
        pipeline = Pipeline(self.database, self.library, self.key_ring)
        while True:
            taken_back = await pipeline.take_back()
            done = await pipeline.run_round(asyncio.Event())
            if done.was_idle and not taken_back:
                return


def lesson(class_group_id: str, day: int, **changes: object) -> Record:
    starts = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(days=day)
    return changed(
        Feed.lessons,
        **{
            "class_group_id": class_group_id,
            "lesson_id": LESSONS[day],
            "required": True,
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=1)).isoformat(),
            **changes,
        },
    )


def attended(class_group_id: str, learner_id: str, days: Sequence[int]) -> dict[Feed, list[Record]]:
    found: dict[Feed, list[Record]] = {Feed.attendance: [], Feed.learning_records: []}
    for day in days:
        starts = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(days=day)
        own = {"class_group_id": class_group_id, "learner_id": learner_id, "lesson_id": LESSONS[day]}
        ends = (starts + timedelta(hours=1)).isoformat()
        at = {"signed_in_at": starts.isoformat(), "signed_out_at": ends, "status": "present"}
        found[Feed.attendance].append(changed(Feed.attendance, **own, **at))
        online = {"session_id": f"x{day}", "online_at": starts.isoformat(), "offline_at": ends}
        found[Feed.learning_records].append(changed(Feed.learning_records, **own, **online, playback_rate=1))
    return found


async def furnish(database: Database, key_ring: KeyRing, packs: Path) -> None:
    """Two closed class groups that share a person, a running one, and what became of them."""
    library = library_of(packs)
    await record_files(database, library)
    async with transaction(database) as session:
        wanted = Registration(Role.platform, platform=PLATFORM, kind=PlatformKind.live)
        account = await service.add_client(session, wanted, BEGUN)
    hand = Furnishing(database, key_ring, library, account.client_id)
    await _records(hand)
    await hand.work()
    await _report(hand)
    await _correct(hand)
    await _rejected(hand)
    await _stolen(hand)
    await hand.work()
    await _waive(hand)
    await hand.work()
    await close_hours(database, key_ring, until=clock.now() + timedelta(hours=1))
    await hand.work()
    await _fill(database)
    await publish(database, key_ring)
    async with transaction(database) as session:
        await announce(session, "waits-for-its-index", ["C1", "C2"], 1)


async def _fill(database: Database) -> None:
    """So many entries that the tree has a full tile."""
    async with transaction(database) as session:
        for number in range(WIDTH):
            await announce(session, "class-groups", [f"C{number}", "C"], 1)


def library_of(packs: Path) -> PolicyLibrary:
    (packs / "audited.yaml").write_text(PROGRAMME)
    return PolicyLibrary.load(packs)


async def _records(hand: Furnishing) -> None:
    for feed in (Feed.institutions, Feed.enterprises, Feed.projects, Feed.courses, Feed.platform_logs):
        await hand.push(feed, FULL[feed])
    for class_group_id in (CLOSED, OTHER, RUNNING):
        running = {"closed_at": None, "ends_on": "2099-12-31"} if class_group_id == RUNNING else {}
        group = {"class_group_id": class_group_id, "programme": "audited", **running}
        await hand.push(Feed.class_groups, changed(Feed.class_groups, **group))
        lessons = [lesson(class_group_id, day) for day in range(len(LESSONS))]
        if class_group_id == RUNNING:
            later = {"starts_at": FAR.isoformat(), "ends_at": (FAR + timedelta(hours=1)).isoformat()}
            lessons[4] = lesson(class_group_id, 4, **later)
        await hand.push(Feed.lessons, *lessons)
        people = (
            (f"{class_group_id}-L1", ID_NUMBER, range(4)),
            (f"{class_group_id}-L2", ID_NUMBER_X, range(3)),
        )
        for learner_id, id_number, days in people:
            own = {"class_group_id": class_group_id, "learner_id": learner_id}
            await hand.push(
                Feed.enrollments,
                changed(Feed.enrollments, **own, id_number=id_number, withdrawn_at=None, gender=None),
            )
            for feed, records in attended(class_group_id, learner_id, days).items():
                await hand.push(feed, *records)
            for feed in (Feed.verifications, Feed.quiz_answers, Feed.exam_scores, Feed.evaluations):
                await hand.push(feed, changed(feed, **own))
        for feed in (Feed.teaching_records, Feed.videos):
            await hand.push(feed, changed(feed, class_group_id=class_group_id))


async def _report(hand: Furnishing) -> None:
    """Of the closed class group, as it stands."""
    selection = Selection(platform=PLATFORM, class_group_id=CLOSED)  # type: ignore[arg-type]
    async with reading(hand.database, repeatable=True) as session:
        found = await enrollments(session, selection, EnrollmentFilter(), limit=10)
    learners = [ReportedLearner(each.learner_id, each.eligibility) for each in found]
    async with transaction(hand.database) as session:
        await issue(
            session,
            uscc=Uscc(USCC),
            period=Period(date(2026, 1, 1), date(2026, 12, 31)),
            created_by=ActorId("user-0000000000000001"),
            at=clock.now(),
            ledger_size=1,
            policy_versions=[],
            class_groups=[ReportedClassGroup(PLATFORM, CLOSED, found[0].assessed_at, learners)],  # type: ignore[arg-type]
            contents=b"",
        )


async def _correct(hand: Furnishing) -> None:
    """What was reported changes, by a correction, a removal and a new record."""
    own = {"class_group_id": CLOSED, "learner_id": f"{CLOSED}-L2"}
    for feed, records in attended(CLOSED, f"{CLOSED}-L2", (3,)).items():
        await hand.push(feed, *records)
    await hand.push(Feed.evaluations, changed(Feed.evaluations, **own, revision=1, comments="改过"))
    gone = {"class_group_id": CLOSED, "learner_id": f"{CLOSED}-L1", "answer_id": "A1"}
    await hand.push(Feed.quiz_answers, {**gone, "revision": 1, "deleted": True})
    await hand.push(Feed.evaluations, changed(Feed.evaluations, **own, revision=1, comments="改过"))


async def _rejected(hand: Furnishing) -> None:
    """One that says otherwise under the same revision, and two that are wrong by themselves."""
    conflicting = changed(Feed.projects, name="另一个名称")
    await hand.push(Feed.projects, conflicting, b"{", changed(Feed.projects, skill_level="四"))


async def _stolen(hand: Furnishing) -> None:
    """A thief overwrites a score and adds one; both are taken back."""
    own = {"class_group_id": CLOSED, "learner_id": f"{CLOSED}-L1"}
    await hand.push(
        Feed.exam_scores,
        changed(Feed.exam_scores, **own, score=99, revision=1),
        changed(Feed.exam_scores, **own, attempt=2, score=98),
        credential=STOLEN,
    )
    async with transaction(hand.database) as session:
        await distrust.distrust(
            session, hand.client_id, STOLEN, since=BEGUN, reason="the secret was stolen", at=clock.now()
        )


async def _waive(hand: Furnishing) -> None:
    """Two findings are waived; one of the waivers is ended."""
    async with transaction(hand.database) as session:
        reviewer = await make_user(session, Role.reviewer)
        approver = await make_user(session, Role.approver)
    by = [Caller(ActorId(each.user_id), Role(each.role)) for each in (reviewer, approver)]
    async with reading(hand.database) as session:
        open_ones = select(Finding.finding_id).where(Finding.state == "open", Finding.learner_id != "")
        found = list(await session.scalars(open_ones.order_by(Finding.finding_id).limit(2)))
    assert len(found) == 2
    subject = HoldSubject(About.class_group, PLATFORM, ClassGroupId(CLOSED))
    async with transaction(hand.database) as session:
        holder = permit(by[1], Action.place_hold)
        await holds.place(session, holder, subject, reason="举报核查", at=clock.now())
    waived = [await _decide(hand, by, WAIVE_FINDING.name, finding_id=str(each)) for each in found]
    await hand.work()
    await _decide(hand, by, END_WAIVER.name, waiver_id=str(waived[1]))


async def _decide(hand: Furnishing, by: Sequence[Caller], act: str, **arguments: str) -> UUID:
    acts = Acts(WAIVE_FINDING, END_WAIVER)
    async with transaction(hand.database) as session:
        proposer = permit(by[0], Action.propose_act)
        made = await approvals.propose(session, acts, proposer, act, arguments, reason="停电")
    async with transaction(hand.database) as session:
        await approvals.approve(session, acts, permit(by[1], Action.decide_act), made.proposal_id)
    return made.proposal_id


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    database = Database.connect(url)
    try:
        yield database
    finally:
        await database.dispose()
