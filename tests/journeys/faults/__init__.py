"""Real faults on a real broker under load, and what they left behind: `make faults`."""
