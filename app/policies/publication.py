"""Publishing a policy: a whole text that leaves what is in force as it is and adds versions of new days.

One official proposes it, another approves, and with the approval it is in force (docs/semantics.md R).
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from app.accounts.authorisation import Action, Caller, Reach
from app.approvals import service as approvals
from app.approvals.acts import Acts
from app.approvals.errors import UnusableArguments
from app.approvals.schemas import Act, Approved, Arguments, ProposalView
from app.core import clock
from app.core.errors import Text
from app.db.session import ReadSession, WriteSession
from app.policies import answers, repository, texts
from app.policies.errors import (
    PolicyConcernsAllDistricts,
    PolicyRetroactive,
    PolicyVersionImmutable,
    PolicyWithoutNews,
)
from app.policies.recording import New, record
from app.policies.records import Recorded, Source
from app.rules.policy import PolicyVersion

ARGUMENTS = ("policy_id", "text", "retroactive")
YES, NO = "yes", "no"


class Checked(NamedTuple):
    """A text that may be published."""

    versions: tuple[PolicyVersion, ...]
    """Oldest first."""
    news: tuple[PolicyVersion, ...]
    """Those of new days."""

    @property
    def policy_id(self) -> str:
        return self.versions[-1].programme

    def before(self, today: date) -> list[PolicyVersion]:
        """The new ones that would judge class groups which have begun."""
        return [version for version in self.news if version.effective_from < today]


async def check(session: ReadSession, text: str, name: str = texts.SENT) -> Checked:
    """Raises `PolicyTextInvalid`, `PolicyVersionImmutable`, `PolicyWithoutNews`. Stores nothing."""
    versions = await asyncio.to_thread(texts.read, text, name)
    return _compared(versions, await repository.in_force(session))


async def propose(
    session: WriteSession,
    acts: Acts,
    caller: Caller,
    text: str,
    *,
    reason: str,
    retroactive: bool = False,
) -> ProposalView:
    """Keeps the text, and waits for another official; raises as `check` does, and `PolicyRetroactive`."""
    checked = await check(session, text)
    assert_on_time(checked, clock.today(), retroactive=retroactive)
    text_hash = texts.hash_of(text)
    await repository.store_text(session, text_hash, text, clock.now())
    arguments = {
        "policy_id": checked.policy_id,
        "text": text_hash.hex(),
        "retroactive": YES if retroactive else NO,
    }
    return await approvals.propose(session, acts, caller, PUBLISH_POLICY.name, arguments, reason=reason)


def _compared(versions: tuple[PolicyVersion, ...], records: Collection[Recorded]) -> Checked:
    """What is in force stands in the text as it was, by its content hash."""
    programme = versions[-1].programme
    written = {version.effective_from: version for version in versions}
    stand = {each.effective_from: each for each in records if each.programme == programme}
    missing = [day.isoformat() for day in stand if day not in written]
    changed = [
        day.isoformat()
        for day, each in stand.items()
        if day in written and written[day].content_hash != each.content_hash
    ]
    if missing or changed:
        raise PolicyVersionImmutable(programme, changed=changed, missing=missing)
    news = tuple(version for version in versions if version.effective_from not in stand)
    if not news:
        raise PolicyWithoutNews(programme)
    return Checked(versions, news)


def assert_on_time(checked: Checked, today: date, *, retroactive: bool) -> None:
    before = checked.before(today)
    if before and not retroactive:
        raise PolicyRetroactive(checked.policy_id, [each.version for each in before], today.isoformat())


async def _locate(session: ReadSession, reach: Reach, arguments: Arguments) -> None:
    """It concerns all districts, and could be published as things are now."""
    if reach.districts is not None:
        raise PolicyConcernsAllDistricts
    await _read(session, arguments)


async def _read(session: ReadSession, arguments: Arguments) -> tuple[str, Checked]:
    """The text that was proposed; raises where it could not be published any more."""
    try:
        text_hash = bytes.fromhex(arguments["text"])
    except ValueError as no_hash:
        raise UnusableArguments(ARGUMENTS) from no_hash
    text = await answers.stored_text(session, text_hash)
    checked = await check(session, text)
    if checked.policy_id != arguments["policy_id"] or arguments["retroactive"] not in {YES, NO}:
        raise UnusableArguments(ARGUMENTS)
    assert_on_time(checked, clock.today(), retroactive=arguments["retroactive"] == YES)
    return text, checked


async def _publish(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    """One publication at a time: of two that add the same day the second finds it in force."""
    await repository.lock_recorder(session)
    text, checked = await _read(session, arguments)
    await record(session, _news(text, checked, approved), approved.at)


def _news(text: str, checked: Checked, approved: Approved) -> Sequence[New]:
    late = checked.before(approved.at.astimezone(clock.SHANGHAI).date())
    return [
        New(
            version,
            text,
            Source.published,
            proposal_id=approved.proposal_id,
            retroactive=version in late,
        )
        for version in checked.news
    ]


PUBLISH_POLICY = Act(
    name="policy:publish",
    title=Text("发布政策版本", "Publish a version of a policy"),
    proposing=Action.propose_policy,
    approving=Action.approve_policy,
    arguments=ARGUMENTS,
    locate=_locate,
    carry_out=_publish,
)
"""`text`: SHA-256 of a text that was proposed; `retroactive`: `yes` or `no`."""
