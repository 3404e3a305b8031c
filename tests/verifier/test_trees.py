"""Proofs by the definition of RFC 6962 are accepted, at every place of small trees; altered ones are not."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.verifier.supervise_verify import (
    Refused,
    check_growth,
    check_inclusion,
    root_at,
    tile_name,
    tree_hash,
)
from tests.verifier import naive_log
from tests.verifier.naive_log import consistency, inclusion, sha256, tree

LEAVES = [sha256(b"\x00" + str(n).encode()) for n in range(600)]
SMALL = range(1, 34)


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    try:
        check_inclusion(leaf, index, size, path, root)
    except Refused:
        return False
    return True


def has_grown(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    try:
        check_growth(old, old_root, new, new_root, path)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("size", [0, *SMALL, 255, 256, 257, 600])
def test_the_hash_of_a_tree_is_that_of_the_definition(size: int) -> None:
    assert tree_hash(LEAVES[:size]) == tree(LEAVES[:size])


def test_every_leaf_of_every_small_tree_is_proved_at_its_place_and_nowhere_else() -> None:
    for size in SMALL:
        root = tree(LEAVES[:size])
        for index in range(size):
            path = inclusion(index, LEAVES[:size])
            places = [n for n in range(-1, size + 2) if is_included(LEAVES[index], n, size, path, root)]
            assert places == [index]


def test_every_growth_of_every_small_tree_is_proved_between_these_sizes_and_no_others() -> None:
    for new in SMALL:
        roots = {size: tree(LEAVES[:size]) for size in range(1, new + 1)}
        for old in range(1, new + 1):
            path = consistency(old, LEAVES[:new])
            sizes = [n for n in roots if has_grown(n, roots[n], new, roots[new], path)]
            assert old in sizes
            assert [n for n in sizes if path != consistency(n, LEAVES[:new])] == []


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_an_altered_path_proves_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 600))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    root, old_root = tree(LEAVES[:size]), tree(LEAVES[:old])
    path, growth = inclusion(index, LEAVES[:size]), consistency(old, LEAVES[:size])
    assert is_included(LEAVES[index], index, size, path, root)
    assert has_grown(old, old_root, size, root, growth)
    assert not is_included(LEAVES[index], index, size, altered(path, data), root)
    assert not has_grown(old, old_root, size, root, altered(growth, data))


def altered(path: Sequence[bytes], data: st.DataObject) -> list[bytes]:
    at = data.draw(st.integers(0, len(path) - 1))
    other = data.draw(st.sampled_from([each for each in LEAVES if each != path[at]]))
    ways = {
        "another hash": [*path[:at], other, *path[at + 1 :]],
        "cut off": list(path[:at]),
        "one left out": [*path[:at], *path[at + 1 :]],
        "one too many": [*path[:at], other, *path[at:]],
        "one twice": [*path[: at + 1], *path[at:]],
        "padded": [*path, other],
        "a shortened hash": [*path[:at], path[at][:-1], *path[at + 1 :]],
        "an empty hash": [*path[:at], b"", *path[at + 1 :]],
        "a longer hash": [*path[:at], path[at] + b"\x00", *path[at + 1 :]],
    }
    if path != path[::-1]:
        ways["reversed"] = list(path[::-1])
    return ways[data.draw(st.sampled_from(sorted(ways)))]


def test_an_empty_tree_and_hashes_of_other_lengths_prove_nothing() -> None:
    leaf = LEAVES[0]
    assert not is_included(leaf, 0, 0, [], leaf)
    assert not is_included(b"", 0, 1, [], b"")
    assert not has_grown(0, tree([]), 1, leaf, [])
    assert not has_grown(0, tree([]), 0, tree([]), [])
    assert not has_grown(2, LEAVES[0], 1, LEAVES[1], [])
    assert not has_grown(1, b"", 1, b"", [])
    assert not has_grown(1, leaf, 1, leaf, [leaf])
    assert not has_grown(1, leaf, 1, LEAVES[1], [])


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 600])
def test_the_root_of_an_older_size_comes_from_full_tiles(size: int) -> None:
    tiles = [tree(LEAVES[start : start + 256]) for start in (0, 256)]
    assert root_at([LEAVES, tiles], size) == tree(LEAVES[:size])


@pytest.mark.parametrize("number", [0, 7, 999, 1000, 1234067, 999_999_999])
def test_tiles_are_where_the_layout_puts_them(number: int) -> None:
    start = number * 256
    assert tile_name(0, start, start + 256) == naive_log.tile(0, number, 256)
    assert tile_name("entries", start, start + 17) == naive_log.tile("entries", number, 17)
