"""How Python's collector is told what a server is like: its work leaves next to no circles behind."""

import gc

NEW_OBJECTS = 20_000
"""A batch or a class group makes thousands that live until it is done and then are freed without it."""


def collect_seldom() -> None:
    """For a process that stays: what it has by now stays with it, and need never be looked through again.

    Looking for circles again and again took a sixth of an assessment.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)
