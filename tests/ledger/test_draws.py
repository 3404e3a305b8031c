"""Draws: announced before anybody can know, decided by a checkpoint, repeated by whoever wants to."""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations, pairwise
from uuid import UUID

import pytest

from app.core.ids import DrawId
from app.db.session import WriteSession, driver, reading, transaction
from app.ledger.checkpoint import read_note
from app.ledger.draws import announce, draw_envelope, drawn, population_of, seed_of, select, told
from app.ledger.envelope import leaf_hash
from app.ledger.errors import NoSuchDraw
from app.ledger.leaves import salts
from app.ledger.sequence import sequence
from tests.ledger.house import House
from tests.ledger.vectors import VECTORS, decoded, sha256, sorted_json, text
from tests.ledger.witness import Witness

DRAW_ID = DrawId(UUID("019d4be6-8a60-7d33-9f66-778899aabbff"))
POPULATION = [line.decode() for line in VECTORS["draw-population"]]
CHECKPOINT = "".join(f"{line.decode()}\n" for line in VECTORS["draw-checkpoint"])


class TestTheWords:
    """Followed with the standard library alone, but for the salts."""

    def test_leaves_and_root_of_the_population(self) -> None:
        (secret,) = decoded("draw-secret")
        pairs = zip(salts(secret, len(POPULATION)), VECTORS["draw-population"], strict=True)
        leaves = [sha256(b"\x00" + salt + each) for salt, each in pairs]
        assert decoded("draw-leaves") == leaves
        first, second = (sha256(b"\x01" + leaves[n] + leaves[n + 1]) for n in (0, 2))
        assert decoded("draw-root") == [sha256(b"\x01" + sha256(b"\x01" + first + second) + leaves[4])]

    def test_the_envelope_is_sorted_json_and_its_leaf_hashes_it(self) -> None:
        envelope = text("draw-envelope")
        assert envelope == sorted_json(json.loads(envelope))
        assert json.loads(envelope)["population"] == {"size": 5, "root": text("draw-root").decode()}
        assert decoded("draw-leaf-hash") == [sha256(b"\x00" + envelope)]

    def test_seed_tickets_and_chosen(self) -> None:
        seed = sha256(CHECKPOINT.encode() + json.loads(text("draw-envelope"))["draw_id"].encode())
        assert decoded("draw-seed") == [seed]
        tickets = [sha256(seed + bytes(7) + bytes([n])) for n in range(5)]
        assert decoded("draw-tickets") == tickets
        lowest = sorted(tickets)[:2]
        assert VECTORS["draw-chosen"] == [
            each for ticket, each in zip(tickets, VECTORS["draw-population"], strict=True) if ticket in lowest
        ]


class TestTheCode:
    def test_it_agrees_with_the_vectors(self) -> None:
        (secret,), (seed,) = decoded("draw-secret"), decoded("draw-seed")
        population = population_of(secret, POPULATION)
        assert [population.root] == decoded("draw-root")
        envelope = draw_envelope(
            draw_id=DRAW_ID,
            purpose="videos",
            announced_at=datetime(2026, 4, 2, 2, 1, 0, 7, tzinfo=UTC),
            population=population,
            wanted=2,
        )
        assert envelope == text("draw-envelope")
        assert [leaf_hash(envelope)] == decoded("draw-leaf-hash")
        assert seed_of(CHECKPOINT, DRAW_ID) == seed
        chosen = [POPULATION[position] for position in select(seed, 5, 2)]
        assert [each.encode() for each in chosen] == VECTORS["draw-chosen"]

    def test_every_subset_comes_as_often_as_any_other(self) -> None:
        """6,000 draws of 2 out of 4, of fixed seeds: 1,000 of each pair, within four standard deviations."""
        seeds = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(6000)]
        drawn = Counter(tuple(select(seed, 4, 2)) for seed in seeds)
        assert set(drawn) == set(combinations(range(4), 2))
        assert all(abs(times - 1000) < 116 for times in drawn.values())

    def test_all_are_drawn_where_there_are_no_more(self) -> None:
        assert select(bytes(32), 3, 3) == select(bytes(32), 3, 9) == [0, 1, 2]

    def test_who_is_not_drawn_of_a_few_is_drawn_first_of_more(self) -> None:
        """One more wanted adds one; nobody is drawn anew."""
        drawn = [set(select(b"seed", 20, wanted)) for wanted in range(1, 21)]
        assert all(few < more for few, more in pairwise(drawn))


class TestAnnounce:
    async def test_the_population_is_committed_in_the_callers_transaction(
        self, session: WriteSession
    ) -> None:
        draw_id = await announce(session, "videos", ["b", "a", "c"], 2)
        connection = await driver(session)
        kind, envelope = await connection.fetchrow(
            "SELECT kind, envelope FROM ledger_pending WHERE subject_id = $1", draw_id
        )
        secret, stored = await connection.fetchrow(
            "SELECT secret, population FROM draws WHERE draw_id = $1", draw_id
        )
        said = json.loads(envelope)
        assert (kind, stored) == ("draw", ["a", "b", "c"])
        root = population_of(secret, ["a", "b", "c"]).root.hex()
        assert said["population"] == {"size": 3, "root": root}
        assert (said["draw_id"], said["purpose"], said["wanted"]) == (str(draw_id), "videos", 2)

    async def test_the_same_population_looks_different_each_time(self, session: WriteSession) -> None:
        ids = [await announce(session, "videos", ["a", "b"], 1) for _ in range(2)]
        rows = await (await driver(session)).fetch(
            "SELECT envelope FROM ledger_pending WHERE subject_id = ANY ($1)", ids
        )
        assert len({json.loads(row[0])["population"]["root"] for row in rows}) == 2

    @pytest.mark.parametrize(("population", "wanted"), [([], 1), (["a", "a"], 1), (["a"], 0)])
    async def test_what_is_no_draw_is_refused(
        self, session: WriteSession, population: list[str], wanted: int
    ) -> None:
        with pytest.raises(ValueError, match="stands once"):
            await announce(session, "videos", population, wanted)


class TestDrawn:
    async def test_nobody_before_a_checkpoint_covers_the_announcement(self, house: House) -> None:
        before = await house.grow()
        async with transaction(house.database) as session:
            draw_id = await announce(session, "videos", POPULATION, 2)
        async with reading(house.database) as session:
            assert await drawn(session, draw_id) is None
        await sequence(house.database)
        async with reading(house.database) as session:
            assert await drawn(session, draw_id) is None
        first = await house.publish()
        assert first.size == before.size + 1
        async with reading(house.database) as session:
            _, found = await told(session, draw_id)
        assert found is not None
        assert found.checkpoint == read_note(first.note).text
        assert found.seed == sha256(found.checkpoint.encode() + str(draw_id).encode())
        assert found.chosen == [POPULATION[n] for n in select(found.seed, 5, 2)]

    async def test_is_the_same_however_often_it_is_asked_and_whatever_follows(self, house: House) -> None:
        async with transaction(house.database) as session:
            draw_id = await announce(session, "videos", POPULATION, 2)
        answers = []
        for _ in range(3):
            await house.grow()
            async with reading(house.database) as session:
                answers.append(await drawn(session, draw_id))
        assert answers[0] is not None
        assert answers == answers[:1] * 3

    async def test_is_not_changed_by_a_cosignature(self, house: House, witness: Witness) -> None:
        async with transaction(house.database) as session:
            draw_id = await announce(session, "videos", POPULATION, 2)
        await house.publish()
        async with reading(house.database) as session:
            before = await told(session, draw_id)
        await house.bring_out()
        assert witness.size > 0
        async with reading(house.database) as session:
            assert await told(session, draw_id) == before

    async def test_of_what_was_never_announced_there_is_no_answer(self, session: WriteSession) -> None:
        with pytest.raises(NoSuchDraw):
            await drawn(session, DRAW_ID)
