"""Pages are for people: a token opens none of them, a session does."""

import pytest
from starlette.requests import Request

from app.core.vocabulary import Role
from app.web.pages import PagesAreForPeople, assert_is_no_program
from tests.people.conftest import Browsers


async def test_a_token_opens_no_page(browsers: Browsers) -> None:
    answer = await (await browsers.open()).get("/class-groups", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "/api/v1" in answer.text
    token = Request({"type": "http", "headers": [(b"authorization", b"Bearer x")]})
    with pytest.raises(PagesAreForPeople):
        assert_is_no_program(token)


async def test_who_has_not_signed_in_does_so_and_comes_back(browsers: Browsers) -> None:
    answer = await (await browsers.open()).get("/class-groups?programme=standard")
    assert answer.headers["location"] == "/sign-in?next=%2Fclass-groups%3Fprogramme%3Dstandard"


async def test_a_role_without_a_row_is_refused_on_a_page(browsers: Browsers) -> None:
    answer = await (await browsers.signed_in(Role.administrator)).get("/class-groups")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")


async def test_empty_fields_of_a_filter_do_not_stay_in_the_address(browsers: Browsers) -> None:
    """Without scripts a form sends them all."""
    answer = await (await browsers.signed_in(Role.clerk)).get("/class-groups?platform=P1&closed_from=&q=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/class-groups?platform=P1")


async def test_an_id_number_in_a_filter_is_taken_out_of_the_address(browsers: Browsers) -> None:
    clerk = await browsers.signed_in(Role.clerk)
    answer = await clerk.get("/class-groups?platform=p1&class_group_id=11010519491231002X")
    assert (answer.status_code, answer.headers["location"]) == (303, "/class-groups?platform=p1")


async def test_a_referer_that_is_no_address_leads_home(browsers: Browsers) -> None:
    clerk = await browsers.signed_in(Role.clerk)
    answer = await clerk.submit("/users", headers={"Referer": "http://[bad"})
    assert (answer.status_code, answer.headers["hx-push-url"]) == (403, "false")


async def test_an_address_that_is_none_is_a_page_for_people_and_a_problem_for_programs(
    browsers: Browsers,
) -> None:
    browser = await browsers.open()
    for path, accept, media_type in (
        ("/no-such-page", "text/html,*/*", "text/html; charset=utf-8"),
        ("/no-such-page", "*/*", "application/problem+json"),
        ("/api/v1/no-such-route", "text/html", "application/problem+json"),
    ):
        answer = await browser.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, media_type)


async def test_the_address_of_an_act_that_is_loaded_again_is_a_page_that_leads_on(browsers: Browsers) -> None:
    browser = await browsers.open()
    answer = await browser.get("/learners/reveal", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "没有这个页面" in answer.text
    answer = await browser.get("/learners/reveal")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_page_that_fails_is_still_a_page_and_names_its_number(
    browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = await browsers.signed_in(Role.clerk)

    def broken(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr("app.web.account.page", broken)
    answer = await clerk.get("/account", headers={"X-Request-Id": "req-7"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert "req-7" in answer.text
    assert "Zero" not in answer.text
