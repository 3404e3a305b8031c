"""What is asked of policies: which there are, what they say, in which words, and how they came into force."""

import asyncio

from app.db.session import ReadSession
from app.policies import repository, schemas
from app.policies.difference_schemas import Difference
from app.policies.differences import difference, differing_lines
from app.policies.errors import PolicyNotFound, PolicyTextUnknown, PolicyVersionNotFound
from app.policies.library import PolicyLibrary
from app.policies.records import Recorded


async def list_policies(session: ReadSession, library: PolicyLibrary) -> list[schemas.PolicySummary]:
    """Every policy with its versions."""
    policies = await library.in_force(session)
    record_ids = [each.record_id for each in policies.records()]
    return policies.policies(await repository.ledger_indexes(session, record_ids))


async def policy(session: ReadSession, library: PolicyLibrary, policy_id: str) -> schemas.Policy:
    policies = await library.in_force(session)
    record_ids = [each.record_id for each in policies.records() if each.programme == policy_id]
    return policies.policy(policy_id, await repository.ledger_indexes(session, record_ids))


async def version(
    session: ReadSession, library: PolicyLibrary, policy_id: str, version: str
) -> schemas.PolicyVersion:
    policies = await library.in_force(session)
    known = policies.find(policy_id, version)
    records = await repository.records_of(session, known.programme, known.effective_from) if known else []
    return policies.version(policy_id, version, [_told(recorded, index) for recorded, index in records])


async def changes(
    session: ReadSession, library: PolicyLibrary, policy_id: str, version: str, since: str | None
) -> Difference:
    """Against the version before it where none is named; of the first one everything is new."""
    policies = await library.in_force(session)
    versions = policies.versions(policy_id)
    names = [each.version for each in versions]
    if version not in names or since not in {None, *names}:
        raise PolicyVersionNotFound(policy_id)
    at = names.index(version)
    other = at - 1 if since is None else names.index(since)
    return difference(versions[other] if other >= 0 else None, versions[at])


async def text_in_force(
    session: ReadSession, library: PolicyLibrary, policy_id: str, version: str | None
) -> str:
    """The words that a version stands in; of the newest where none is named. Next to it stand all others."""
    policies = await library.in_force(session)
    versions = policies.versions(policy_id)
    known = versions[-1] if version is None else policies.find(policy_id, version)
    if known is None:
        raise PolicyVersionNotFound(policy_id)
    recorded = policies.record_of(known)
    if recorded is None:
        return library.filed_text(known)
    return await stored_text(session, recorded.text_hash)


async def lines_changed(session: ReadSession, library: PolicyLibrary, policy_id: str, text: str) -> list[str]:
    """Against the text in force; of a new policy all of it."""
    try:
        stands = await text_in_force(session, library, policy_id, None)
    except PolicyNotFound:
        stands = ""
    return await asyncio.to_thread(differing_lines, stands, text)


async def proposed_text(session: ReadSession, text_hash: str) -> str:
    """By its SHA-256 in hexadecimal; anything else is nobody's text."""
    try:
        return await stored_text(session, bytes.fromhex(text_hash))
    except ValueError:
        raise PolicyTextUnknown from None


async def stored_text(session: ReadSession, text_hash: bytes) -> str:
    """In force or proposed."""
    found = await repository.texts(session, [text_hash])
    if text_hash not in found:
        raise PolicyTextUnknown
    return found[text_hash]


def _told(recorded: Recorded, index: int | None) -> schemas.RecordedVersion:
    return schemas.RecordedVersion(
        record_id=recorded.record_id,
        content_hash=recorded.content_hash.hex(),
        text_hash=recorded.text_hash.hex(),
        source=recorded.source,
        recorded_at=recorded.recorded_at,
        proposal_id=recorded.proposal_id,
        retroactive=recorded.retroactive,
        ledger_index=index,
    )
