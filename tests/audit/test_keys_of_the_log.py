"""A key of the log is retired by an entry, and signs with what is sealed beside it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import clock
from app.db.session import transaction
from app.ledger import log_keys
from app.ledger.publication import publish
from app.privacy.contexts import row_context
from tests.audit.conftest import Copy


async def retired(copy: Copy) -> str:
    """The id of the first key: a second one signs beside it before it goes."""
    database, key_ring = copy.database, copy.world.key_ring
    first: str = await copy.owner.fetchval("SELECT kid FROM ledger_log_keys")
    async with transaction(database) as session:
        await log_keys.add(session, key_ring, None, clock.now())
    await publish(database, key_ring)
    async with transaction(database) as session:
        await log_keys.retire(session, first, clock.now())
    await publish(database, key_ring)
    return first


async def told(copy: Copy) -> set[tuple[str, tuple[str, ...]]]:
    return {(each.table, each.columns) for each in await copy.differences()}


async def test_a_key_that_the_log_says_is_retired_is_no_difference(copy: Copy) -> None:
    await retired(copy)
    assert await copy.differences() == []


async def test_a_retired_key_that_is_taken_into_use_is_told(copy: Copy) -> None:
    kid = await retired(copy)
    await copy.owner.execute("UPDATE ledger_log_keys SET retired_at = NULL WHERE kid = $1", kid)
    assert ("ledger_log_keys", ("retired_at",)) in await told(copy)


async def test_a_key_put_out_of_use_beside_its_successor_is_told(copy: Copy) -> None:
    """The entry on the other key says nothing of it."""
    kid = await retired(copy)
    await copy.owner.execute("UPDATE ledger_log_keys SET retired_at = now() WHERE kid <> $1", kid)
    assert ("ledger_log_keys", ("retired_at",)) in await told(copy)


async def test_the_private_key_of_another_is_told(copy: Copy) -> None:
    """Sealed by who has the ring."""
    kid = await copy.owner.fetchval("SELECT kid FROM ledger_log_keys")
    other = Ed25519PrivateKey.generate().private_bytes_raw()
    context = row_context("ledger_log_keys", "private_key_sealed", kid)
    sealed = copy.world.key_ring.seal(other, context)
    await copy.owner.execute("UPDATE ledger_log_keys SET private_key_sealed = $1", sealed)
    assert await told(copy) == {("ledger_log_keys", ("private_key_sealed",))}
