"""The examples in the docstrings of the rules are true."""

import doctest
from types import ModuleType

import pytest

from app.rules import advice, case_feeds, cases, figures, intervals, parameters, values, words

MODULES = [advice, case_feeds, cases, figures, intervals, parameters, values, words]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed
