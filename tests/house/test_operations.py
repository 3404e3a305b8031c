"""What an operator can set and watch stands in docs/operations.md, and nothing else does."""

import re
from pathlib import Path

from prometheus_client import Counter, Histogram

from app.core import metrics
from app.core.config import Settings

ROWS = re.compile(r"^\| `([A-Za-z_]+)` \| (.*?) \|", re.MULTILINE)
DOCUMENTED = dict(ROWS.findall((Path(__file__).parents[2] / "docs" / "operations.md").read_text()))
SETTINGS = {
    str(field.validation_alias or f"SUPERVISE_{name.upper()}"): field
    for name, field in Settings.model_fields.items()
}


def test_every_setting_is_documented() -> None:
    assert {name for name in DOCUMENTED if name.isupper()} == SETTINGS.keys()


def test_what_is_documented_holds_where_a_setting_is_unset() -> None:
    plain = {
        name: field.default
        for name, field in SETTINGS.items()
        if isinstance(field.default, str | int | float)
    }
    assert len(plain) > 5
    assert {name: DOCUMENTED[name] for name in plain} == {
        name: f"`{str(default).lower()}`" for name, default in plain.items()
    }


def test_every_metric_is_documented() -> None:
    ours = {each._name for each in vars(metrics).values() if isinstance(each, Counter | Histogram)}
    assert {name for name in DOCUMENTED if name.islower()} == ours
