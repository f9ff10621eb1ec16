"""Who plays which part in the story: drawn once, by number, before anybody is made.

Each part is given to people whom it can be true of, and parts that would contradict each other
never meet: nobody in custody wears a tag, and none but those who leave it today need a home.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from services.hub.demo.area import Size
from services.hub.demo.offences import (
    SETTLED_DAYS,
    Offence,
    registered_offence,
    served,
    violent_offence,
)

DERBY, AMBER_VALLEY = "E06000015", "E07000032"
DERBY_HOUSING, AMBER_HOUSING = "derby-housing", "amber-valley-housing"
OVERDUE_SINCE_DAYS = 400
"""Who is overdue has had to notify each year for longer than this."""
LONG_MONTHS = 12
"""Only terms from this length on are served on the day of the story."""
CHILDRENS, DWP, EM = "derby-childrens-care", "dwp", "em"


@dataclass(frozen=True, slots=True)
class Roles:
    """Parts by the person's number."""

    offences: Mapping[int, Offence]
    in_prison: frozenset[int]
    leaving_today: frozenset[int]
    levels: Mapping[int, int]
    """Of those not at level 1."""
    supervised: frozenset[int]
    overdue: frozenset[int]
    wearers: tuple[int, ...]
    on_case: Mapping[str, frozenset[int]]
    """By agency, beside the Responsible Authority."""


def cast(size: Size, draw: Random, today: date) -> Roles:
    """The same parts for the same draw and day."""
    registered = range(1, size.registered + 1)
    violent = range(size.registered + 1, size.registered + size.violent + 1)
    offences = {n: registered_offence(draw, today) for n in registered}
    offences |= {n: violent_offence(draw, today) for n in violent}
    everybody = [*registered, *violent]
    draw.shuffle(everybody)

    long = [n for n in everybody if offences[n].prison and offences[n].term_months >= LONG_MONTHS]
    in_prison = long[: size.in_custody]
    leaving = in_prison[: size.leaving_today]
    for n in in_prison:
        # Begun long enough ago for the case to be known to all.
        longest = served(offences[n].term_months).days - SETTLED_DAYS
        days = 0 if n in leaving else draw.randint(3, min(400, longest))
        offences[n] = offences[n].still_serving(today + timedelta(days=days))

    inside = set(in_prison)
    free = [n for n in everybody if n not in inside and not offences[n].hospital]
    levels = dict(zip(free, [3] * size.level_3 + [2] * size.level_2, strict=False))
    supervised = {*violent, *levels}
    rest = [n for n in everybody if n in registered and n not in supervised]
    supervised |= set(rest[: size.supervised])
    long_ago = today - timedelta(days=OVERDUE_SINCE_DAYS)
    police_led = [n for n in free if n not in supervised and offences[n].at_large_on < long_ago]
    overdue = police_led[: size.overdue]

    wearers = [n for n in free if n in supervised][: size.wearers]
    homes = [n for n in free if n not in wearers]
    homes = [n for n in homes if n not in overdue]
    derby = [*in_prison[: size.leaving_today : 2], *homes][: size.derby_tenants]
    homes = [n for n in homes if n not in derby]
    valley = [*in_prison[1 : size.leaving_today : 2], *homes][: size.amber_valley_tenants]
    staying = in_prison[size.leaving_today :]
    benefits = [*staying[: size.benefit_cases // 2], *free][: size.benefit_cases]
    return Roles(
        offences=offences,
        in_prison=frozenset(in_prison),
        leaving_today=frozenset(leaving),
        levels=levels,
        supervised=frozenset(supervised),
        overdue=frozenset(overdue),
        wearers=tuple(wearers),
        on_case={
            EM: frozenset(wearers),
            DERBY_HOUSING: frozenset(derby),
            AMBER_HOUSING: frozenset([*valley, *derby[-size.both_authorities :]]),
            CHILDRENS: frozenset(draw.sample(everybody, size.childrens_cases)),
            DWP: frozenset(benefits),
        },
    )
