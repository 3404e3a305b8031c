"""Values of two closed sets that are spelt alike have each their own words."""

from app.core.vocabulary import CustodyState, Eligibility
from app.web.terms import term


def test_values_that_are_spelt_alike_are_told_apart() -> None:
    assert str(Eligibility.withdrawn) == str(CustodyState.withdrawn)
    assert term(Eligibility.withdrawn).text.zh == "已退班"
    assert term(CustodyState.withdrawn).text.zh == "已撤回"
