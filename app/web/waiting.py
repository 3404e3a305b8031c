"""How much waits for the visitor's decision: the number beside the desk in the navigation of every page."""

from app.accounts.authorisation import TABLE, Action, permit
from app.api.approvals import ACTS
from app.api.deps import Resources
from app.approvals import answers
from app.core.errors import Unavailable
from app.db.session import reading
from app.people.schemas import Known
from app.rights import requests

MOST = 99
"""Beyond it the page says only that there are more."""


async def number_waiting(shared: Resources, person: Known) -> int:
    """Proposals and requests, as the desk counts them, up to one more than `MOST`; 0 for who has no desk.

    No page fails for it: where the database does not answer, nothing is told.
    """
    caller = person.caller
    if person.role not in TABLE[Action.read_approvals]:
        return 0
    try:
        async with reading(shared.database, single=True) as session:
            deciding = permit(caller, Action.read_approvals)
            number = await answers.number_to_decide(session, ACTS, deciding, most=MOST + 1)
            if number <= MOST and person.role in TABLE[Action.answer_rights_request]:
                reader = permit(caller, Action.read_rights_requests)
                number += await requests.number_waiting(session, reader, most=MOST + 1)
    except Unavailable:
        return 0
    return min(number, MOST + 1)
