"""The fold against a plain model of semantics.md §2."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.ingest.merge import ACCEPTED, REJECTED, STALE, UNCHANGED, Candidate, Key, Version, all_new, fold

keys = st.sampled_from([("C1", "L1"), ("C1", "L2"), ("C2", "L1")])
versions = st.builds(Version, st.integers(0, 2), st.sampled_from([b"one", b"two"]))
candidates = st.lists(st.tuples(keys, versions).map(lambda pair: (pair[0], *pair[1])), max_size=9)
stored = st.dictionaries(keys, versions)


def deliver_alone(table: dict[Key, Version], candidate: Candidate) -> int:
    """One record, as if nothing else had been delivered."""
    key, revision, content = candidate
    if key not in table or revision > table[key].revision:
        table[key] = Version(revision, content)
        return ACCEPTED
    if revision < table[key].revision:
        return STALE
    return UNCHANGED if content == table[key].content_hash else REJECTED


@given(existing=stored, delivered=candidates)
def test_the_lines_of_a_batch_count_as_if_each_had_been_delivered_alone(
    existing: dict[Key, Version], delivered: Sequence[Candidate]
) -> None:
    table = dict(existing)
    merged = fold(existing, delivered)
    assert merged.outcomes == bytes(deliver_alone(table, candidate) for candidate in delivered)
    after = existing | {key: Version(*delivered[at][1:]) for key, at in merged.standing.items()}
    assert after == table


@given(existing=stored, delivered=candidates)
def test_a_conflict_names_the_revision_that_stands(
    existing: dict[Key, Version], delivered: Sequence[Candidate]
) -> None:
    merged = fold(existing, delivered)
    assert {at for at, outcome in enumerate(merged.outcomes) if outcome == REJECTED} == set(merged.conflicts)
    assert all(delivered[at][1] == current for at, current in merged.conflicts.items())


@given(existing=stored, delivered=candidates, cut=st.integers(0, 9))
def test_it_does_not_matter_where_a_delivery_is_cut_into_batches(
    existing: dict[Key, Version], delivered: Sequence[Candidate], cut: int
) -> None:
    first = fold(existing, delivered[:cut])
    between = existing | {key: Version(*delivered[at][1:]) for key, at in first.standing.items()}
    second = fold(between, delivered[cut:])
    assert first.outcomes + second.outcomes == fold(existing, delivered).outcomes


@given(
    delivered=candidates.filter(lambda batch: len({(c[0], c[1]) for c in batch}) == len(batch)),
    data=st.data(),
)
def test_without_conflicts_the_order_does_not_matter(delivered: list[Candidate], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(delivered))

    def standing(batch: Sequence[Candidate]) -> dict[Key, Candidate]:
        return {key: batch[at] for key, at in fold({}, batch).standing.items()}

    assert standing(shuffled) == standing(delivered)


def test_what_stands_already_is_not_written_again() -> None:
    one = Version(1, b"one")
    assert fold({("C1",): one}, [(("C1",), 1, b"one"), (("C1",), 0, b"two"), (("C1",), 1, b"two")]) == (
        bytes([UNCHANGED, STALE, REJECTED]),
        {2: 1},
        {},
    )


@given(delivered=st.lists(keys))
def test_where_nothing_is_stored_and_no_key_repeats_all_is_accepted(delivered: Sequence[Key]) -> None:
    merged = all_new(delivered)
    assert (merged is None) is (len(set(delivered)) < len(delivered))
    assert merged is None or merged == fold({}, [(key, 0, b"one") for key in delivered])
