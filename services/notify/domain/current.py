"""What is current of a case: not the facts themselves, only where in the log they stand.

What agencies say counts by the facts' own time, so that the order in which it comes does not
matter; what our own services say follows from all they know, and there the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas.base import Fact, Instant
from schemas.case import AgencyJoinedCase, AgencyLeftCase, LeadSettled, LevelSet
from schemas.custody import RecalledToCustody, Released, ReleaseDateSet, ReturnedToCustody
from schemas.eligibility import ConvictionRecorded
from schemas.housing import TenancyEnded, TenancyOffered, TenancyStarted
from schemas.milestone import MilestoneDeadline, MilestoneMissed, MilestoneStage
from schemas.register import (
    AddressChanged,
    BreachDecided,
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    RequirementEnded,
    RequirementOpened,
)
from schemas.risk import AlertClosed, AlertRaised, RoshAssessed
from schemas.supervision import SupervisionEnded, SupervisionSet
from schemas.tracking import TagFitted, TagRemoved, ZoneEnded, ZoneEntered, ZoneLeft, ZoneSet
from schemas.victim import VictimDeadline

MOST = 32
"""So many of one kind are kept as current, and as over; the newest. Local choice, decision 13."""


class Current(NamedTuple):
    """The last word on one matter of the case; a tuple, so that rows stay small."""

    matter: str
    which: str
    """Of several of a kind: which tenancy, which zone."""
    at: Instant
    tie: str
    """Of two at one instant the greater counts, in whatever order they come."""
    offset: int | None
    """Where in the log it stands; None: the matter is over."""
    under: int
    """Which of the case's versions of the agreements was in force there."""


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a kind of fact is about."""

    name: str
    which: str = ""
    """The field that tells several of a kind apart."""
    stands: bool = True
    """Whether it is so from there on, or over."""
    derived: bool = False
    """Said by a service of ours: the last one in the log counts, and what is over is forgotten."""


_MATTERS: Mapping[type[Fact], _Matter] = {
    ConvictionRecorded: _Matter("conviction", "event_id"),
    AddressChanged: _Matter("address"),
    LevelSet: _Matter("level"),
    RoshAssessed: _Matter("rosh"),
    ReleaseDateSet: _Matter("custody"),
    Released: _Matter("custody"),
    RecalledToCustody: _Matter("recall"),
    ReturnedToCustody: _Matter("return"),
    SupervisionSet: _Matter("supervision", "supervision_ref"),
    SupervisionEnded: _Matter("supervision", "supervision_ref", stands=False),
    TenancyOffered: _Matter("tenancy", "tenancy_ref"),
    TenancyStarted: _Matter("tenancy", "tenancy_ref"),
    TenancyEnded: _Matter("tenancy", "tenancy_ref", stands=False),
    ZoneSet: _Matter("zone", "zone_ref"),
    ZoneEnded: _Matter("zone", "zone_ref", stands=False),
    TagFitted: _Matter("tag", "device_ref"),
    TagRemoved: _Matter("tag", "device_ref", stands=False),
    AgencyJoinedCase: _Matter("member", "agency"),
    AgencyLeftCase: _Matter("member", "agency", stands=False),
    LeadSettled: _Matter("lead", derived=True),
    CategoryChanged: _Matter("category", derived=True),
    RequirementOpened: _Matter("requirement", derived=True),
    RequirementEnded: _Matter("requirement", stands=False, derived=True),
    DeadlineOpened: _Matter("duty", "deadline_ref", derived=True),
    DeadlineMissed: _Matter("duty", "deadline_ref", derived=True),
    DeadlineMet: _Matter("duty", "deadline_ref", stands=False, derived=True),
    DeadlineCancelled: _Matter("duty", "deadline_ref", stands=False, derived=True),
    BreachDecided: _Matter("breach", "deadline_ref"),
    MilestoneDeadline: _Matter("milestone", "deadline_ref", derived=True),
    MilestoneMissed: _Matter("milestone", "deadline_ref", derived=True),
    VictimDeadline: _Matter("victim", "deadline_ref", derived=True),
    AlertRaised: _Matter("alert", "alert_ref", derived=True),
    AlertClosed: _Matter("alert", "alert_ref", stands=False, derived=True),
    ZoneEntered: _Matter("crossing", "zone_ref", derived=True),
    ZoneLeft: _Matter("crossing", "zone_ref", stands=False, derived=True),
}
"""What is not here is news of its day and never told anew: an interference, a notice, a receipt."""


def with_fact(
    current: tuple[Current, ...], fact: Fact, offset: int, under: int
) -> tuple[Current, ...]:
    """What is current once that fact was said; the same where it changes nothing."""
    matter = _MATTERS.get(type(fact))
    if matter is None or (isinstance(fact, LeadSettled) and not fact.counted):
        return current
    stands = matter.stands and not _settled(fact)
    word = Current(
        matter=matter.name,
        which=_which(matter, fact),
        at=fact.occurred_at,
        tie=_tie(fact),
        offset=offset if stands else None,
        under=under,
    )
    last = next((one for one in current if _about(one) == _about(word)), None)
    if last is not None and not matter.derived and _order(word) <= _order(last):
        return current
    others = [one for one in current if one is not last]
    if matter.derived and not stands:
        return tuple(others)
    return _bounded(sorted((*others, word), key=_about), word)


def no_longer(current: tuple[Current, ...], offset: int) -> tuple[Current, ...]:
    """What is current where the fact that stands there was taken back: its matter is over."""
    return tuple(one._replace(offset=None) if one.offset == offset else one for one in current)


def named(current: Iterable[Current], tie: str) -> tuple[int, ...]:
    """Where the facts that are current stand whose numbers begin so."""
    return tuple(one.offset for one in current if one.offset is not None and one.tie.endswith(tie))


def offsets(current: Iterable[Current]) -> tuple[int, ...]:
    """Where the facts that are current stand, as they came."""
    return tuple(sorted(one.offset for one in current if one.offset is not None))


def _settled(fact: Fact) -> bool:
    """Whether it says of a milestone that nothing is to be done any more."""
    if not isinstance(fact, MilestoneDeadline | VictimDeadline):
        return False
    return fact.stage in (MilestoneStage.MET, MilestoneStage.FELL_AWAY)


def _bounded(current: list[Current], word: Current) -> tuple[Current, ...]:
    """So many of the new one's kind and no more: the oldest of them goes."""
    alike = [
        one
        for one in current
        if one.matter == word.matter and (one.offset is None) == (word.offset is None)
    ]
    if len(alike) > MOST:
        current.remove(min(alike, key=lambda one: (one.at, one.tie)))
    return tuple(current)


def _which(matter: _Matter, fact: Fact) -> str:
    which = str(getattr(fact, matter.which)) if matter.which else ""
    # A landlord's number of a tenancy is its own; another's may be the same.
    return f"{fact.source}/{which}" if matter.name == "tenancy" else which


def _tie(fact: Fact) -> str:
    """As filters break it (the higher level), and else by the fact's own number."""
    first = fact.level if isinstance(fact, LevelSet) else 0
    first = fact.zone_version if isinstance(fact, ZoneSet) else first
    return f"{first:06}{fact.event_id.hex[:12]}"


def _about(one: Current) -> tuple[str, str]:
    return one.matter, one.which


def _order(one: Current) -> tuple[datetime, bool, str]:
    """By time; at one instant what is over is over."""
    return one.at, one.offset is None, one.tie
