"""The HTTP client that platforms, enterprises and regulators can use. Knows the contract, not the server."""

from app.client.batches import BATCH_BYTES, BATCH_RECORDS, Batch, cut, encode
from app.client.client import Client
from app.client.errors import GaveUp, RecordTooLarge, Refused, StillAssessing, UnusablePrivateKey
from app.client.private_key import PrivateKey
from app.client.receipts import Assessment, DryRun, Fault, Receipt, RejectedRecord

__all__ = [
    "BATCH_BYTES",
    "BATCH_RECORDS",
    "Assessment",
    "Batch",
    "Client",
    "DryRun",
    "Fault",
    "GaveUp",
    "PrivateKey",
    "Receipt",
    "RecordTooLarge",
    "Refused",
    "RejectedRecord",
    "StillAssessing",
    "UnusablePrivateKey",
    "cut",
    "encode",
]
