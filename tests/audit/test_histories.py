"""Whatever platforms send, and whatever is taken back of it: rows follow from the archives."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit.rows import compare
from app.audit.schemas import Since
from app.core.ids import Credential
from app.core.vocabulary import Feed
from app.db.session import Database
from app.privacy.keyring import KeyRing
from tests.ingest.examples import OTHER_USCC, USCC, Record, changed
from tests.ingest.test_withdrawal import PLATFORMS, STOLEN, TRUSTED, thief_of

Pushed = tuple[Credential, Feed, Sequence[Record]]


def records(
    feed: Feed, **fields: st.SearchStrategy[object]
) -> st.SearchStrategy[tuple[Feed, Sequence[Record]]]:
    """Of few keys and revisions, some of them tombstones, some faulty."""
    said = st.fixed_dictionaries(
        {"revision": st.integers(0, 3), "deleted": st.sampled_from((False, False, True)), **fields}
    )
    faulty = st.just(changed(feed, revision="x"))
    good = said.map(lambda fields: changed(feed, **fields))
    return st.tuples(st.just(feed), st.lists(st.one_of(good, good, good, faulty), min_size=1, max_size=4))


USCCS = st.sampled_from((USCC, OTHER_USCC))
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from((STOLEN, TRUSTED)),
        st.one_of(
            records(
                Feed.attendance,
                learner_id=st.sampled_from(("L1", "L2")),
                status=st.sampled_from(("present", "absent")),
            ),
            records(Feed.enterprises, uscc=USCCS, district_code=st.sampled_from(("110105", "440204"))),
            records(Feed.class_groups, class_group_id=st.sampled_from(("C1", "C2")), enterprise_uscc=USCCS),
            records(Feed.enrollments, learner_id=st.sampled_from(("L1", "L2"))),
        ),
    ),
    min_size=1,
    max_size=8,
)


async def quietly(_number: int) -> None:
    pass


@pytest.mark.parametrize("is_caught", [False, True], ids=["kept", "taken-back"])
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=HISTORIES)
async def test_rows_follow_from_what_was_sent(
    database: Database,
    key_ring: KeyRing,
    is_caught: bool,  # noqa: FBT001 (of the parametrisation)
    history: Sequence[tuple[Credential, tuple[Feed, Sequence[Record]]]],
) -> None:
    thief = await thief_of(database, key_ring, next(PLATFORMS))
    for credential, (feed, sent) in history:
        await thief.push(credential, feed, *sent)
    if is_caught:
        await thief.is_caught()
    found = await compare(database, key_ring, Since(platform=thief.platform), quietly)
    assert [str(each) for each in found.differences] == []
    assert found.counts.get("passed_over_feeds", 0) == 0
