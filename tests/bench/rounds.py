"""Rounds, until there were enough or the time is up."""

import time
from collections.abc import Iterator


def rounds(most: int, budget_s: float) -> Iterator[int]:
    """Numbers from 1; at least one, and none begun that would likely end after the time is up."""
    began = time.monotonic()
    for number in range(1, most + 1):
        yield number
        taken = time.monotonic() - began
        if taken * (number + 1) / number > budget_s:
            return
