"""What the register keeps of each fact of levels, custody, recall, parole, zones and victims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.case import FormJSettled, LevelSet
from schemas.custody import (
    AbsenceAgreed,
    AwayFromHome,
    ParoleStepTaken,
    RecalledToCustody,
    ReleaseDateSet,
    ReturnedToCustody,
)
from schemas.tracking import TagFitted, TagRemoved, ZoneEnded, ZoneSet
from schemas.victim import VictimStepTaken
from services.registry.dates import local_day
from services.registry.domain.custody import (
    Absence,
    Away,
    Contact,
    FormJ,
    Level,
    Parole,
    Plan,
    Recall,
    Return,
    Tag,
    ZoneGone,
    ZoneWord,
)
from services.runtime.decision import State


def _level(fact: LevelSet) -> Level:
    return Level(on=fact.set_on, said_at=fact.occurred_at, level=fact.level)


def _plan(fact: ReleaseDateSet) -> Plan:
    return Plan(said_at=fact.occurred_at, release_on=fact.release_on, release=fact.release)


def _recall(fact: RecalledToCustody) -> Recall:
    """A form said without its day was decided on the day it was said."""
    return Recall(
        recall_ref=fact.recall_ref,
        said_at=fact.occurred_at,
        recalled_on=fact.recalled_on,
        group=fact.group,
        months=fact.term_months,
        days=fact.term_days,
        new_charge=fact.new_charge,
        serious_charge=fact.serious_charge,
        terrorist=fact.terrorist,
        foreign_power=fact.foreign_power,
        referred_before_release=fact.referred_before_release,
        repatriated_for_murder=fact.repatriated_for_murder,
        particular_concern=fact.particular_concern,
        discretionary_conditional=fact.discretionary_conditional,
        category_4=fact.category_4,
        requisite_on=fact.requisite_on,
        sentence_ends_on=fact.sentence_ends_on,
        form=fact.form,
        decided_on=None if fact.form is None else fact.decided_on or local_day(fact.occurred_at),
        under_18=fact.under_18,
    )


def _return(fact: ReturnedToCustody) -> Return:
    return Return(recall_ref=fact.recall_ref, said_at=fact.occurred_at, on=fact.returned_on)


def _absence(fact: AbsenceAgreed) -> Absence:
    return Absence(
        absence_ref=fact.absence_ref,
        said_at=fact.occurred_at,
        notified_on=fact.notified_on,
        leaves_on=fact.leaves_on,
    )


def _parole(fact: ParoleStepTaken) -> Parole:
    return Parole(on=fact.taken_on, step=fact.step)


def _form_j(fact: FormJSettled) -> FormJ:
    return FormJ(on=fact.settled_on, sent=fact.sent)


def _contact(fact: VictimStepTaken) -> Contact:
    return Contact(on=fact.taken_on, step=fact.step)


def _zone(fact: ZoneSet) -> ZoneWord:
    """When it binds, never where."""
    return ZoneWord(
        zone_ref=fact.zone_ref,
        version=fact.zone_version,
        said_at=fact.occurred_at,
        begins_at=fact.in_force_from,
        ends_at=fact.in_force_to,
    )


def _zone_gone(fact: ZoneEnded) -> ZoneGone:
    return ZoneGone(zone_ref=fact.zone_ref, at=fact.occurred_at)


def _fitted(fact: TagFitted) -> Tag:
    return Tag(device_ref=fact.device_ref, at=fact.occurred_at, fitted=True)


def _removed(fact: TagRemoved) -> Tag:
    return Tag(device_ref=fact.device_ref, at=fact.occurred_at, fitted=False)


def _away(fact: AwayFromHome) -> Away:
    return Away(
        absence_ref=fact.absence_ref,
        said_at=fact.occurred_at,
        leaves_at=fact.leaves_at,
        until=fact.until,
        notified_at=fact.notified_at,
    )


OF: Mapping[type[Fact], tuple[str, Callable[[Any], State]]] = MappingProxyType(
    {
        LevelSet: ("levels", _level),
        ReleaseDateSet: ("plans", _plan),
        RecalledToCustody: ("recalls", _recall),
        ReturnedToCustody: ("returns", _return),
        AbsenceAgreed: ("absences", _absence),
        AwayFromHome: ("away", _away),
        ParoleStepTaken: ("parole", _parole),
        FormJSettled: ("forms_j", _form_j),
        VictimStepTaken: ("contacts", _contact),
        ZoneSet: ("zones", _zone),
        ZoneEnded: ("zones_gone", _zone_gone),
        TagFitted: ("tags", _fitted),
        TagRemoved: ("tags", _removed),
    }
)
"""Which part of the row a fact goes to, and what of it."""
