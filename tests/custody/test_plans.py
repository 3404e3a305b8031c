"""What custody asks again and again finds its rows by an index, among millions of videos."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.custody import hosts_repository as hosts
from app.custody import repository, rounds_repository, sampling_repository
from app.db.session import WriteSession
from tests.db.plans import index_used
from tests.factories.feeds import KEY

NOW = datetime(2026, 5, 4, tzinfo=UTC)
ID = UUID(int=1)
DUE, DRAW, HASH = "ix_video_custody_due", "ix_video_custody_draw", "ix_video_custody_hash"
VIDEO = "pk_video_custody"


@pytest.mark.parametrize(
    ("statement", "arguments", "indexes"),
    [
        (repository.TAKE_HOST, (ID, NOW, NOW), {"pk_video_hosts", DUE}),
        (repository.DUE, ("videos.example", NOW), {DUE}),
        (
            repository.REGISTERED,
            (*KEY, "V1"),
            {VIDEO, "pk_videos", "pk_lessons", "pk_class_groups", HASH},
        ),
        (repository.STANDINGS, KEY, {VIDEO}),
        (hosts.NEW_ENTRIES, (0, 500), {"pk_ledger_entries"}),
        (hosts.CLASS_GROUPS, ([ID],), {"ix_videos_batch_id"}),
        (sampling_repository.TAKE, (NOW, 10), {DRAW}),
        (sampling_repository.WAITING, (), {"ix_video_custody_drawn"}),
        (rounds_repository.CHECKS, ([ID],), {"pk_video_checks"}),
    ],
)
async def test_of_the_work(
    session: WriteSession, statement: str, arguments: tuple[object, ...], indexes: set[str]
) -> None:
    assert await index_used(session, statement, *arguments) == indexes
