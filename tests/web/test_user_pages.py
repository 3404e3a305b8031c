"""Pages about people: an administrator adds, changes, resets and disables them; an auditor only reads."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest

from app.accounts.authorisation import TABLE, Grant
from app.core.vocabulary import Role
from app.privacy.fields import PersonalKind, Shown
from app.web.deeds import deed
from app.web.roles import KINDS, WAYS, rights_of
from app.web.users import UserIncomplete, duties_of
from tests.api.conftest import Doors, opened_doors
from tests.api.term import get
from tests.server import CloneServer
from tests.web.forms import submit, text_of

KIND, CLEAR = KINDS[PersonalKind.id_number], WAYS[Shown.clear]


class Site(NamedTuple):
    doors: Doors
    administrator: httpx.AsyncClient


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (_, doors):
        yield Site(doors, await doors.person(Role.administrator))


async def added(site: Site, login: str, role: str = "reviewer", bound: str = "440200 440300") -> str:
    page = await submit(
        site.administrator, "/users", login=login, display_name="赵某", role=role, bound=bound
    )
    assert (page.status_code, "http://supervise.test/enrolment/" in page.text) == (200, True), page.text
    found = (await get(site.administrator, "/api/v1/users"))["items"]
    return next(str(user["user_id"]) for user in found if user["login"] == login)


async def test_who_is_added_gets_a_link_and_is_listed(site: Site) -> None:
    user = await added(site, "zhao.yi")
    page = text_of(await site.administrator.get("/users"))
    assert "zhao.yi" in page
    assert "广东省韶关市 4402" in page
    assert "广东省深圳市 4403" in page
    assert "待启用" in text_of(await site.administrator.get("/users"))
    assert (await site.administrator.get(f"/users/{user}")).status_code == 200


async def test_a_role_is_changed(site: Site) -> None:
    user = await added(site, "zhao.er")
    await submit(site.administrator, f"/users/{user}/role", role="auditor", bound="")
    told = await get(site.administrator, f"/api/v1/users/{user}")
    assert (told["role"], told["districts"]) == ("auditor", None)


async def test_who_is_disabled_is_marked_so_until_reset(site: Site) -> None:
    user = await added(site, "zhao.san")
    await submit(site.administrator, f"/users/{user}/disable")
    assert "已停用" in text_of(await site.administrator.get("/users"))
    reset = await submit(site.administrator, f"/users/{user}/reset")
    assert ("/enrolment/" in reset.text, "<strong>赵某</strong>" in reset.text) == (True, True)
    assert reset.headers["hx-push-url"] == "false"
    assert (await get(site.administrator, f"/api/v1/users/{user}"))["disabled_at"] is None


async def test_an_auditor_sees_people_and_changes_nobody(site: Site) -> None:
    user, auditor = await added(site, "zhao.si"), await site.doors.person(Role.auditor)
    assert "新增人员" not in text_of(await auditor.get("/users"))
    assert (await submit(auditor, f"/users/{user}/disable")).status_code == 403


async def test_what_cannot_be_added_is_told_with_its_remedy(site: Site) -> None:
    for role, bound in (("operator", ""), ("agent", "no such code"), ("reviewer", "somewhere"), ("", "")):
        page = await submit(
            site.administrator, "/users", login="zhao.wu", display_name="赵某", role=role, bound=bound
        )
        assert (page.status_code, "alert" in page.text) in {(422, True), (404, True)}, page.text
    found = (await get(site.administrator, "/api/v1/users"))["items"]
    assert "zhao.wu" not in {user["login"] for user in found}


async def test_roles_and_districts_are_told_by_the_one_table(site: Site) -> None:
    await added(site, "zhao.liu", "clerk", "510100")
    page = text_of(await site.administrator.get("/roles"))
    assert "5101 赵某" in page
    for role, rights in ((role, rights_of(role)) for role in Role):
        assert [right.action for right in rights] == [action for action in TABLE if role in TABLE[action]]
        assert all(deed(right.action).zh in page for right in rights)
    clear = {str(right.action) for right in rights_of(Role.approver) if (KIND, CLEAR) in right.personal}
    assert clear == {action for action, row in TABLE.items() if is_clear(row.get(Role.approver))}


def is_clear(grant: Grant | None) -> bool:
    return grant is not None and grant.fields.id_number is Shown.clear


def test_a_role_nobody_knows_is_refused() -> None:
    with pytest.raises(UserIncomplete):
        duties_of({"role": "king"})
