"""Tiles hold what C2SP tlog-tiles says, and a tree grows by its right edge alone."""

import hashlib
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ledger.errors import NoSuchTile
from app.ledger.merkle import root
from app.ledger.paths import Span, inclusion_spans
from app.ledger.resources import parse, resources
from app.ledger.tiles import WIDTH, Frontier, Tile, TileNumber, apart, hash_from, needed, tile_path

EDGES = (1, 2, 255, 256, 257, 511, 512, 65535, 65536, 65537, 66049)
LEAVES = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(EDGES[-1])]


@pytest.fixture(scope="module")
def grown() -> tuple[dict[int, bytes], list[Tile]]:
    """The roots at the sizes that matter, and all tiles that became full."""
    edge, roots, tiles = Frontier(), dict[int, bytes](), list[Tile]()
    for leaf in LEAVES:
        tiles.extend(edge.append(leaf))
        if edge.size in EDGES:
            roots[edge.size] = edge.root
    return roots, tiles


@pytest.mark.parametrize("size", EDGES)
def test_the_root_is_that_of_the_naive_tree(grown: tuple[dict[int, bytes], list[Tile]], size: int) -> None:
    assert grown[0][size] == root(LEAVES[:size])


def test_a_tree_without_leaves_has_the_root_of_the_rfc() -> None:
    assert Frontier().root == hashlib.sha256(b"").digest()


def test_each_tile_holds_the_hashes_of_its_place(grown: tuple[dict[int, bytes], list[Tile]]) -> None:
    tiles = grown[1]
    full = len(LEAVES) // WIDTH
    assert [(tile.level, tile.tile) for tile in tiles if tile.level == 1] == [(1, 0)]
    assert [tile.tile for tile in tiles if tile.level == 0] == list(range(full))
    for tile in tiles:
        width = WIDTH**tile.level
        places = range(tile.tile * WIDTH, (tile.tile + 1) * WIDTH)
        if tile.level == 1 or tile.tile % 64 == 0:
            assert apart(tile.hashes) == [
                root(LEAVES[place * width : (place + 1) * width]) for place in places
            ]
        assert tile.root == root(apart(tile.hashes))


@cache
def stored(size: int) -> dict[TileNumber, Sequence[bytes]]:
    """All hashes of a tree by level, in full tiles and partial ones."""
    found, level, hashes = dict[TileNumber, Sequence[bytes]](), 0, LEAVES[:size]
    while hashes:
        tiles = [hashes[start : start + WIDTH] for start in range(0, len(hashes), WIDTH)]
        found |= {TileNumber(level, number): tile for number, tile in enumerate(tiles)}
        hashes, level = [root(tile) for tile in tiles if len(tile) == WIDTH], level + 1
    return found


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_proofs_need_a_few_tiles_and_no_hash_beyond_the_tree(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from(EDGES))
    index = data.draw(st.integers(0, size - 1))
    spans = [Span(index, index + 1), *inclusion_spans(index, size)]
    tiles = stored(size)
    wanted = needed(spans)
    assert len(wanted) <= 6
    assert all(width <= len(tiles[number]) for number, width in wanted.items())
    assert [hash_from(tiles, span) for span in spans[1:]] == [
        root(LEAVES[span.start : span.end]) for span in spans[1:]
    ]


@pytest.mark.parametrize(
    ("number", "path"), [(0, "000"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")]
)
def test_a_path_is_written_as_the_specification_does(number: int, path: str) -> None:
    assert tile_path(number) == path
    assert parse("0", path).number == number


@pytest.mark.parametrize(
    ("level", "path"),
    [
        ("0", ""),
        ("0", "1"),
        ("0", "000.p/0"),
        ("0", "000.p/256"),
        ("0", "000.p/01"),
        ("0", "x000/001"),
        ("0", "001/000"),
        ("00", "000"),
        ("64", "000"),
        ("-1", "000"),
        ("data", "000"),
        ("0", "000/"),
        ("0", "٠٠٠"),
    ],
)
def test_what_the_specification_does_not_name_is_no_tile(level: str, path: str) -> None:
    with pytest.raises(NoSuchTile):
        parse(level, path)


def test_the_tiles_of_a_tree_are_those_of_the_specifications_example() -> None:
    """Of 70,000 entries: 273 full tiles of level 0 and one of 112; of level 1 a full one and one of 17."""
    found = [(each.level, each.number, each.width) for each in resources(70_000)]
    assert (
        len([each for each in found if each[0] == 0])
        == len([each for each in found if each[0] is None])
        == 274
    )
    assert (0, 273, 112) in found
    assert [each for each in found if each[0] in (1, 2)] == [(1, 0, 256), (1, 1, 17), (2, 0, 1)]
