"""What the door keeps, and under which keys."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from schemas.base import Fact, Instant, PersonId
from schemas.catalogue import BY_KIND
from services.admission.rules import WORN_AT_MOST
from services.runtime.decision import State


class KnownAs(State):
    """Which person an identifier means."""

    person_id: PersonId


class Person(State):
    """A person the hub knows."""

    known_since: Instant


class Heard(State):
    """What one source said of one person lately: event ids with digests, oldest first."""

    said: tuple[str, ...] = ()


ACTS_HEARD = "heard:acts"
"""Under which key it is kept which acts were let in."""


class Worn(State):
    """A device was put on a person, or taken off."""

    at: Instant
    person_id: PersonId
    on: bool


class Device(State):
    """The latest that was said about who wears the device, by the time it happened.

    In whatever order it is learned, the same facts give the same answer.
    """

    worn: tuple[Worn, ...] = ()

    def with_one(self, one: Worn) -> Device:
        """The device with that known too."""
        return Device(worn=tuple(sorted({*self.worn, one}, key=_place)[-WORN_AT_MOST:]))

    def wearer(self, at: datetime) -> PersonId | None:
        """Who wore it at that moment: whoever it was fitted to last, if it was not taken off them.

        From the instant of fitting to that of removal. Taken off and fitted again in one instant,
        it is worn: better watched without need than not.
        """
        before = [one for one in self.worn if one.at <= at]
        fittings = [one for one in before if one.on]
        if not fittings:
            return None
        last = fittings[-1]
        removed = any(
            not one.on and one.person_id == last.person_id and one.at > last.at for one in before
        )
        return None if removed else last.person_id


def _place(one: Worn) -> tuple[datetime, bool, str]:
    return one.at, one.on, str(one.person_id)


class Waits(State):
    """One fact that waits for its person."""

    number: str
    kind: str
    body: str
    recorded_at: Instant
    keys: tuple[str, ...]

    @property
    def place(self) -> tuple[datetime, str, int]:
        """Where it stands among all that wait: the order in which the broker received them."""
        topic, _, offset = self.number.rpartition("@")
        return self.recorded_at, topic, int(offset)

    def fact(self) -> Fact:
        """The fact as it was said."""
        return BY_KIND[self.kind].fact.model_validate_json(self.body)


class Waiting(State):
    """The facts that wait under one identifier or device, in the order they came."""

    letters: tuple[Waits, ...] = ()


class Waited(State):
    """How many facts of one sender began to wait on the latest day on which any did."""

    on: date
    facts: int


class LastTick(State):
    """The hub's clock; it never goes back."""

    now: Instant


class InForce(State):
    """The version adopted last, and which letters said such things, oldest first."""

    version: str
    said: tuple[UUID, ...] = ()


STATES: dict[str, type[State]] = {
    "id": KnownAs,
    "person": Person,
    "heard": Heard,
    "device": Device,
    "wait": Waiting,
    "waited": Waited,
    "clock": LastTick,
    "adopted": InForce,
    "door": State,
}
"""Type of state by the first part of its key."""

DOOR = "door"
"""The row a letter is decided under; nothing is kept there, all changes are to other rows."""
