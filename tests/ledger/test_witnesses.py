"""The file of witnesses is read whole, or the program does not start."""

from pathlib import Path

import pytest

from app.core.config import Settings
from app.ledger.outlets import Outlets
from app.ledger.witnesses import WitnessesInvalid, load_witnesses
from app.outbound.errors import AddressRefused
from tests.ledger.test_cosignature import REMORA

FILE = f"""
- name: remora.n621.de
  vkey: {REMORA}
  url: https://witness.example/log/
"""


def test_it_names_witnesses_their_keys_and_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.yaml"
    path.write_text(FILE)
    (witness,) = load_witnesses(path)
    assert (witness.name, witness.key.vkey, witness.url) == (
        "remora.n621.de",
        REMORA,
        "https://witness.example/log",
    )
    outlets = Outlets.of(Settings(witnesses=path, checkpoint_dir=tmp_path))
    assert outlets.witnesses == (witness,)
    assert outlets.outbound is not None
    assert outlets.outbound.host_of(witness.url) == "witness.example"
    with pytest.raises(AddressRefused):
        outlets.outbound.host_of("https://other.example/")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("name: one", "Expected `array`"),
        ("- name: one", "missing required field `vkey`"),
        (FILE.replace("url:", "url: x\n  colour:"), "unknown field `colour`"),
        (FILE.replace("name: remora", "name: tuna"), "the vkey of tuna.n621.de is that of remora.n621.de"),
        (FILE.replace("da77ade7", "da77ade8"), "the vkey of remora.n621.de is none of a witness"),
        (FILE.replace("https:", "http:"), "is not https"),
        (FILE.replace("/log/", "/log?x"), "is not https"),
        (FILE.replace("example/", "example:x/"), "is not https"),
        (FILE.replace("example/", "example:8443/"), "is not https"),
        (FILE.replace("https://", "https://me@"), "is not https"),
        (FILE + FILE, "a name stands twice"),
        ("[", "expected"),
        ("\x00", "special characters"),
    ],
)
def test_a_mistake_in_it_stops_the_start(tmp_path: Path, content: str, cause: str) -> None:
    path = tmp_path / "witnesses.yaml"
    path.write_text(content)
    with pytest.raises(WitnessesInvalid) as invalid:
        load_witnesses(path)
    assert str(path) in invalid.value.detail.en
    assert cause in invalid.value.detail.en


def test_one_that_is_not_there_stops_it_too(tmp_path: Path) -> None:
    with pytest.raises(WitnessesInvalid, match="No such file"):
        load_witnesses(tmp_path / "none.yaml")
