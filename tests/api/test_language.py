"""Accept-Language: Chinese unless English is preferred."""

import pytest

from app.api.language import preferred_language


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "zh-CN"),
        ("en", "en"),
        ("EN-us", "en"),
        ("zh-TW", "zh-CN"),
        ("de", "zh-CN"),
        ("de, en;q=0.5", "en"),
        ("zh;q=0.4, en;q=0.5", "en"),
        ("en;q=0.4, *;q=0.5", "zh-CN"),
        ("zh, en", "zh-CN"),
        ("en, zh", "en"),
        ("en;q=0, zh;q=0", "zh-CN"),
        ("en;q=very", "zh-CN"),
        ("en;q=nan", "zh-CN"),
        (";;,,q=1", "zh-CN"),
    ],
)
def test_the_best_of_two_languages_is_spoken(accepted: str, spoken: str) -> None:
    assert preferred_language(accepted) == spoken
