"""How tests run: pytest's own limit ends what hangs, so Hypothesis needs no clock of its own."""

from hypothesis import settings

settings.register_profile("hub", deadline=None)
settings.load_profile("hub")
