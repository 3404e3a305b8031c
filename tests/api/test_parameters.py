"""Parameters that several doors share."""

import httpx
import pytest


@pytest.mark.parametrize("day", ["0", "1767225600", "2026-1-1", "2026-13-01", "2026-01-01T00:00:00", "today"])
async def test_a_day_is_written_in_one_way_only(regulator: httpx.AsyncClient, day: str) -> None:
    answer = await regulator.get("/api/v1/compliance/enrollments", params={"closed_from": day})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/query/closed_from")


async def test_a_misspelt_filter_is_named(regulator: httpx.AsyncClient) -> None:
    answer = await regulator.get("/api/v1/compliance/enrollments", params={"programe": "standard"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert error["pointer"] == "/query/programe"


async def test_of_a_filter_that_is_repeated_none_counts(regulator: httpx.AsyncClient) -> None:
    """Not even where both say the same."""
    for values in (["44", "11"], ["44", "44"]):
        answer = await regulator.get(
            "/api/v1/compliance/enrollments", params={"district": values, "limit": 1}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "repeated_parameter")
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/query/district"]


async def test_a_misspelt_filter_that_may_be_personal_is_not_repeated(regulator: httpx.AsyncClient) -> None:
    answer = await regulator.get("/api/v1/batches", params={"110101199003074514": "x"})
    assert answer.status_code == 422
    assert "110101199003074514" not in answer.text
