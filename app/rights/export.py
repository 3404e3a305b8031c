"""Everything that is held about a person, for that person: own data in clear, enrollment by enrollment."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from app.accounts.authorisation import Action, Caller
from app.db.session import WriteSession
from app.privacy.contexts import column_context
from app.privacy.fields import Personal, PersonalKind
from app.privacy.keyring import KeyRing
from app.rights import export_repository, repository, requests, service
from app.rights.export_repository import JUDGED, OF_A_LEARNER, Row
from app.rights.schemas import EnrollmentKey
from app.trail.service import record

MOST_ROWS = 20_000
"""Of one kind and one enrollment; what is cut off is named under `truncated`."""
OURS_ALONE = {"content_hash", "person_key"}
"""Keyed hashes: they say nothing to anybody without the key ring."""
KINDS = {"id_number": PersonalKind.id_number, "phone": PersonalKind.phone}

_ENCODER = msgspec.json.Encoder(decimal_format="number")


async def pieces(
    session: WriteSession, key_ring: KeyRing, caller: Caller, *, at: datetime
) -> AsyncIterator[bytes]:
    """One JSON object, an enrollment at a time in memory. That it was asked for is recorded."""
    person_key = caller.reach.person_key
    if person_key is None:
        raise TypeError("An export is a person's own.")
    await record(session, caller, Action.export_own_record, {"person_key": person_key.hex()})
    yield b'{"exported_at":' + _ENCODER.encode(at) + b',"enrollments":['
    truncated: list[str] = []
    for number, own in enumerate(await repository.enrollments_of(session, person_key)):
        told = await _enrollment(session, key_ring, caller, own.key, truncated)
        yield (b"," if number else b"") + _ENCODER.encode(told)
    asked = await requests.own(session, key_ring, caller, before=None, limit=MOST_ROWS)
    looked = await service.accesses(session, person_key, limit=MOST_ROWS)
    rest = {
        "requests": [_plain(each._asdict()) for each in asked],
        "accesses": [each._asdict() for each in looked],
        "truncated": truncated,
    }
    yield b"]," + _ENCODER.encode(rest)[1:]


async def _enrollment(
    session: WriteSession, key_ring: KeyRing, caller: Caller, key: EnrollmentKey, truncated: list[str]
) -> dict[str, Any]:
    told: dict[str, Any] = key._asdict()
    for name, model in (*OF_A_LEARNER.items(), *JUDGED.items()):
        found = await export_repository.rows(session, model, key, MOST_ROWS + 1)
        if len(found) > MOST_ROWS:
            truncated.append("/".join((*key, name)))
        told[name] = [_shown(key_ring, caller, model.__tablename__, row) for row in found[:MOST_ROWS]]
    return told


def _shown(key_ring: KeyRing, caller: Caller, table: str, row: Row) -> dict[str, Any]:
    """Sealed columns under their own names; documents as the JSON that they are."""
    shown: dict[str, Any] = {}
    for name, value in row.items():
        field = name.removesuffix("_sealed")
        if name in OURS_ALONE:
            continue
        if field != name and value is not None:
            clear = key_ring.open(value, column_context(table, name)).decode()
            shown[field] = caller.fields.show(Personal(KINDS[field], clear))
        elif name == "document":
            shown[name] = msgspec.Raw(value)
        else:
            shown[field] = value
    return shown


def _plain(request: Mapping[str, Any]) -> dict[str, Any]:
    """Without what only the database needs."""
    left = {name: value for name, value in request.items() if name not in {"person_key", "content_sealed"}}
    left |= {name: left[name]._asdict() for name in ("key", "about", "content") if left[name] is not None}
    return left
