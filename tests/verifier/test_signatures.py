"""Ed25519 by the book: what a library signs is accepted, and a signature has one spelling."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from app.verifier.supervise_verify import ORDER, PRIME, Refused, is_signed

seeds = st.binary(min_size=32, max_size=32)
few = settings(max_examples=50, deadline=None)


def key_of(seed: bytes) -> tuple[Ed25519PrivateKey, bytes]:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return private, private.public_key().public_bytes_raw()


def library_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@few
@given(seed=seeds, message=st.binary(max_size=200))
def test_what_was_signed_is_accepted(seed: bytes, message: bytes) -> None:
    private, public = key_of(seed)
    assert is_signed(public, message, private.sign(message))


@few
@given(seed=seeds, place=st.integers(0, 63), change=st.integers(1, 255), data=st.data())
def test_one_altered_byte_is_refused_wherever_it_is(
    seed: bytes, place: int, change: int, data: st.DataObject
) -> None:
    private, public = key_of(seed)
    signature = bytearray(private.sign(b"size 7"))
    signature[place] ^= change
    assert not is_signed(public, b"size 7", bytes(signature))
    assert not is_signed(public, b"size 8", private.sign(b"size 7"))
    altered = bytearray(public)
    altered[data.draw(st.integers(0, 31))] ^= change
    try:
        assert not is_signed(bytes(altered), b"size 7", private.sign(b"size 7"))
    except Refused:
        assert not library_accepts(bytes(altered), b"size 7", private.sign(b"size 7"))


@pytest.mark.parametrize("times", [1, 2, 3, 7])
def test_a_second_spelling_of_s_is_refused(times: int) -> None:
    """S + n·L satisfies the equation as well as S does."""
    private, public = key_of(bytes(range(32)))
    signature = private.sign(b"x")
    other = int.from_bytes(signature[32:], "little") + times * ORDER
    assert not is_signed(public, b"x", signature[:32] + other.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 32, 63, 65, 128])
def test_a_signature_has_sixty_four_bytes(length: int) -> None:
    private, public = key_of(bytes(32))
    assert not is_signed(public, b"x", (private.sign(b"x") * 2)[:length])


@pytest.mark.parametrize(
    "encoded",
    [
        (2).to_bytes(32, "little"),  # y = 2 has no x
        PRIME.to_bytes(32, "little"),  # y = 0, spelt beyond the field
        (PRIME + 1).to_bytes(32, "little"),
        (2**255 - 1).to_bytes(32, "little"),
        (1 + 2**255).to_bytes(32, "little"),  # x = 0 with a sign
        (PRIME - 1 + 2**255).to_bytes(32, "little"),
        bytes(31),
        bytes(33),
    ],
)
def test_a_key_that_is_no_point_or_spelt_otherwise_is_refused(encoded: bytes) -> None:
    with pytest.raises(Refused):
        is_signed(encoded, b"x", bytes(64))


def test_vectors_of_the_standard() -> None:
    """RFC 8032 §7.1, tests 1 to 3."""
    vectors = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            (
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                "d25bf5f0595bbe24655141438e7a100b"
            ),
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            (
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                "387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            (
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                "4a7c15e9716ed28dc027beceea1ec40a"
            ),
        ),
    ]
    for public, message, signature in vectors:
        parts = [bytes.fromhex(each) for each in (public, message, signature)]
        assert is_signed(parts[0], parts[1], parts[2])
