"""The hub's clock: the only place that asks what time it is, for the whole hub."""
