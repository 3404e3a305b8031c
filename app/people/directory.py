"""Who is who among people in office: what colleagues are told of one another, and nothing else."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from app.core.ids import ActorId
from app.core.vocabulary import Role
from app.db.session import ReadSession
from app.people import directory_repository as repository


class Colleague(NamedTuple):
    user_id: ActorId
    display_name: str
    role: Role
    districts: tuple[str, ...] | None
    """Prefixes of codes (GB/T 2260); None: everywhere."""

    def covers(self, district: str | None) -> bool:
        """What has no district is for those who are bound to none."""
        return self.districts is None or (district is not None and district.startswith(self.districts))


class Identity(NamedTuple):
    """For who may read accounts."""

    display_name: str
    login: str | None
    """None: a learner."""


async def identified(session: ReadSession, user_ids: Collection[ActorId]) -> Mapping[ActorId, Identity]:
    """Whoever of these is a person, in office or not, learners too."""
    found = await repository.identities(session, user_ids) if user_ids else []
    return {ActorId(user_id): Identity(name, login) for user_id, name, login in found}


async def named(session: ReadSession, user_ids: Collection[ActorId | None]) -> Mapping[ActorId, Colleague]:
    """Disabled ones too: what they did stays theirs. Programs are not there."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    found = [_colleague(*row) for row in await repository.by_id(session, wanted)]
    return {each.user_id: each for each in found}


async def in_office(session: ReadSession, roles: Collection[Role]) -> Sequence[Colleague]:
    """Who may sign in, by name."""
    return [_colleague(*row) for row in await repository.in_office(session, [role.value for role in roles])]


def _colleague(user_id: str, display_name: str, role: str, districts: list[str] | None) -> Colleague:
    bound = None if districts is None else tuple(districts)
    return Colleague(ActorId(user_id), display_name, Role(role), bound)
