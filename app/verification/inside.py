"""Runs the script for auditors on what a stranger sent: `python -I inside.py KIND FILE VKEY…`.

A file of its own, run by itself under limits (custody/confined.py), so that nothing of ours is in the process
that reads what strangers made. One JSON line for each thing that the script says.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.verifier import supervise_verify as script

TOO_LARGE = 3
"""The exit status where memory did not suffice."""


class Told(script.Report):
    """Says it as data. What is too large for this process is no fault of what is looked at."""

    def say(self, mark: str, where: object, what: str) -> None:
        self.write(json.dumps([mark, str(where), what]))

    @contextmanager
    def part(self, where: object) -> Iterator[None]:
        try:
            with super().part(where):
                try:
                    yield
                except MemoryError as too_large:
                    raise KeyboardInterrupt from too_large  # no Exception: nothing is refused by it
        except KeyboardInterrupt:
            sys.exit(TOO_LARGE)


def main() -> None:
    kind, path, *vkeys = sys.argv[1:]
    report = Told(lambda line: print(line, flush=True))  # noqa: T201 (to the program that started it)
    with report.part(""):
        check = script.check_bundle if kind == "bundle" else script.check_disclosure
        check(report, Path(path), [script.read_key(vkey) for vkey in vkeys])
    report.write(json.dumps(["END", "", str(report.refused)]))


if __name__ == "__main__":
    main()
