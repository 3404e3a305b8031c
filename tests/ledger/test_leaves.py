"""Salted leaves: one salt a record, in line order, from one secret."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.core.vocabulary import RecordOutcome
from app.ledger.leaves import OUTCOME_BYTES, document_leaves, record_leaves, salts

SECRET = bytes(range(32))


def test_salts_are_the_encrypted_counters() -> None:
    encryptor = Cipher(algorithms.AES256(SECRET), modes.ECB()).encryptor()  # noqa: S305 - counter mode, by hand
    assert list(salts(SECRET, 300)) == [encryptor.update(number.to_bytes(16)) for number in range(300)]


def test_equal_records_have_different_leaves() -> None:
    leaves = record_leaves(SECRET, [b"{}"] * 50, b"\x01" * 50)
    assert len(set(leaves)) == 50


def test_the_outcome_is_part_of_the_leaf() -> None:
    leaves = {record_leaves(SECRET, [b"{}"], bytes((outcome,)))[0] for outcome in OUTCOME_BYTES.values()}
    assert len(leaves) == 4


def test_every_outcome_has_its_byte() -> None:
    assert [OUTCOME_BYTES[outcome] for outcome in RecordOutcome] == [1, 2, 3, 4]


def test_another_secret_gives_other_leaves() -> None:
    assert record_leaves(SECRET, [b"{}"], b"\x01") != record_leaves(bytes(32), [b"{}"], b"\x01")


def test_no_records_have_no_leaves() -> None:
    assert record_leaves(SECRET, [], b"") == []
    assert document_leaves(SECRET, []) == []


@pytest.mark.parametrize("outcomes", [b"", b"\x01\x01", b"\x00", b"\x05", b"1"])
def test_outcomes_that_do_not_fit_the_records_are_refused(outcomes: bytes) -> None:
    with pytest.raises(ValueError, match=r"outcome|shorter|longer"):
        record_leaves(SECRET, [b"{}"], outcomes)


@pytest.mark.parametrize("secret", [b"", bytes(16), bytes(31), bytes(33)])
def test_a_secret_of_another_length_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        record_leaves(secret, [b"{}"], b"\x01")
