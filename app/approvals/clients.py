"""Acts on clients that need two persons."""

from datetime import UTC, datetime

from app.accounts.authorisation import Action, Reach
from app.accounts.distrust import distrust
from app.accounts.errors import ClientUnknown
from app.accounts.service import list_clients, revoke_client
from app.approvals.errors import UnusableArguments
from app.approvals.schemas import Act, Approved, Arguments
from app.core.errors import Text
from app.core.ids import ClientId, Credential
from app.db.session import ReadSession, WriteSession

DISTRUST = ("client_id", "credential", "since")


async def _known(session: ReadSession, _reach: Reach, arguments: Arguments) -> None:
    living = {each.client_id for each in await list_clients(session) if each.revoked_at is None}
    if arguments["client_id"] not in living:
        raise ClientUnknown(arguments["client_id"])


async def _stolen(session: ReadSession, _reach: Reach, arguments: Arguments) -> None:
    """Of a revoked client too: what it sent before may be what was forged."""
    _since(arguments)
    if arguments["client_id"] not in {each.client_id for each in await list_clients(session)}:
        raise ClientUnknown(arguments["client_id"])


def _since(arguments: Arguments) -> datetime:
    try:
        return datetime.strptime(arguments["since"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as no_instant:
        raise UnusableArguments(DISTRUST) from no_instant


async def _distrust(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    """The worker takes back what came with it (ingest/withdrawal.py)."""
    await distrust(
        session,
        ClientId(arguments["client_id"]),
        Credential(arguments["credential"]),
        since=_since(arguments),
        reason=approved.reason,
        at=approved.at,
    )


async def _revoke(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    await revoke_client(session, ClientId(arguments["client_id"]), approved.at)


REVOKE_CLIENT = Act(
    name="client:revoke",
    title=Text("注销客户端", "Revoke a client"),
    proposing=Action.propose_revocation,
    approving=Action.approve_revocation,
    arguments=("client_id",),
    locate=_known,
    carry_out=_revoke,
)

DISTRUST_CREDENTIAL = Act(
    name="credential:distrust",
    title=Text("不再采信被盗凭证", "Distrust a stolen credential"),
    proposing=Action.propose_distrust,
    approving=Action.approve_distrust,
    arguments=DISTRUST,
    locate=_stolen,
    carry_out=_distrust,
)
"""`since`: the last moment at which it was surely not stolen, in UTC: `2026-04-02T01:00:00Z`."""
