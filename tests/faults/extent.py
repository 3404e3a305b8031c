"""How long these tests go on and from which seed; both are printed when they end."""

import os
import secrets

ROUNDS = int(os.environ.get("SUPERVISE_FAULT_ROUNDS", "10"))
"""Of each fault."""
SEED = os.environ.get("SUPERVISE_FAULT_SEED", secrets.token_hex(4))
EXAMPLES_A_ROUND = 6
"""Of a property, which is tried so many times as often."""


def examples() -> int:
    return ROUNDS * EXAMPLES_A_ROUND
