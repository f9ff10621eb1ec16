"""What the register keeps of levels, custody, recall, parole, absences, zones and victim contact.

As in `state.py`: days and coded words, what was heard and nothing that identifies. No outline of a
zone is kept, nor anything of a victim but that a step was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from schemas.custody import NewCharge, ParoleStep, RecallForm, ReleaseKind, SentenceGroup
from schemas.victim import VictimStep
from services.registry.domain.status import SupervisionWord
from services.runtime.decision import State


class Level(State):
    """The level of management, as it was set."""

    on: date
    said_at: datetime
    level: int


class Plan(State):
    """A release as the prison set its day."""

    said_at: datetime
    release_on: date
    release: ReleaseKind


class Recall(State):
    """One word about a recall; of several the one said last holds."""

    recall_ref: str
    said_at: datetime
    recalled_on: date
    group: SentenceGroup
    months: int | None
    """Whole months of the sentence; None: not known."""
    days: int
    new_charge: NewCharge | None
    serious_charge: bool | None
    terrorist: bool | None
    foreign_power: bool | None
    referred_before_release: bool | None
    repatriated_for_murder: bool | None
    particular_concern: bool | None
    discretionary_conditional: bool | None
    category_4: bool | None
    requisite_on: date | None
    """The last day of the requisite custodial period, on which release was due without curfew."""
    sentence_ends_on: date | None
    form: RecallForm | None
    decided_on: date | None
    """None: the form is not decided."""
    under_18: bool | None = None
    """On the day of the recall; None: not known."""


class Return(State):
    """Back in custody on a recall."""

    recall_ref: str
    said_at: datetime
    on: date


class Absence(State):
    """A temporary absence as it was agreed; the last word holds."""

    absence_ref: str
    said_at: datetime
    notified_on: date
    leaves_on: date


class Parole(State):
    """A step of a parole review."""

    on: date
    step: ParoleStep


class Away(State):
    """One word about an absence from home; of several the one said last holds."""

    absence_ref: str
    said_at: datetime
    leaves_at: datetime
    until: date
    """The day of the return."""
    notified_at: datetime | None
    """None: by this word it was not."""


class FormJ(State):
    """Form J went, or none is needed."""

    on: date
    sent: bool


class Contact(State):
    """A step of victim contact."""

    on: date
    step: VictimStep


class ZoneWord(State):
    """A zone as it was set: the highest version of it holds."""

    zone_ref: str
    version: int
    said_at: datetime
    begins_at: datetime
    ends_at: datetime | None


class ZoneGone(State):
    """A zone that binds no more."""

    zone_ref: str
    at: datetime


class Tag(State):
    """A device was fitted, or taken off."""

    device_ref: str
    at: datetime
    fitted: bool


W = TypeVar("W", Recall, Absence, Away, SupervisionWord)


def last_words(said: Iterable[W], ref: Callable[[W], str]) -> dict[str, W]:
    """The last word on each, by its reference; of two said at once any, but always the same."""
    in_order = sorted(said, key=lambda one: (one.said_at, one.model_dump_json()))
    return {ref(word): word for word in in_order}
