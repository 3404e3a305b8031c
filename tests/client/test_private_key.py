"""The private key of a caller: read from its file, or refused in a sentence."""

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from app.client import PrivateKey, UnusablePrivateKey
from tests.factories.client_keys import Pair


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


UNUSABLE = {
    "nothing": b"",
    "no key": Pair().pem.replace("PUBLIC", "PRIVATE").encode(),
    "a public key": Pair().pem.encode(),
    "another curve": pem(ec.generate_private_key(ec.SECP384R1())),
    "RSA": pem(rsa.generate_private_key(65537, 2048)),
    "with a password": Pair().private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_is_no_usable_key_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "private.pem"
    path.write_bytes(UNUSABLE[name])
    with pytest.raises(UnusablePrivateKey):
        PrivateKey.load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePrivateKey):
        PrivateKey.load(tmp_path / "private.pem")


def test_no_two_assertions_are_alike_and_none_lives_long() -> None:
    key = PrivateKey(Pair().private, kid="k1")
    first, second = (jwt.decode(key.assertion("c", "i"), options={"verify_signature": False}) for _ in "ab")
    assert first["jti"] != second["jti"]
    assert (first["iss"], first["sub"], first["aud"], first["exp"] - first["iat"]) == ("c", "c", "i", 60)
