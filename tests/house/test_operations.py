"""What an operator can set and watch stands in docs/operations.md, and nothing else does."""

import re
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from app.core import metrics
from app.core.config import Settings
from app.core.exposition import Archived, Waiting, told_now
from app.core.metrics import Stage

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
ROWS = re.compile(r"^\| `([A-Za-z_]+)` \| (.*?) \|", re.MULTILINE)
DOCUMENTED = dict(ROWS.findall(TEXT[: TEXT.index("Alarms to begin with")]))
TOLD = ({"leaves": Waiting(1, 1)}, Archived(is_failing=False, age_s=1, lag_bytes=1))
ALARMED = re.findall(r"`(supervise_[a-z_]+)", TEXT[TEXT.index("Alarms to begin with") :])
OURS = [each for each in vars(metrics).values() if isinstance(each, Counter | Gauge | Histogram)]
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


def test_every_metric_is_documented_with_its_labels() -> None:
    counted = {str(each._name): each._labelnames for each in OURS}
    read = {family.name: tuple(family.samples[0].labels) for family in told_now(*TOLD)}
    assert {name: labels for name, labels in DOCUMENTED.items() if name.islower()} == {
        name: ", ".join(labels) or "none" for name, labels in (counted | read).items()
    }


def test_every_stage_is_documented() -> None:
    row = next(line for line in TEXT.splitlines() if "`supervise_stage_seconds`" in line)
    assert re.findall(r"`([a-z]+)`", row) == list(Stage)


def test_alarms_are_of_what_is_told() -> None:
    names = {name.removesuffix("_total") for name in ALARMED}
    assert len(names) > 5
    assert names <= DOCUMENTED.keys()


def test_gauges_of_several_processes_are_those_of_the_living_together() -> None:
    gauges = [each for each in OURS if isinstance(each, Gauge)]
    assert {gauge._multiprocess_mode for gauge in gauges} == {"livesum"}
