"""Where the platform's answer is not what the simulator meant."""

from typing import NamedTuple


class Difference(NamedTuple):
    where: str
    what: str
    meant: str
    found: str
