"""What the answers to a flood come to, and whether the database agrees with them."""

from collections import Counter
from collections.abc import Sequence

import httpx

from tests.faults.site import Site
from tests.load.flood import Answer, Platform, Start, closed_loop
from tests.load.pusher import percentile_of

TURNED_AWAY = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
NEXT = 1_000_000


def numbered(platform: Platform, phase: int) -> Platform:
    """Batches have numbers; those of each phase begin so many later, and all records are new."""
    return platform._replace(first=phase * NEXT)


def closed(start: Start, platform: Platform, phase: int, *, connections: int, seconds: float) -> list[Answer]:
    phased = numbered(platform, phase)
    answers: list[Answer] = start(closed_loop, phased, connections=connections, seconds=seconds).result()
    return answers


def rate(answers: Sequence[Answer]) -> float:
    """Batches a second that were accepted, up to when the last one was due."""
    first, last = min(answer.due_s for answer in answers), max(answer.due_s for answer in answers)
    return sum(answer.ended_s <= last for answer in accepted(answers)) / (last - first)


def accepted(answers: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.status == httpx.codes.OK]


def turned_away(answers: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.status in TURNED_AWAY]


def statuses(answers: Sequence[Answer]) -> dict[str, int]:
    found = Counter(answer.status for answer in answers)
    return {f"answered {status}": found[status] for status in sorted(found)}


def p99_ms(answers: Sequence[Answer]) -> int:
    return round(percentile_of([answer.ms for answer in answers], 99))


async def stored(site: Site, receipts: Sequence[Answer]) -> dict[str, int]:
    """What receipts say is there, and nothing else is: whoever got none left nothing behind."""
    ids = [receipt.batch_id for receipt in receipts]
    batches = await site.asked("SELECT count(*) FROM batches WHERE batch_id = ANY($1::uuid[])", ids)
    assert batches == len(receipts) == await site.asked("SELECT count(*) FROM batches")
    records = await site.asked("SELECT count(*) FROM learning_records")
    assert records == sum(receipt.accepted for receipt in receipts)
    return {"batches": batches, "records": records}
