"""Proofs are made of the spans that RFC 6962 names, and lead to the roots that they should."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from app.ledger.merkle import root
from app.ledger.paths import Span, consistency_spans, hash_of_span, inclusion_spans, nodes_of
from app.ledger.proofs import path_in

LEAVES = [hashlib.sha256(bytes([number % 256, number // 256])).digest() for number in range(600)]
sizes = st.integers(1, len(LEAVES))


def split(size: int) -> int:
    power = 1
    while 2 * power < size:
        power *= 2
    return power


def path_as_the_rfc_says(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of §2.1.1."""
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*path_as_the_rfc_says(index, leaves[:middle]), root(leaves[middle:])]
    return [*path_as_the_rfc_says(index - middle, leaves[middle:]), root(leaves[:middle])]


def subproof(old: int, leaves: list[bytes], *, is_whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of §2.1.2."""
    if old == len(leaves):
        return [] if is_whole else [root(leaves)]
    middle = split(len(leaves))
    if old <= middle:
        return [*subproof(old, leaves[:middle], is_whole=is_whole), root(leaves[middle:])]
    return [*subproof(old - middle, leaves[middle:], is_whole=False), root(leaves[:middle])]


def hashes(spans: list[Span]) -> list[bytes]:
    return [root(LEAVES[span.start : span.end]) for span in spans]


@given(st.data())
def test_an_inclusion_proof_is_the_path_of_the_rfc(data: st.DataObject) -> None:
    size = data.draw(sizes)
    index = data.draw(st.integers(0, size - 1))
    expected = path_as_the_rfc_says(index, LEAVES[:size])
    assert hashes(inclusion_spans(index, size)) == expected
    assert list(path_in(LEAVES[:size], index)) == expected


@given(st.data())
def test_a_consistency_proof_is_that_of_the_rfc(data: st.DataObject) -> None:
    new = data.draw(sizes)
    old = data.draw(st.integers(1, new))
    assert hashes(consistency_spans(old, new)) == subproof(old, LEAVES[:new], is_whole=True)


@given(sizes)
def test_a_span_to_the_edge_is_joined_from_whole_ones(size: int) -> None:
    whole = [
        root(LEAVES[node.number << node.height : (node.number + 1) << node.height])
        for node in nodes_of(Span(0, size))
    ]
    assert hash_of_span(whole) == root(LEAVES[:size])
