"""What the Sigstore client for Python thinks of an entry, its proof and its checkpoint.

Sigstore's own names are given what they want; everything is decided there. It knows no consistency proofs.
"""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore.errors import VerificationError
from sigstore.models import TransparencyLogEntry
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails
from sigstore_models.rekor.v1 import TransparencyLogEntry as Inner

from tests.foreign.cases import Case


def answer(case: Case) -> str:
    """Nothing, or why it is refused."""
    try:
        head = SignedCheckpoint.from_text(case.note).checkpoint
        proof = {
            "logIndex": str(case.index),
            "treeSize": str(head.log_size),
            "rootHash": base64.b64encode(bytes.fromhex(head.log_hash)),
            "hashes": [base64.b64encode(each) for each in case.path],
            "checkpoint": {"envelope": case.note},
        }
        told = {
            "logIndex": str(case.index),
            "logId": {"keyId": base64.b64encode(bytes.fromhex(case.vkey.split("+")[1]))},
            "kindVersion": {"kind": "entry", "version": "1"},
            "inclusionProof": proof,
            "canonicalizedBody": base64.b64encode(case.entry),
        }
        TransparencyLogEntry(Inner.model_validate(told))._verify(keyring(case.vkey))
    except (VerificationError, ValidationError, ValueError) as refused:
        return str(refused) or repr(refused)
    return ""


def keyring(vkey: str) -> RekorKeyring:
    public = base64.b64decode(vkey.split("+", 2)[2])[1:]
    der = Ed25519PublicKey.from_public_bytes(public).public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    told = {"rawBytes": base64.b64encode(der), "keyDetails": PublicKeyDetails.PKIX_ED25519}
    return RekorKeyring(Keyring([PublicKey.model_validate(told)]))
