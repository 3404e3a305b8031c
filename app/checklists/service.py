"""The checklist of a class group's policy, and how officials answer it (docs/semantics.md X)."""

from collections.abc import Mapping
from datetime import datetime

from app.accounts.authorisation import Action, Caller
from app.checklists import repository
from app.checklists.errors import AnsweredWithClaim, ChecklistItemUnknown, ChecklistUnknown
from app.checklists.repository import Place, Registered
from app.checklists.schemas import Answer, Answered, Entry
from app.core.ids import new_uuid
from app.db.session import ReadSession, WriteSession
from app.policies.library import PolicyLibrary
from app.privacy.redaction import redact_text
from app.records.selection import Selection
from app.rules.policy import PolicyVersion
from app.rules.provisions import About
from app.trail.schemas import Kind
from app.trail.service import record


async def checklist(session: ReadSession, library: PolicyLibrary, selection: Selection) -> list[Entry]:
    """Of the one class group that `selection` names, by the version that judges it, in the pack's order."""
    found, version = await _policy_of(session, library, selection)
    places = _places(found)
    answers = await repository.newest(session, found.programme, list(places.values()))
    return [
        Entry(item, answers.get((item.code, places[item.about])) if item.about in places else None)
        for item in version.provisions.checklist
    ]


async def answer(
    session: WriteSession,
    library: PolicyLibrary,
    caller: Caller,
    selection: Selection,
    *,
    code: str,
    said: Answer,
    note: str | None,
    at: datetime,
) -> Entry:
    """Kept beside what was answered before.

    It holds for whatever the item is about: one on a platform is answered for all class groups there. The
    note is kept without what looks like an ID number.
    """
    found, version = await _policy_of(session, library, selection)
    item = next((each for each in version.provisions.checklist if each.code == code), None)
    if item is None:
        raise ChecklistItemUnknown
    places = _places(found)
    if item.about not in places:
        raise AnsweredWithClaim
    about, platform, subject_id = places[item.about]
    kept = None if note is None else redact_text(note)
    place = {"about": about, "platform": platform, "subject_id": subject_id}
    row = {
        "answer_id": new_uuid(at),
        "programme": found.programme,
        "policy_version": version.version,
        "code": code,
        **place,
        "answer": said.value,
        "note": kept,
        "answered_by": caller.actor_id,
        "answered_at": at,
    }
    await repository.add(session, row)
    subject = {"platform": found.platform, "class_group_id": found.class_group_id, "item": code}
    told = {**subject, "answer": said.value}
    await record(session, caller, Action.answer_checklist, told, kind=Kind.change)
    return Entry(item, Answered(said, kept, caller.actor_id, at))


async def _policy_of(
    session: ReadSession, library: PolicyLibrary, selection: Selection
) -> tuple[Registered, PolicyVersion]:
    found = await repository.registered(session, selection)
    if found is None:
        raise ChecklistUnknown
    version = (await library.in_force(session)).version_for(found.programme, found.starts_on)
    if version is None:
        raise ChecklistUnknown
    return found, version


def _places(found: Registered) -> Mapping[About, Place]:
    """What each kind of item is answered for. There are no claims yet."""
    return {
        About.platform: (About.platform, found.platform, ""),
        About.project: (About.project, found.platform, found.project_id),
        About.class_group: (About.class_group, found.platform, found.class_group_id),
        About.enterprise: (About.enterprise, "", found.enterprise_uscc),
    }
