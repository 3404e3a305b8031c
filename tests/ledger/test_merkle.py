"""The root over leaves, against published vectors and against the RFC's own words."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger import merkle

# The eight leaves and nine roots that Certificate Transparency implementations test against.
PUBLISHED_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

leaf_lists = st.lists(st.binary(min_size=32, max_size=32), max_size=300)


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def root_as_the_rfc_says(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word: split at the largest power of two smaller than n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = root_as_the_rfc_says(leaves[:split]), root_as_the_rfc_says(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_published_vectors_hold(size: int) -> None:
    leaves = [leaf(data) for data in PUBLISHED_LEAVES[:size]]
    assert merkle.root(leaves).hex() == PUBLISHED_ROOTS[size]


@given(leaf_lists)
def test_the_root_is_the_one_of_the_rfc(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == root_as_the_rfc_says(leaves)


@pytest.mark.parametrize("size", [*range(70), 1000, 1023, 1024, 1025])
def test_every_shape_of_tree_is_the_one_of_the_rfc(size: int) -> None:
    leaves = [leaf(number.to_bytes(4)) for number in range(size)]
    assert merkle.root(leaves) == root_as_the_rfc_says(leaves)


@given(leaf_lists.filter(len), st.data())
def test_a_root_says_every_leaf_and_its_place(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:place], leaf(leaves[place]), *leaves[place + 1 :]]
    assert merkle.root(changed) != merkle.root(leaves)
    assert merkle.root(leaves[:-1]) != merkle.root(leaves)
    assert merkle.root([*leaves, leaves[-1]]) != merkle.root(leaves)


def test_the_leaves_are_left_as_they_were() -> None:
    leaves = [leaf(bytes((number,))) for number in range(5)]
    before = list(leaves)
    merkle.root(leaves)
    assert leaves == before


@pytest.mark.parametrize("wrong", [b"", b"short", bytes(33)])
def test_a_leaf_that_is_no_hash_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        merkle.root([bytes(32), wrong])


def test_a_commitment_is_size_and_root() -> None:
    assert merkle.commitment([bytes(32)]) == (1, bytes(32))
    assert merkle.commitment([]) == (0, hashlib.sha256().digest())


def test_a_tree_that_grows_leaf_by_leaf_has_the_same_root_at_every_size() -> None:
    leaves = [leaf(str(number).encode()) for number in range(70)]
    tree = merkle.GrowingTree()
    for size in range(len(leaves) + 1):
        assert (tree.size, tree.root) == (size, merkle.root(leaves[:size]))
        if size < len(leaves):
            tree.append(leaves[size])


def root_by_path(leaf_hash: bytes, index: int, size: int, path: tuple[bytes, ...]) -> bytes:
    """RFC 9162 §2.1.3.2, word for word."""
    place, last, node = index, size - 1, leaf_hash
    for sibling in path:
        assert last > 0
        if place % 2 or place == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        place, last = place >> 1, last >> 1
    assert last == 0
    return node


@given(leaf_lists)
def test_every_leaf_has_a_path_to_the_root(leaves: list[bytes]) -> None:
    levels = merkle.Levels(leaves)
    assert levels.root == root_as_the_rfc_says(leaves)
    for index, each in enumerate(leaves):
        assert root_by_path(each, index, len(leaves), levels.path(index)) == levels.root


@pytest.mark.parametrize(("size", "index"), [(0, 0), (1, 1), (5, 5), (5, -1)])
def test_what_is_no_leaf_has_no_path(size: int, index: int) -> None:
    with pytest.raises(IndexError):
        merkle.Levels([bytes(32)] * size).path(index)
