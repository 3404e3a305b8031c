"""What each role may do, how far, and what it sees of persons; and who is responsible for which districts."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.authorisation import TABLE, Action, Bound, Grant
from app.api.parameters import OnlyKnown
from app.api.users import UserItem, UserListing, list_users
from app.core.errors import Text
from app.core.vocabulary import Role
from app.privacy.fields import PersonalKind, Shown
from app.web.pages import PageRoute, page

router = APIRouter(prefix="/roles", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

REACHES: Mapping[Bound, Text] = {
    Bound.own_platform: Text("本平台", "own platform"),
    Bound.own_enterprise: Text("本企业", "own enterprise"),
    Bound.own_districts: Text("本辖区", "own districts"),
    Bound.own_person: Text("本人", "oneself"),
    Bound.everything: Text("不限", "everything"),
}
KINDS: Mapping[PersonalKind, Text] = {
    PersonalKind.name: Text("姓名", "name"),
    PersonalKind.id_number: Text("身份证号码", "ID number"),
    PersonalKind.phone: Text("电话", "phone"),
    PersonalKind.account: Text("银行账号", "account"),
}
WAYS: Mapping[Shown, Text] = {
    Shown.masked: Text("脱敏", "masked"),
    Shown.last_four: Text("后四位", "last four"),
    Shown.clear: Text("明文", "in clear"),
}


EVERYWHERE = ""


class Right(NamedTuple):
    action: Action
    reach: Text
    personal: Sequence[tuple[Text, Text]]
    """Kinds of personal data and how each is shown; none: it tells of no person."""


class District(NamedTuple):
    code: str
    """What the codes of the district begin with; empty: everywhere."""
    people: Sequence[UserItem]


@router.get("")
async def roles(request: Request, found: Annotated[UserListing, Depends(list_users)]) -> Response:
    rights = {role: list(rights_of(role)) for role in Role}
    return page(request, "roles", rights=rights, districts=districts_of(found.items))


def rights_of(role: Role) -> Sequence[Right]:
    """In the order of the table."""
    return [_right(action, row[role]) for action, row in TABLE.items() if role in row]


def _right(action: Action, grant: Grant) -> Right:
    shown = [(kind, grant.fields.of(kind)) for kind in PersonalKind]
    personal = [(KINDS[kind], WAYS[way]) for kind, way in shown if way is not Shown.nothing]
    return Right(action, REACHES[grant.bound], personal)


def districts_of(people: Sequence[UserItem]) -> Sequence[District]:
    """Officials who may sign in, by what they are bound to; a district may have several."""
    officials = [each for each in people if each.disabled_at is None and _is_bound_to_districts(each)]
    codes = sorted({code for each in officials for code in each.districts or [""]})
    return [
        District(code, [each for each in officials if code in (each.districts or [""])]) for code in codes
    ]


def _is_bound_to_districts(person: UserItem) -> bool:
    return any(
        Role(person.role) in row and row[Role(person.role)].bound is Bound.own_districts
        for row in TABLE.values()
    )
