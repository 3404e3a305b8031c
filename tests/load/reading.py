"""What lists and single answers cost with little and with much stored, asked in turn of both over HTTP.

`python -m tests.load.reading [--quick] [--only WORDS]`; `make bench` measures it beside all else.
"""

import argparse
import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from itertools import chain
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.load import world
from tests.load.bodies import SEED
from tests.load.pusher import percentile_of
from tests.load.questions import CALLERS, PAGE, Asked, Place, Question, questions, sees
from tests.load.report import thousands
from tests.load.site import opened

SIZES = (1_000_000, 10_000_000)
QUICK_SIZES = (200_000, 1_000_000)
TIMES, WARM_UP = 40, 5


class Answered(NamedTuple):
    """Milliseconds of each answer."""

    question: Question
    little: Sequence[float]
    much: Sequence[float]

    @property
    def growth(self) -> float:
        return median(self.much) / median(self.little)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are asked: one server process over a database with so many class groups."""

    connection: HTTPConnection
    tokens: dict[str, str]
    class_groups: int

    def answer_ms(self, question: Question, chance: random.Random) -> float:
        asked = question.ask(self._drawn(question, chance))
        path = f"{asked.path}?{urlencode(asked.query)}"
        headers = {
            "Authorization": f"Bearer {self.tokens[question.caller]}",
            "Content-Type": "application/json",
        }
        started_s = time.perf_counter()
        self.connection.request(*_method_of(asked, path), headers)
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"{question.caller}, {path}: {answer.decode()}")
        return 1000 * (time.perf_counter() - started_s)

    def _drawn(self, question: Question, chance: random.Random) -> Place:
        """An enrollment that the caller sees, in a class group that runs where its progress is asked for.

        Where a later page is asked for, as much follows in the small database as in the large one.
        """
        is_running = question.what.startswith("progress of a")
        seen = [
            each for each in _seen_by(question.caller, self.class_groups) if each.is_running == is_running
        ]
        if question.what.endswith("a later page"):
            seen = seen[: max(len(seen) - PAGE, 1)]
        place = chance.randrange(world.LEARNERS_OF_A_CLASS_GROUP)
        return chance.choice(seen)._replace(place=place)


@cache
def _seen_by(caller: str, class_groups: int) -> Sequence[Place]:
    """The first enrollment of each class group, in the order of lists."""
    places = (Place(number, 0) for number in range(class_groups))
    seen = (place for place in places if sees(caller, place))
    return sorted(seen, key=lambda place: (place.platform, place.class_group_id))


def _method_of(asked: Asked, path: str) -> tuple[str, str, bytes | None]:
    return ("GET", path, None) if asked.body is None else ("POST", path, json.dumps(asked.body).encode())


def reading(sizes: tuple[int, int], only: str = "") -> Iterator[Answered]:
    """One by one: an answer takes its time where others work on the machine."""
    with ExitStack() as open_until_the_end:
        desks = [open_until_the_end.enter_context(_desk(size)) for size in sizes]
        for question in questions():
            if only in f"{question.caller}: {question.what}":
                yield _answered(question, desks)


@contextmanager
def _desk(learning_records: int) -> Iterator[Desk]:
    class_groups = world.class_groups_for(learning_records)
    with opened() as site:
        world.seed(site, world.World(class_groups))
        with site.serving() as served:
            tokens = {name: site.token(served.address, who) for name, who in CALLERS.items()}
            address = urlsplit(served.address)
            yield Desk(HTTPConnection(address.hostname or "", address.port), tokens, class_groups)


def _answered(question: Question, desks: Sequence[Desk]) -> Answered:
    """By turns, so that whatever else the machine does slows both."""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    asked = [[desk.answer_ms(question, chance) for desk in desks] for _ in range(WARM_UP + TIMES)]
    little, much = zip(*asked[WARM_UP:], strict=True)
    return Answered(question, little, much)


COLUMNS = ("caller", "question", "p50 ms", "p99 ms", "p50 ms with more", "p99 ms with more", "growth of p50")


def rows(found: Iterable[Answered]) -> Iterator[Sequence[str]]:
    for each in found:
        yield (
            each.question.caller,
            each.question.what,
            *(
                f"{percentile_of(each_size, percentile):.1f}"
                for each_size in (each.little, each.much)
                for percentile in (50, 99)
            ),
            f"{each.growth:.2f}",
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--only", default="")
    asked = arguments.parse_args()
    sizes = QUICK_SIZES if asked.quick else SIZES
    print(" and ".join(map(thousands, sizes)), "learning records")  # noqa: T201 (a command)
    for row in chain([COLUMNS], rows(reading(sizes, asked.only))):
        print(" | ".join(row), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
