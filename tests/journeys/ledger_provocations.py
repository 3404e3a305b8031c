"""How to be refused by the log."""

from collections.abc import Mapping

import httpx

from app.audit import errors as audit
from app.core import errors
from app.ledger import errors as ledger
from app.reproduction import errors as reproduction
from tests.journeys.error_world import Provocation, World

LEDGER = "/api/v1/ledger"
FLIP_THE_ROOT = "UPDATE ledger_tree SET root = set_byte(root, 0, get_byte(root, 0) # 1)"


async def published(world: World) -> int:
    answer = await world.clients["regulator"].post(f"{LEDGER}/checkpoints")
    assert answer.status_code == 200, answer.text
    return int(answer.json()["size"])


def asked_of_the_log(path: str) -> Provocation:
    async def ask(world: World) -> httpx.Response:
        await published(world)
        return await world.platform.get(f"{LEDGER}{path}")

    return ask


async def before_the_first_checkpoint(world: World) -> httpx.Response:
    await world.as_owner("TRUNCATE ledger_checkpoints")
    return await world.platform.get(f"{LEDGER}/checkpoint")


async def a_draw_of_nobody(world: World) -> httpx.Response:
    return await world.clients["regulator"].get(f"{LEDGER}/draws/00000000-0000-7000-8000-000000000000")


async def an_entry_beyond_the_tree(world: World) -> httpx.Response:
    size = await published(world)
    return await world.platform.get(f"{LEDGER}/proofs/inclusion?index={size}&size={size}")


async def of_an_altered_tree(world: World) -> httpx.Response:
    await published(world)
    await world.as_owner(FLIP_THE_ROOT)
    try:
        return await world.clients["regulator"].post(f"{LEDGER}/checkpoints")
    finally:
        await world.as_owner(FLIP_THE_ROOT)


LEDGER_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    ledger.NoCheckpointYet: before_the_first_checkpoint,
    ledger.NoSuchCheckpoint: asked_of_the_log("/checkpoints/987654321"),
    ledger.NoSuchEntry: asked_of_the_log("/entries/987654321"),
    ledger.NotInLogYet: an_entry_beyond_the_tree,
    ledger.NoSuchSize: asked_of_the_log("/proofs/consistency?from=1&to=987654321"),
    ledger.SizesReversed: asked_of_the_log("/proofs/consistency?from=2&to=1"),
    ledger.NoSuchDraw: a_draw_of_nobody,
    ledger.NoSuchTile: asked_of_the_log("/tile/0/x987/654"),
    ledger.LogRefused: of_an_altered_tree,
}

LEDGER_NOT_OVER_HTTP: Mapping[type[errors.AppError], str] = {
    ledger.LogKeyUnknown: "keys are made and retired by the operator, on the command line",
    ledger.LogKeyNeeded: "keys are made and retired by the operator, on the command line",
    ledger.SignerBusy: "another process of the machine would have to hang while it signs",
    ledger.OriginDiffers: "the name of the log is a setting",
    audit.DeepCheckRunning: "deep checks are made on the command line and by the worker",
    audit.DeepCheckWithoutKeys: "deep checks are made on the command line and by the worker",
    reproduction.DecisionUnknown: "past decisions are made again on the command line",
    reproduction.DecisionsNotComparable: "past decisions are made again on the command line",
}
