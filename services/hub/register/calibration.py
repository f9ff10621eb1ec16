"""An invented Derbyshire of 31 March 2017, by whose known figures the tables are held.

Nobody of it is a real person. What is real is how many: 1,154 registered in the community, 15 whose
notification for life was revoked in the year, 14 cautioned or convicted for failing to notify.
Source: Derbyshire MAPPA annual report 2016-17, domain rules §7.3; all the rest is invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from schemas.base import Fact, PersonId, sourced_id
from schemas.register import Breached
from services.hub.demo.offences import Offence, registered_offence, violent_offence
from services.hub.register.invented import (
    breached,
    convicted,
    managed,
    notified,
    ordered,
    released,
    reviewed,
)
from services.hub.register.limits import Limits
from services.hub.register.people import Told
from services.registry.rules import RULES

LAST = date(2017, 3, 31)
REGISTERED, LIFTED, BREACHED = 1_154, 15, 14
_HELD, _VIOLENT, _ORDERED = 160, 285, 46
_LEVELS = {2: 19, 3: 3}


def derbyshire_2017(seed: int = 2017) -> tuple[Told, ...]:
    """Everybody; the same people for the same seed."""
    draw = Random(f"derbyshire {seed}")  # noqa: S311  # a story, not a secret
    stories = (
        *(_registered(draw, number) for number in range(REGISTERED)),
        *(_held(draw) for _ in range(_HELD)),
        *(_revoked(draw) for _ in range(LIFTED)),
        *(_violent(draw) for _ in range(_VIOLENT)),
    )
    rules = RULES[max(RULES)]
    return tuple(
        Told(PersonId(sourced_id("example", "person", str(number))), tuple(story), Limits(), rules)
        for number, story in enumerate(stories, 1)
    )


def _registered(draw: Random, number: int) -> Iterator[Fact]:
    """Subject on the day and at liberty; the first of them managed higher, or in breach."""
    offence = _at_liberty(draw)
    yield from _life_so_far(offence)
    level = 3 if number < _LEVELS[3] else 2 if number < sum(_LEVELS.values()) else 1
    yield managed(level, offence.at_large_on)
    if number < BREACHED:
        yield breached(_in_year(draw), Breached.NOTIFICATION)
    if number < _ORDERED:
        yield ordered(_in_year(draw))


def _held(draw: Random) -> Iterator[Fact]:
    """Subject and in custody: in no table of people in the community."""
    on = _in_year(draw)
    yield convicted(on, draw.randint(13, 120), in_custody=True)
    yield managed(1, on)


def _revoked(draw: Random) -> Iterator[Fact]:
    """Subject for life until a review in the year."""
    on = date(1999, 6, 1) + timedelta(days=draw.randint(0, 700))
    yield convicted(on, 36)
    yield notified(on)
    yield reviewed(_in_year(draw), lifted=True)


def _violent(draw: Random) -> Iterator[Fact]:
    """Category 2, at liberty."""
    offence = violent_offence(draw, LAST)
    while offence.hospital:
        offence = violent_offence(draw, LAST)
    yield from _life_so_far(offence, schedule_3=False, schedule_15=True)
    yield managed(1, offence.at_large_on)


def _at_liberty(draw: Random) -> Offence:
    offence = registered_offence(draw, LAST)
    while offence.hospital:
        offence = registered_offence(draw, LAST)
    return offence


def _life_so_far(offence: Offence, **fields: Any) -> Iterator[Fact]:  # noqa: ANN401
    yield convicted(
        offence.convicted_on,
        offence.term_months,
        disposal=offence.disposal,
        for_life=offence.for_life,
        in_custody=offence.prison,
        **fields,
    )
    if offence.released_on is not None:
        yield released(offence.released_on)
    yield notified(offence.at_large_on)


def _in_year(draw: Random) -> date:
    return LAST - timedelta(days=draw.randint(0, 364))
