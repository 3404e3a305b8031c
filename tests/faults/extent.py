"""How long these tests go on and from which seed; both are printed when they end."""

import os
import secrets

ROUNDS = int(os.environ.get("SUPERVISE_FAULT_ROUNDS", "30"))
"""Of each fault."""
SEED = os.environ.get("SUPERVISE_FAULT_SEED", secrets.token_hex(4))
EXAMPLES_A_ROUND = 4
"""Of a property, which is tried so many times as often."""
AGAIN = 0.3
"""How often what comes back from a fault meets the next one before it is ready."""


def some(rounds: int) -> int:
    """Of a fault that costs much and adds little to another one."""
    return max(2, rounds // 3)


def examples() -> int:
    return ROUNDS * EXAMPLES_A_ROUND
