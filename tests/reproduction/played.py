"""A term that platforms push through ingest, judged as it goes; what was decided is then made again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from app.accounts import distrust, service
from app.accounts.schemas import Registration
from app.core import clock
from app.core.ids import ClassGroupId, ClassGroupKey, ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed, PlatformKind, Role
from app.db.models import Decision, Touch
from app.db.session import Database, reading, transaction
from app.eligibility.assess import assess_class_groups
from app.ingest.schemas import Receipt
from app.ingest.service import accept_batch
from app.ingest.withdrawal import find_batches, withdraw
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.reproduction.schemas import Reproduction
from app.reproduction.service import reproduce
from tests.ingest.deliveries import delivery
from tests.ingest.examples import ID_NUMBER, NOW, OTHER_USCC, USCC, Record

LIVE, VOD = PlatformCode("live-a"), PlatformCode("vod-b")
GOOD, STOLEN = Credential("key:good"), Credential("secret:1")
STEP = timedelta(minutes=1)
DAYS = 5

ENCODER = msgspec.json.Encoder(decimal_format="number")

Delivery = tuple[Feed, Record]


def class_group(class_group_id: str = "C1", **changes: object) -> Delivery:
    return Feed.class_groups, {
        "class_group_id": class_group_id,
        "project_id": "P1",
        "name": "一班",
        "programme": "paid",
        "enterprise_uscc": USCC,
        "institution_uscc": OTHER_USCC,
        "organisation": "entrusted",
        "starts_on": "2026-03-02",
        "ends_on": "2026-04-30",
        "planned_headcount": 30,
        "exam_ids": [],
        "closed_at": "2026-05-01T09:00:00+08:00",
    } | changes


def project(**changes: object) -> Delivery:
    return Feed.projects, {
        "project_id": "P1",
        "name": "数控车工",
        "occupation": "车工",
        "training_type": "on_job",
        "delivery": "online",
        "planned_hours": 40,
    } | changes


def lesson(day: int, class_group_id: str = "C1", hour: int = 9, **changes: object) -> Delivery:
    return Feed.lessons, {
        "class_group_id": class_group_id,
        "lesson_id": f"S{day}",
        "title": f"第{day}课",
        "kind": "live",
        "planned_minutes": 60,
        **_hour(day, hour, "starts_at", "ends_at"),
    } | changes


def enrollment(
    learner_id: str = "L1", class_group_id: str = "C1", *, id_number: str = ID_NUMBER, **changes: object
) -> Delivery:
    return Feed.enrollments, {
        "class_group_id": class_group_id,
        "learner_id": learner_id,
        "name": "张三",
        "id_number": id_number,
    } | changes


def attendance(day: int, learner_id: str = "L1", class_group_id: str = "C1", **changes: object) -> Delivery:
    """Without times: what counts is the session."""
    return Feed.attendance, {
        "class_group_id": class_group_id,
        "learner_id": learner_id,
        "lesson_id": f"S{day}",
        "status": "present",
    } | changes


def session(
    day: int, learner_id: str = "L1", class_group_id: str = "C1", hour: int = 9, **changes: object
) -> Delivery:
    return Feed.learning_records, {
        "class_group_id": class_group_id,
        "learner_id": learner_id,
        "session_id": f"x{day}",
        "lesson_id": f"S{day}",
        **_hour(day, hour, "online_at", "offline_at"),
    } | changes


def teaching(day: int, class_group_id: str = "C1", hour: int = 9, **changes: object) -> Delivery:
    return Feed.teaching_records, {
        "class_group_id": class_group_id,
        "lesson_id": f"S{day}",
        "instructor_id": "T1",
        "instructor_name": "赵老师",
        **_hour(day, hour, "started_at", "ended_at"),
    } | changes


def study(
    learner_id: str = "L1",
    class_group_id: str = "C1",
    *,
    days: Sequence[int] = range(DAYS),
    hour: int = 9,
    id_number: str = ID_NUMBER,
) -> Iterator[Delivery]:
    """Enrolled, and there on these days."""
    yield enrollment(learner_id, class_group_id, id_number=id_number)
    for day in days:
        yield attendance(day, learner_id, class_group_id)
        yield session(day, learner_id, class_group_id, hour)


def _hour(day: int, hour: int, start: str, end: str) -> dict[str, str]:
    return {
        start: f"2026-03-{2 + day:02}T{hour:02}:00:00+08:00",
        end: f"2026-03-{2 + day:02}T{hour + 1:02}:00:00+08:00",
    }


@dataclass
class Played:
    database: Database
    library: PolicyLibrary
    key_ring: KeyRing
    moment: datetime = NOW
    clients: dict[PlatformCode, ClientId] = field(default_factory=dict)

    async def push(
        self, *records: Delivery, platform: PlatformCode = LIVE, credential: Credential = GOOD
    ) -> list[Receipt]:
        """One batch for each feed, in the order in which the feeds first appear."""
        by_feed: dict[Feed, list[Record]] = {}
        for feed, record in records:
            by_feed.setdefault(feed, []).append(record)
        return [await self._deliver(feed, of_one, platform, credential) for feed, of_one in by_feed.items()]

    async def _deliver(
        self, feed: Feed, records: list[Record], platform: PlatformCode, credential: Credential
    ) -> Receipt:
        self.moment += STEP
        receipt = await accept_batch(
            self.database,
            self.key_ring,
            delivery(
                feed,
                *map(ENCODER.encode, records),
                platform=platform,
                client_id=await self.client(platform),
                credential=credential,
                received_at=self.moment,
            ),
            programme_exists=lambda *_: True,
        )
        assert receipt.batch.counts.rejected == 0, receipt
        return receipt

    async def client(self, platform: PlatformCode) -> ClientId:
        if platform not in self.clients:
            wanted = Registration(Role.platform, platform=platform, kind=PlatformKind.live)
            async with transaction(self.database) as session:
                self.clients[platform] = (await service.add_client(session, wanted, NOW)).client_id
        return self.clients[platform]

    async def settle(self) -> None:
        """Until nobody is touched and everything has its place in the ledger."""
        for _ in range(100):
            await sequence(self.database)
            if not await self.assess():
                return
        raise AssertionError("It never comes to rest.")

    async def assess(self) -> bool:
        """Whoever is touched now; whether there was anybody."""
        keys = await self._touched()
        self.moment += STEP
        await assess_class_groups(self.database, self.library, self.key_ring, keys, self.moment)
        return bool(keys)

    async def _touched(self) -> list[ClassGroupKey]:
        async with reading(self.database) as session:
            rows = await session.execute(select(Touch.platform, Touch.class_group_id).distinct())
            return sorted(ClassGroupKey(PlatformCode(row[0]), ClassGroupId(row[1])) for row in rows)

    async def decisions(self, learner_id: str | None = None) -> list[Decision]:
        """In the order in which they were made."""
        async with reading(self.database) as session:
            order = Decision.decided_at, Decision.platform, Decision.class_group_id, Decision.learner_id
            found = list(await session.scalars(select(Decision).order_by(*order)))
        return [each for each in found if learner_id in {None, each.learner_id}]

    async def again(self, decision: Decision) -> Reproduction:
        return await reproduce(self.database, self.library, self.key_ring, decision.decision_id)

    async def all_again(self) -> list[Reproduction]:
        return [await self.again(decision) for decision in await self.decisions()]

    async def the_thief_is_caught(self, platform: PlatformCode = LIVE) -> None:
        """Everything that came with the stolen key is taken back."""
        await self.the_thief_is_known(platform)
        await self.it_is_taken_back()

    async def the_thief_is_known(self, platform: PlatformCode = LIVE) -> None:
        async with transaction(self.database) as session:
            at = clock.now()
            client_id = await self.client(platform)
            await distrust.distrust(session, client_id, STOLEN, since=NOW, reason="stolen", at=at)
            await find_batches(session, recorded_after=at)

    async def it_is_taken_back(self) -> None:
        while await withdraw(self.database, self.key_ring, lambda *_: True):
            pass
