"""The key ring: what it seals opens only there, what it hashes is the same for years."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.privacy import keyring_file
from app.privacy.errors import SealBroken, SealingKeyMissing
from app.privacy.keyring import CIPHERTEXT_AT, KeyRing
from app.privacy.keyring_file import Keys, SealingKey

CONTEXT = "enrollments.id_number"

KNOWN_SEALED = (
    "010badcafe000102030405060708090a0b7633e62af5d0f322b978a6b982d8485db18e9d52bb5c4cfda79c493cd7c3d9bf4b15"
)
KNOWN_PERSON_KEY = "fba5d66927d236aa8d8de7b922c058889c33902f03403824df09500d92f777f2"
KNOWN_CONTENT_HASH = "6c115d4b3635cce841897e7f07484ee1"

RING = KeyRing.of(keyring_file.new_keys())


def rotated(keys: Keys) -> Keys:
    """The same ring after one more sealing key came in."""
    return Keys(
        format=1,
        sealing=[*keys.sealing, *keyring_file.new_keys().sealing],
        person_secret=keys.person_secret,
        content_secret=keys.content_secret,
    )


@given(st.binary(max_size=2000), st.text(max_size=80).filter(lambda text: text.isprintable()))
def test_what_is_sealed_opens_in_the_same_context(plaintext: bytes, context: str) -> None:
    assert RING.open(RING.seal(plaintext, context), context) == plaintext


def test_equal_plaintexts_are_sealed_differently() -> None:
    assert RING.seal(b"same", CONTEXT) != RING.seal(b"same", CONTEXT)


def test_the_plaintext_is_not_in_the_sealed_value() -> None:
    sealed = RING.seal(b"11010519491231002X", CONTEXT)
    assert b"19491231" not in sealed
    assert len(sealed) == 18 + 33


def test_what_was_sealed_for_one_place_does_not_open_in_another() -> None:
    with pytest.raises(SealBroken):
        RING.open(RING.seal(b"text", CONTEXT), "enrollments.phone")


def test_a_changed_byte_anywhere_does_not_open() -> None:
    sealed = RING.seal(b"text", CONTEXT)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes((sealed[place] ^ 1,)) + sealed[place + 1 :]
        with pytest.raises((SealBroken, SealingKeyMissing)):
            RING.open(changed, CONTEXT)


def test_a_shortened_value_does_not_open() -> None:
    sealed = RING.seal(b"text", CONTEXT)
    for length in range(len(sealed)):
        with pytest.raises((SealBroken, SealingKeyMissing)):
            RING.open(sealed[:length], CONTEXT)


def test_errors_name_the_place_and_never_the_value() -> None:
    sealed = RING.seal(b"13800138000", CONTEXT)
    with pytest.raises(SealBroken) as broken:
        RING.open(sealed[:-1], CONTEXT)
    assert CONTEXT in broken.value.detail.zh
    assert CONTEXT in broken.value.detail.en
    assert sealed.hex() not in str(broken.value)


def test_after_a_rotation_the_newest_key_seals_and_all_open() -> None:
    keys = keyring_file.new_keys()
    before, after = KeyRing.of(keys), KeyRing.of(rotated(keys))
    old = before.seal(b"old", CONTEXT)
    assert after.open(old, CONTEXT) == b"old"
    new = after.seal(b"new", CONTEXT)
    assert after.open(new, CONTEXT) == b"new"
    with pytest.raises(SealingKeyMissing):
        before.open(new, CONTEXT)


def test_a_foreign_ring_is_named_as_such() -> None:
    with pytest.raises(SealingKeyMissing) as missing:
        KeyRing.of(keyring_file.new_keys()).open(RING.seal(b"text", CONTEXT), CONTEXT)
    assert RING.header[1:].hex() in str(missing.value)


def test_the_person_key_is_one_for_small_and_capital_x() -> None:
    assert RING.person_key("11010519491231002x") == RING.person_key("11010519491231002X")
    assert len(RING.person_key("11010519491231002X")) == 32


def test_keyed_hashes_survive_a_rotation_and_differ_between_rings() -> None:
    keys = keyring_file.new_keys()
    ring, after, other = KeyRing.of(keys), KeyRing.of(rotated(keys)), KeyRing.of(keyring_file.new_keys())
    assert ring.person_key("11010519491231002X") == after.person_key("11010519491231002X")
    assert ring.person_key("11010519491231002X") != other.person_key("11010519491231002X")
    assert ring.content_hash(b"content") == after.content_hash(b"content")
    assert ring.content_hash(b"content") != other.content_hash(b"content")
    assert len(ring.content_hash(b"content")) == 16


def test_a_known_ring_gives_known_hashes_and_opens_a_known_value() -> None:
    """Fixed values, made once: what is stored today must be found and opened in five years."""
    ring = KeyRing.of(
        Keys(
            format=1,
            sealing=[SealingKey("0badcafe", bytes(range(32)))],
            person_secret=bytes(range(32, 64)),
            content_secret=bytes(range(64, 96)),
        )
    )
    sealed = bytes.fromhex(KNOWN_SEALED)
    assert ring.open(sealed, CONTEXT) == b"11010519491231002X"
    assert sealed[:5].hex() == "010badcafe"
    assert CIPHERTEXT_AT == 17
    assert ring.person_key("11010519491231002X").hex() == KNOWN_PERSON_KEY
    assert ring.content_hash("张三丰".encode()).hex() == KNOWN_CONTENT_HASH


def test_no_key_is_shown_by_a_ring_or_its_parts() -> None:
    keys = keyring_file.new_keys()
    shown = repr(keys) + repr(KeyRing.of(keys)) + repr(keys.sealing[0])
    for secret in (keys.sealing[0].secret, keys.person_secret, keys.content_secret):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


def test_values_sealed_together_are_as_if_each_had_been_sealed_alone(key_ring: KeyRing) -> None:
    plaintexts = [b"", b"one", b"one", b"\x00" * 1000]
    sealed = key_ring.seal_each(plaintexts, "table.column")
    assert [key_ring.open(each, "table.column") for each in sealed] == plaintexts
    assert len({each[:17] for each in sealed}) == len(plaintexts)  # no nonce twice
    assert key_ring.seal_each([], "table.column") == []
