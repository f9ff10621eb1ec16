"""More facts of the invented person: levels, custody, recall, parole, zones and victim contact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.case import FormJSettled, LevelSet
from schemas.custody import (
    AbsenceAgreed,
    NewCharge,
    ParoleStep,
    ParoleStepTaken,
    RecalledToCustody,
    ReleaseDateSet,
    ReleaseKind,
    ReturnedToCustody,
    SentenceGroup,
)
from schemas.tracking import Point, TagFitted, ZoneKind, ZoneSet
from schemas.victim import VictimStep, VictimStepTaken
from services.hub.register.making import made
from services.hub.register.words import length, said
from services.registry.dates import LONDON, start_of

_NOWHERE = tuple(Point(longitude_deg=x, latitude_deg=y) for x, y in ((0, 0), (1, 0), (0, 1)))
_NOT_IN_THE_WAY = {
    "terrorist": False,
    "foreign_power": False,
    "referred_before_release": False,
    "repatriated_for_murder": False,
    "particular_concern": False,
    "discretionary_conditional": False,
    "category_4": False,
    "serious_charge": False,
    "under_18": False,
}


def levelled(on: date, level: int) -> LevelSet:
    """The level, set."""
    return made(LevelSet, on, level=level, set_on=on)


def planned(told_on: date, release_on: date) -> ReleaseDateSet:
    """A release on licence, as the prison told it that day."""
    how = {"release": ReleaseKind.LICENCE, "prison_code": "ZZZ"}
    return made(ReleaseDateSet, told_on, release_on=release_on, **how)


def recalled(on: date, months: int | None = 24, **fields: Any) -> RecalledToCustody:  # noqa: ANN401
    """A recall of an adult, with nothing in the way of a fixed term unless said otherwise."""
    told: dict[str, Any] = {
        "recall_ref": "recall-1",
        "recalled_on": on,
        "term_months": months,
        "group": SentenceGroup.ADULT_DETERMINATE,
        "new_charge": NewCharge.NONE,
        **_NOT_IN_THE_WAY,
        **fields,
    }
    return made(RecalledToCustody, told.get("decided_on") or on, **told)


def back(on: date) -> ReturnedToCustody:
    """Returned on it."""
    return made(ReturnedToCustody, on, recall_ref="recall-1", returned_on=on)


def absent(told_on: date, leaves_on: date) -> AbsenceAgreed:
    """Notice of a temporary absence for a day."""
    days = {"notified_on": told_on, "leaves_on": leaves_on, "back_on": leaves_on}
    return made(AbsenceAgreed, told_on, absence_ref="absence-1", **days)


def parole(step: ParoleStep, on: date) -> ParoleStepTaken:
    """A step of parole."""
    return made(ParoleStepTaken, on, step=step, taken_on=on)


def form_j(on: date, *, sent: bool = True) -> FormJSettled:
    """Form J sent, or said not to be needed."""
    return made(FormJSettled, on, sent=sent, settled_on=on)


def contact(step: VictimStep, on: date) -> VictimStepTaken:
    """A step of victim contact."""
    return made(VictimStepTaken, on, step=step, taken_on=on)


def zone(told_on: date, binds_from: date) -> ZoneSet:
    """A zone to stay out of, nowhere at all."""
    where = {"zone_ref": "zone-1", "zone_version": 1, "zone": ZoneKind.EXCLUSION}
    where |= {"outline": _NOWHERE, "in_force_from": start_of(binds_from)}
    return made(ZoneSet, told_on, **where)


def fitted(on: date) -> TagFitted:
    """A tag fitted."""
    return made(TagFitted, on, device_ref="device-1")


def _plan(fact: ReleaseDateSet) -> str:
    return f"{_told(fact)}: the prison tells release on {said(fact.release_on)}"


def _recall(fact: RecalledToCustody) -> str:
    """In words only what is not as usual."""
    months = length(fact.term_months or 0, fact.term_days) if fact.term_months else "length unknown"
    words = [fact.group.value.replace("-", " "), months]
    if fact.new_charge is not NewCharge.NONE:
        words.append(f"new charge: {'unknown' if fact.new_charge is None else fact.new_charge}")
    for name in _NOT_IN_THE_WAY:
        known = getattr(fact, name)
        if known is not False:
            words.append(f"{name.replace('_', ' ')}{': unknown' if known is None else ''}")
    for name, day in (("requisite date", fact.requisite_on), ("ends", fact.sentence_ends_on)):
        words += [] if day is None else [f"{name} {said(day)}"]
    if fact.form is not None and fact.decided_on is not None:
        words.append(f"{fact.form.value.replace('-', ' ')} decided {said(fact.decided_on)}")
    return f"{said(fact.recalled_on)}: recalled, {', '.join(words)}"


def _absence(fact: AbsenceAgreed) -> str:
    return f"{said(fact.notified_on)}: notice of an absence on {said(fact.leaves_on)}"


def _form(fact: FormJSettled) -> str:
    return f"{said(fact.settled_on)}: form J {'sent' if fact.sent else 'not needed'}"


def _contact(fact: VictimStepTaken) -> str:
    return f"{said(fact.taken_on)}: victim contact, {fact.step}"


def _zone(fact: ZoneSet) -> str:
    binds = fact.in_force_from.astimezone(LONDON).date()
    return f"{_told(fact)}: a zone that binds from {said(binds)}"


def _told(fact: Fact) -> str:
    return said(fact.occurred_at.astimezone(LONDON).date())


WORDS: Mapping[type[Fact], Callable[[Any], str]] = MappingProxyType(
    {
        LevelSet: lambda fact: f"{said(fact.set_on)}: level {fact.level}",
        ReleaseDateSet: _plan,
        RecalledToCustody: _recall,
        ReturnedToCustody: lambda fact: f"{said(fact.returned_on)}: back in custody",
        AbsenceAgreed: _absence,
        ParoleStepTaken: lambda fact: f"{said(fact.taken_on)}: parole, {fact.step}",
        FormJSettled: _form,
        VictimStepTaken: _contact,
        ZoneSet: _zone,
        TagFitted: lambda fact: f"{_told(fact)}: a tag is fitted",
    }
)
