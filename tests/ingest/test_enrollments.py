"""What ID numbers and phones say by their form is kept beside them, so that no rule opens what is sealed."""

from typing import Any

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId
from app.core.vocabulary import Feed
from app.db.session import Database, reading
from app.privacy.keyring import KeyRing
from app.records import repository as records
from app.rules.records import Enrollment
from tests.ingest.deliveries import PLATFORM, deliver
from tests.ingest.examples import FULL, minimal

SAID = FULL[Feed.enrollments]
WOMAN = "11010519491231002X"


async def loaded(database: Database, key_ring: KeyRing, said: dict[str, Any]) -> Enrollment:
    await deliver(database, key_ring, Feed.enrollments, said)
    key = ClassGroupKey(PLATFORM, ClassGroupId(said["class_group_id"]))
    async with reading(database) as session:
        found = await records.enrollments(session, {key: [LearnerId(said["learner_id"])]})
    return found[key][0]


async def test_a_gender_that_is_not_that_of_the_number(database: Database, key_ring: KeyRing) -> None:
    enrolled = await loaded(database, key_ring, SAID | {"id_number": WOMAN, "gender": "male"})
    assert (enrolled.employment, enrolled.gender_agrees) == ("contract", False)


async def test_a_gender_that_is(database: Database, key_ring: KeyRing) -> None:
    enrolled = await loaded(database, key_ring, SAID | {"id_number": WOMAN, "gender": "female"})
    assert enrolled.gender_agrees is True


async def test_a_phone_that_is_no_mobile_number(database: Database, key_ring: KeyRing) -> None:
    enrolled = await loaded(database, key_ring, SAID | {"phone": "010-65241234"})
    assert enrolled.phone_valid is False


async def test_what_is_not_said_is_neither_right_nor_wrong(database: Database, key_ring: KeyRing) -> None:
    enrolled = await loaded(database, key_ring, minimal(Feed.enrollments))
    assert (enrolled.employment, enrolled.gender_agrees, enrolled.phone_valid) == (None, None, None)
