"""The search for marked values finds them in every guise, and finds nothing where nothing is."""

import base64
import hashlib
from collections.abc import Callable

import pytest

from app.privacy.id_number import birth_date
from app.privacy.redaction import redact_text
from tests.house.marked_values import MarkedValues

GUISES: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda value: value,
    "in JSON": lambda value: b'{"id_number":"' + value + b'"}',
    "lower case": bytes.lower,
    "hexadecimal, as in a dump of bytea": lambda value: b"\\x00" + value.hex().encode(),
    "hexadecimal in capitals": lambda value: value.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64, one byte later": lambda value: base64.b64encode(b"x" + value + b"y"),
    "base64, two bytes later": lambda value: base64.b64encode(b"xx" + value + b"yyy"),
    "UTF-16": lambda value: value.decode().encode("utf-16-le"),
    "SHA-256 without a key": lambda value: hashlib.sha256(value).hexdigest().encode(),
    "BLAKE2b without a key": lambda value: hashlib.blake2b(value, digest_size=16).hexdigest().encode(),
}


def some_of_each() -> MarkedValues:
    marked = MarkedValues()
    for _ in range(30):
        marked.id_number()
        marked.phone()
        marked.account()
    return marked


def test_every_value_is_another_one_and_formally_valid() -> None:
    marked = some_of_each()
    assert len(set(marked.issued)) == 90
    assert all(birth_date(value) for value in marked.issued[::3])
    assert all(redact_text(value) == "[redacted]" for value in marked.issued[1::3])


@pytest.mark.parametrize("guise", GUISES)
def test_each_guise_is_seen_through(guise: str) -> None:
    marked = some_of_each()
    for value in marked.issued:
        data = b"before " + GUISES[guise](value.encode()) + b" after"
        assert marked.traces_in(data) == [value]


def test_a_mistaken_id_number_is_none() -> None:
    assert all(birth_date(MarkedValues(["…"] * n).mistaken_id_number()) is None for n in range(30))


def test_what_holds_none_of_them_has_no_traces() -> None:
    marked = some_of_each()
    others = some_of_each()
    others.issued = [value[::-1] for value in marked.issued]
    assert marked.traces_in(" ".join(others.issued).encode()) == []
    assert marked.traces_in(b"") == []


def test_the_digits_of_a_measured_fraction_are_no_phone() -> None:
    marked = some_of_each()
    phone = marked.issued[1].encode()
    assert marked.traces_in(b"seconds_sum 0.02" + phone + b"\nseconds_sum 0." + phone) == []
    assert marked.traces_in(b"Call 1. " + phone) == [phone.decode()]
