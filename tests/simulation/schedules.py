"""Playing many schedules in a test."""

from pathlib import Path

from services.hub.simulation.play import play
from services.hub.simulation.town import Town
from services.hub.simulation.verdict import verdict

FILES = Path(__file__).parents[2] / "deploy" / "agreements"
SCHEDULES = 2_000
"""How many a run of the tests plays, and within how many every planted bug has to be found."""


def first_wrong(town: Town, seeds: range) -> tuple[int, list[str]]:
    """The first schedule not withstood, and what is wrong in it.

    Raises:
        AssertionError: all were withstood.
    """
    for seed in seeds:
        wrong = verdict(play(town.plan(seed), town))
        if wrong:
            return seed, wrong
    raise AssertionError(f"{len(seeds)} schedules found nothing")
