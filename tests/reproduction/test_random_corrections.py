"""Whatever is corrected, taken back, waived or stolen, in whatever order: every decision comes out again."""

from collections.abc import Iterator, Sequence
from random import Random
from uuid import UUID

import pytest

from app.db.models import Decision
from app.reproduction.difference import compare
from tests.ingest.examples import ID_NUMBER, ID_NUMBER_X
from tests.reproduction.alterations import end, open_findings, waive
from tests.reproduction.played import (
    GOOD,
    LIVE,
    STOLEN,
    VOD,
    Delivery,
    Played,
    attendance,
    class_group,
    enrollment,
    lesson,
    project,
    session,
    study,
)

DAYS = 4
TURNS = 12
PAIRS = 5
BOTH = {"L1": ID_NUMBER, "L2": ID_NUMBER_X}


class Chance:
    """What platforms correct, a thief pushes and officials forgive."""

    def __init__(self, played: Played, seed: int) -> None:
        self.played, self.random = played, Random(seed)  # noqa: S311 (a course of events, no secret)
        self.revision = 0
        self.robbed = {LIVE, VOD}
        """Platforms whose key is stolen, and nobody knows."""
        self.waivers: list[UUID] = []

    async def turn(self) -> None:
        act = self.random.choice([self.correct] * 4 + [self.steal, self.catch, self.forgive])
        await act()
        if self.random.random() < 0.8:  # else what comes next is judged with it
            await self.played.settle()

    async def correct(self) -> None:
        platform = self.random.choice([LIVE, VOD])
        await self.played.push(*self._some(), platform=platform, credential=GOOD)

    async def steal(self) -> None:
        if self.robbed:
            platform = self.random.choice(sorted(self.robbed))
            await self.played.push(*self._some(), platform=platform, credential=STOLEN)

    async def catch(self) -> None:
        if self.robbed:
            platform = self.random.choice(sorted(self.robbed))
            self.robbed.remove(platform)
            await self.played.the_thief_is_known(platform)
            if self.random.random() < 0.5:
                await self.played.settle()
            await self.played.it_is_taken_back()

    async def forgive(self) -> None:
        await self.played.settle()
        if self.waivers and self.random.random() < 0.5:
            await end(self.played, self.waivers.pop())
        elif findings := await open_findings(self.played):
            self.waivers.append(await waive(self.played, self.random.choice(findings)))

    def _some(self) -> list[Delivery]:
        return [self._one() for _ in range(self.random.randint(1, 4))]

    def _one(self) -> Delivery:
        self.revision += self.random.randint(1, 3)
        day, learner_id = self.random.randrange(DAYS), self.random.choice(list(BOTH))
        revision, left_at = self.revision, f"2026-03-{2 + day:02}T09:{self.random.randint(1, 59):02}:00+08:00"
        return self.random.choice(
            [
                session(day, learner_id, revision=revision, offline_at=left_at),
                session(day, learner_id, revision=revision, deleted=True),
                attendance(day, learner_id, revision=revision, status="absent"),
                attendance(day, learner_id, revision=revision, deleted=True),
                lesson(day, revision=revision, required=self.random.random() < 0.5),
                enrollment(learner_id, id_number=ID_NUMBER_X, revision=revision),
                class_group(revision=revision, ends_on=f"2026-03-{self.random.randint(3, 9):02}"),
                project(revision=revision, planned_hours=self.random.randint(1, 80)),
            ]
        )


@pytest.mark.parametrize("seed", range(4))
async def test_every_decision_comes_out_again(played: Played, seed: int) -> None:
    programme = ("paid", "classed")[seed % 2]
    for platform in (LIVE, VOD):
        await played.push(
            class_group(programme=programme), project(), *map(lesson, range(DAYS)), platform=platform
        )
        for learner_id, id_number in BOTH.items():
            records = study(learner_id, days=range(DAYS), id_number=id_number)
            await played.push(*records, platform=platform)
    await played.settle()
    chance = Chance(played, seed)
    for _ in range(TURNS):
        await chance.turn()
    await played.settle()
    found = await played.all_again()
    assert len(found) > 2 * len(BOTH)
    assert [each for each in found if not each.is_identical] == []
    pairs = list(consecutive(await played.decisions()))
    for first, second in chance.random.sample(pairs, min(PAIRS, len(pairs))):
        await leads_there(played, first, second)


def consecutive(decisions: Sequence[Decision]) -> Iterator[tuple[Decision, Decision]]:
    last: dict[tuple[str, ...], Decision] = {}
    for each in decisions:
        whose = (each.platform, each.class_group_id, each.learner_id)
        if whose in last:
            yield last[whose], each
        last[whose] = each


async def leads_there(played: Played, first: Decision, second: Decision) -> None:
    """What each step changes, one after the other, makes the second document of the first."""
    tools = played.database, played.library, played.key_ring
    found = await compare(*tools, first.decision_id, second.decision_id)
    assert found.is_explained
    said = {change.field: change.before for change in found.changes}
    now = dict(said)
    for step in found.steps:
        for change in step.effect:
            assert now.get(change.field, change.before) == change.before, (step.kind, change)
            now[change.field] = change.after
    for change in found.changes:
        assert now[change.field] == change.after
