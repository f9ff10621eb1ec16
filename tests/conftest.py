"""How tests run: pytest's own limit ends what hangs, so Hypothesis needs no clock of its own."""

import gc

from hypothesis import settings

settings.register_profile("hub", deadline=None)
settings.load_profile("hub")


def pytest_collection_finish() -> None:
    """All that was imported stays to the end: the collector need not look through it each time."""
    gc.collect()
    gc.freeze()
