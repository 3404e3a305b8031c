"""What the keepers of a ledger do now and then: a witness cosigns, all is checked, records are held."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.api.deps import Resources
from app.audit.service import Checking, deep_check
from app.core import clock
from app.db.session import Database, transaction
from app.ledger import outlets_repository as outlets
from app.ledger.checkpoint import Checkpoint
from app.ledger.cosignature import WitnessKey
from app.ledger.outlets import OutletState
from app.ledger.publication import publish
from tests.ledger.witness import Witness

Post = Callable[[str, str, Mapping[str, object]], Awaitable[dict[str, Any]]]
"""As the person with this cookie, to a path, a body."""
WITNESS = "witness.example/audit"
PAUSE = timedelta(minutes=5)


async def keep(
    resources: Resources, database: Database, post: Post, *, official: str, ids: Mapping[str, str]
) -> None:
    """`database`: a way of one's own to it, for the server's is another thread's. `official`: a cookie."""
    resources = replace(resources, database=database)
    await _hold(post, official, ids)
    newest = await publish(resources.database, resources.key_ring)
    assert newest is not None
    await _witness(resources, newest)
    await deep_check(Checking(resources.database, resources.key_ring, resources.library))


async def _hold(post: Post, official: str, ids: Mapping[str, str]) -> None:
    """A class group for good, and a learner until somebody approves that it is lifted."""
    of = {name: ids[name] for name in ("platform", "class_group_id")}
    await post(official, "/api/v1/legal-holds", {"about": "class_group", **of, "reason": "审计抽查，案号 17"})
    learner = {"about": "enrollment", **of, "learner_id": ids["learner_id"], "reason": "本人提出异议，待复核"}
    held = await post(official, "/api/v1/legal-holds", learner)
    lifting = {"act": "hold:lift", "arguments": {"hold_id": held["hold_id"]}, "reason": "异议已复核"}
    await post(official, "/api/v1/approvals", lifting)


async def _witness(resources: Resources, newest: Checkpoint) -> None:
    """One that cosigned the newest tree, and one that cannot be reached."""
    witness, at = Witness(WITNESS), clock.now()
    text = newest.note.partition("\n\n")[0] + "\n"
    told = WitnessKey.parse(witness.vkey).cosignature(text, witness.cosignature(text))
    holds, failing = OutletState.holds, OutletState.failing
    rows = (
        outlets.OutletRow("witness", WITNESS, newest.size, newest.root, holds, None, 0, at, at + PAUSE),
        outlets.OutletRow(
            "witness", "other.example/w", None, None, failing, "outbound_host_unreachable", 3, at, at + PAUSE
        ),
    )
    async with transaction(resources.database) as session:
        row = outlets.CosignatureRow(newest.size, WITNESS, witness.vkey, *told)
        await outlets.add_cosignature(session, row)
        for each in rows:
            await outlets.put(session, each)
