"""`supervise` without leaves and ledger entries: it runs beside the real one to tell what these cost.

`python -m tests.load.unattested serve …`, in one process. Nothing that it stores proves anything.
"""

from collections.abc import Sequence

from app.cli import main
from app.db.session import WriteSession
from app.ingest import decision, service
from app.ingest.decision import Decision
from app.ingest.preparation import Prepared

NOTHING = bytes(32)


def _no_leaves(_secret: bytes, _records: Sequence[bytes], _outcomes: bytes) -> list[bytes]:
    return []


def _no_root(_leaves: Sequence[bytes]) -> bytes:
    return NOTHING


async def _no_entry(_session: WriteSession, _prepared: Prepared, _decision: Decision) -> bytes:
    return NOTHING


if __name__ == "__main__":
    for module, name, instead in (
        (decision, "record_leaves", _no_leaves),
        (decision, "root", _no_root),
        (service, "_attest", _no_entry),
    ):
        getattr(module, name)  # a name that is gone must not go unnoticed
        setattr(module, name, instead)
    main()
