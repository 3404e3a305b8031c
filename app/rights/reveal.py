"""Personal data of one person in clear: for a purpose, so many times a day, and the person is told of it."""

from collections.abc import Collection
from datetime import datetime, time, timedelta

from app.accounts.authorisation import Action, Caller
from app.core.clock import SHANGHAI
from app.db.session import WriteSession
from app.privacy.contexts import column_context
from app.privacy.fields import Personal, PersonalKind
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from app.rights import repository
from app.rights.errors import EnrollmentUnknown, RevealLimitReached
from app.rights.repository import SealedPerson
from app.rights.schemas import EnrollmentKey, Revealed, Why
from app.trail.schemas import Purpose
from app.trail.service import record

ID_NUMBER = column_context("enrollments", "id_number_sealed")
PHONE = column_context("enrollments", "phone_sealed")
REVEALING = (Action.reveal_personal_data, Action.reveal_original, Action.make_bundle)
REVEALED = (PersonalKind.name, PersonalKind.id_number, PersonalKind.phone)
"""What is known of a learner; the enterprise's account is nobody's personal data."""


async def reveal(
    session: WriteSession,
    key_ring: KeyRing,
    caller: Caller,
    *,
    key: EnrollmentKey,
    wanted: Collection[PersonalKind],
    why: Why,
    most_a_day: int,
    at: datetime,
) -> Revealed:
    """The entry of the trail and the answer are one transaction. `at`: in a day of Asia/Shanghai.

    Raises `RevealLimitReached`, `EnrollmentUnknown`. What the caller's row does not grant is null.
    """
    await assert_within_limit(session, caller.actor_id, most_a_day, at)
    visible = Selection(key.platform, key.class_group_id).within(caller.reach)
    sealed = await repository.sealed_person(session, visible, key)
    if sealed is None:
        raise EnrollmentUnknown
    known = opened(key_ring, sealed)
    values = {kind: caller.fields.show(known[kind]) if kind in known else None for kind in wanted}
    subject = {**key._asdict(), "fields": ",".join(sorted(wanted))}
    if sealed.person_key is not None:
        subject["person_key"] = sealed.person_key.hex()
    if why.case_reference is not None:
        subject["case_reference"] = why.case_reference
    purpose = Purpose(why.purpose, why.reason)
    entry_id = await record(session, caller, Action.reveal_personal_data, subject, number=1, purpose=purpose)
    return Revealed(entry_id, values)


async def assert_within_limit(session: WriteSession, actor_id: str, most: int, at: datetime) -> None:
    """Of all acts that reveal, together; a bundle is one, however many it is of."""
    day = at.astimezone(SHANGHAI).date()
    begins = datetime.combine(day, time(), SHANGHAI)
    await repository.lock_actor(session, actor_id)
    if await repository.acts_of(session, actor_id, REVEALING, begins) >= most:
        raise RevealLimitReached(most, int((begins + timedelta(days=1) - at).total_seconds()) + 1)


def opened(key_ring: KeyRing, sealed: SealedPerson) -> dict[PersonalKind, Personal]:
    clear = {
        PersonalKind.name: sealed.name,
        PersonalKind.id_number: sealed.id_number_sealed
        and key_ring.open(sealed.id_number_sealed, ID_NUMBER).decode(),
        PersonalKind.phone: sealed.phone_sealed and key_ring.open(sealed.phone_sealed, PHONE).decode(),
    }
    return {kind: Personal(kind, str(value)) for kind, value in clear.items() if value is not None}
