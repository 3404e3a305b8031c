"""Nothing personal leaves through a log: fields by their name, the rest by its look."""

import io
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from app.privacy.redaction import PRIVATE_FIELDS, REDACTED, redact, redact_text

ID_NUMBER = "11010519491231002X"
PHONE = "13800138000"


def redacted_event(**event: Any) -> dict[str, Any]:  # noqa: ANN401 - anything can be logged
    return dict(redact(None, "info", event))


@pytest.mark.parametrize("field", sorted(PRIVATE_FIELDS))
def test_a_private_field_is_redacted_whatever_it_holds(field: str) -> None:
    assert redacted_event(**{field: "anything"}) == {field: REDACTED}
    assert redacted_event(row={field.upper(): ["anything"]}) == {"row": {field.upper(): REDACTED}}


@pytest.mark.parametrize(
    "text",
    [
        ID_NUMBER,
        ID_NUMBER.lower(),
        f"learner {ID_NUMBER} is unknown",
        f"学员{ID_NUMBER}不存在",
        f"key=ab{ID_NUMBER}cd",
        f"{ID_NUMBER}{PHONE}",
        "110105194912310021",
    ],
)
def test_an_id_number_in_a_text_is_caught_even_with_a_wrong_check_digit(text: str) -> None:
    assert "19491231" not in redact_text(text)


@pytest.mark.parametrize(
    "text", [PHONE, f"+86{PHONE}", f"+86 {PHONE}", f"86-{PHONE}", f"电话{PHONE}。", f'"phone":"{PHONE}"']
)
def test_a_phone_in_a_text_is_caught(text: str) -> None:
    assert PHONE not in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10 + "110105194912310021" + "b" * 36,
        "110105194912310021" + "f" * 14,
        "0198f3c2-7a10-7138-a013-800138000abc",
        "2026-03-02T12:00:00.000000Z",
        "1772452800000000",
        "batch of 10000 records in 138 ms",
        "91110105MA01ABCD2X",
    ],
)
def test_hashes_uuids_and_figures_stay_as_they_are(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("text", ["1" * 200_000, "a1" * 100_000, "19" * 100_000, "+86 " * 50_000])
def test_a_long_text_costs_no_more_than_its_length(text: str) -> None:
    started = time.monotonic()
    redact_text(text)
    assert time.monotonic() - started < 2


def test_values_inside_lists_objects_and_keys_are_caught() -> None:
    class Row:
        def __repr__(self) -> str:
            return f"Row({ID_NUMBER})"

    event = redacted_event(
        rows=[{"learner": ID_NUMBER}, (PHONE,)], row=Row(), number=int(PHONE), by={ID_NUMBER: 1}, **{PHONE: 2}
    )
    assert event == {
        "rows": [{"learner": REDACTED}, [REDACTED]],
        "row": f"Row({REDACTED})",
        "number": REDACTED,
        "by": {REDACTED: 1},
        REDACTED: 2,
    }


def test_plain_figures_keep_their_type() -> None:
    event = {"records": 5000, "seconds": 1.25, "atomic": True, "index": None}
    assert redacted_event(**event) == event


def test_other_values_are_logged_as_their_text() -> None:
    assert redacted_event(at=datetime(2026, 3, 2, tzinfo=UTC)) == {"at": "2026-03-02 00:00:00+00:00"}


def test_a_traceback_is_caught_too() -> None:
    out = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(out),
        processors=[structlog.processors.format_exc_info, redact, structlog.processors.JSONRenderer()],
    )
    try:
        int(f"no figure: {ID_NUMBER}")
    except ValueError:
        logger.exception("failed")
    assert ID_NUMBER not in out.getvalue()
    assert f"no figure: {REDACTED}" in json.loads(out.getvalue())["exception"]
