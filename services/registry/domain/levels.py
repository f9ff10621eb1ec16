"""At which level somebody was managed, from when until when. Set by people, never derived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.dates import DAY
from services.registry.domain.recall import in_force
from services.registry.domain.state import Register


@dataclass(frozen=True, slots=True)
class LevelTime:
    """A time at one level."""

    level: int
    begins_on: date
    last_day: date | None
    """None: it is the level now."""


def levels_of(heard: Register) -> tuple[LevelTime, ...]:
    """The times at each level one after the other; set again as it was, it is the same time.

    Of two set on one day the one said later holds.

    Source: MAPPA Guidance ch. 7; R-LVL-4: never derived from the risk of serious harm.
    """
    by_day = {word.on: word.level for word in sorted(heard.levels, key=in_force)}
    times = list[LevelTime]()
    for on, level in by_day.items():
        if times and times[-1].level == level:
            continue
        if times:
            times[-1] = LevelTime(times[-1].level, times[-1].begins_on, on - DAY)
        times.append(LevelTime(level, on, None))
    return tuple(times)
