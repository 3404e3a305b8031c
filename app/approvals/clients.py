"""Acts on clients that need two persons."""

from app.accounts.authorisation import Action, Reach
from app.accounts.errors import ClientUnknown
from app.accounts.service import list_clients, revoke_client
from app.approvals.schemas import Act, Approved, Arguments
from app.core.errors import Text
from app.core.ids import ClientId
from app.db.session import ReadSession, WriteSession


async def _known(session: ReadSession, _reach: Reach, arguments: Arguments) -> None:
    living = {each.client_id for each in await list_clients(session) if each.revoked_at is None}
    if arguments["client_id"] not in living:
        raise ClientUnknown(arguments["client_id"])


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
