"""A checkpoint is the note that C2SP specifies; what is none is refused."""

import hashlib
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.ledger.checkpoint import NoteMalformed, key_id, read_note, signed_note, signers, verifier_key

ORIGIN = "supervise.example/ledger"
ROOT = hashlib.sha256(b"root").digest()
OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def ids(*keys: Ed25519PrivateKey) -> dict[bytes, bytes]:
    return {key_id(ORIGIN, public(key)): public(key) for key in keys}


NOTE = signed_note(ORIGIN, 7, ROOT, [OLD, NEW])


def test_the_lines_are_origin_size_and_root_and_then_signatures() -> None:
    origin, size, root, blank, first, second, end = NOTE.split("\n")
    assert (origin, size, b64decode(root), blank, end) == (ORIGIN, "7", ROOT, "", "")
    for line, key in ((first, OLD), (second, NEW)):
        assert line.startswith(f"\N{EM DASH} {ORIGIN} ")
        material = b64decode(line.rpartition(" ")[2])
        assert material[:4] == hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public(key)).digest()[:4]
        key.public_key().verify(material[4:], f"{ORIGIN}\n7\n{root}\n".encode())


def test_a_verifier_key_tells_name_id_and_key() -> None:
    name, found, encoded = verifier_key(ORIGIN, public(OLD)).split("+", 2)
    assert (name, b64decode(encoded)) == (ORIGIN, b"\x01" + public(OLD))
    assert found == key_id(ORIGIN, public(OLD)).hex()


def test_it_is_read_as_it_was_written() -> None:
    signed = read_note(NOTE)
    assert (signed.origin, signed.size, signed.root) == (ORIGIN, 7, ROOT)
    assert signers(signed, ids(OLD, NEW)) == ids(OLD, NEW).keys()
    assert signers(signed, ids(OLD)) == ids(OLD).keys()


@pytest.mark.parametrize(
    ("old", "new"),
    [(ORIGIN, "supervise.example/other"), ("\n7\n", "\n8\n"), (NOTE.split("\n")[2], "A" * 43 + "=")],
)
def test_a_signature_is_for_this_text_alone(old: str, new: str) -> None:
    altered = NOTE.replace(old, new)
    assert signers(read_note(altered), ids(OLD, NEW)) == set()


def test_a_line_of_a_stranger_is_no_signature_of_the_log() -> None:
    cosigned = f"{NOTE}\N{EM DASH} witness.example {'A' * 100}\n"
    assert len(read_note(cosigned).signatures) == 3
    assert signers(read_note(cosigned), ids(NEW)) == ids(NEW).keys()


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        NOTE[:-1],
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n7\n", "\n07\n"),
        NOTE.replace("\n7\n", "\n-7\n"),
        NOTE.replace("\n7\n", "\n٧\n"),
        NOTE.replace("\n\n", "\nextra\n\n"),
        NOTE.replace(ORIGIN + "\n", "\n"),
        NOTE.replace("\N{EM DASH}", "-"),
        NOTE.replace("=\n\n", "\n\n"),
        f"{ORIGIN}\n7\nAAAA\n\n\N{EM DASH} x AAAA\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(NoteMalformed):
        read_note(note)
