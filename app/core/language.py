"""The two languages of answers: Chinese unless the caller prefers English (RFC 9110 §12.5.4)."""

from typing import Literal

LanguageTag = Literal["zh-CN", "en"]
_DEFAULT: LanguageTag = "zh-CN"
_BY_PRIMARY_TAG: dict[str, LanguageTag] = {"zh": "zh-CN", "en": "en", "*": _DEFAULT}


def preferred_language(accept_language: str) -> LanguageTag:
    """The best of our two languages; of equally welcome ones the first named.

    >>> preferred_language("de, en-GB;q=0.8, zh;q=0.7")
    'en'
    """
    best: tuple[float, LanguageTag] = (0.0, _DEFAULT)
    for part in accept_language.split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        language = _BY_PRIMARY_TAG.get(tag.strip().partition("-")[0].lower())
        if language is not None and (quality := _quality(parameter)) > best[0]:
            best = (quality, language)
    return best[1]


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
