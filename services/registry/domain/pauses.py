"""The days that do not count: in custody, detained in a hospital, outside the United Kingdom."""

from __future__ import annotations

from datetime import date

from schemas.custody import Presence
from services.registry.dates import Pause
from services.registry.domain.record import convictions_of
from services.registry.domain.state import Register
from services.registry.rules import Rules

_DETAINED = frozenset({Presence.IN_CUSTODY, Presence.IN_HOSPITAL})


def pauses_of(heard: Register, rules: Rules) -> tuple[Pause, ...]:
    """Each from the day it began to the day the person was free, who may be so no day yet.

    Two that overlap are two: the clock stands still while any of them lasts.

    Source: SOA 2003 s.83(6), s.84(5), s.85(4); R-NOT-20, R-NOT-42.
    """
    begun = [one.on for one in heard.whereabouts if one.presence in rules.pauses.on(one.on)]
    begun += [one.on for one in heard.returns if Presence.IN_CUSTODY in rules.pauses.on(one.on)]
    begun += [
        one.convicted_on
        for one in convictions_of(heard)
        if one.in_custody and Presence.IN_CUSTODY in rules.pauses.on(one.convicted_on)
    ]
    return tuple(Pause(day, free_on(heard, day)) for day in sorted(set(begun)))


def free_on(heard: Register, day: date) -> date | None:
    """The first day from that one on, itself included, on which the person was let go or is back.

    A move from prison to hospital sets nobody free.
    """
    free = [one.on for one in heard.whereabouts if one.presence is Presence.AT_LIBERTY]
    return min((one for one in (*heard.releases, *free) if one >= day), default=None)


def held_on(heard: Register, day: date) -> bool:
    """Whether the person was in custody or detained in a hospital on that day.

    Who is let go on it was not.
    """
    begun = [one.on for one in heard.whereabouts if one.presence in _DETAINED]
    begun += [one.convicted_on for one in convictions_of(heard) if one.in_custody]
    free = (free_on(heard, on) for on in begun if on <= day)
    return any(on is None or on > day for on in free)


def let_go(heard: Register) -> set[date]:
    """The days of release from custody or from detention in a hospital; a return is none.

    Source: SOA 2003 s.84(1)(d).
    """
    ends = {free_on(heard, day) for day in held_from(heard)}
    return {*heard.releases, *(day for day in ends if day is not None)}


def held_from(heard: Register) -> set[date]:
    """The days from which the person was in custody or detained, but for the relevant dates."""
    told = (one.on for one in heard.whereabouts if one.presence in _DETAINED)
    return {*told, *(one.on for one in heard.returns)}
