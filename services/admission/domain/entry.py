"""Into the log, once; and after it whatever waited for what it tells."""

from __future__ import annotations

from hashlib import blake2b

from schemas.base import Fact, FactAboutDevice, FactAboutPerson, PersonId
from schemas.tracking import TagFitted, TagRemoved
from services.admission.domain import waiting
from services.admission.domain.desk import Desk
from services.admission.domain.people import learn
from services.admission.domain.states import Device, Heard, Worn
from services.admission.rules import REMEMBERED

SAID_DIFFERENTLY = "said-differently"
"""The same event id came before with another content; the first stands in the log."""


def let_in(desk: Desk, fact: Fact, person: PersonId) -> str:
    """Say it of that person, unless it was said before; then let in what waited for this.

    A fact may tell of a number not known yet, a fitting who wears a device: what waited for that
    follows, in the order in which it came, and what waited for any of those after it.
    """
    because, keys = take(desk, fact, person)
    while keys:
        following: list[str] = []
        for one in waiting.those_under(desk, keys):
            of_it = one.fact()
            whose = wearer(desk, of_it) if isinstance(of_it, FactAboutDevice) else person
            if whose is not None:
                waiting.withdraw(desk, one)
                following += take(desk, of_it, whose)[1]
        keys = tuple(following)
    return because


def wearer(desk: Desk, fact: FactAboutDevice) -> PersonId | None:
    """Who wore the device when it happened."""
    device = desk.get(f"device:{fact.device_ref}", Device)
    return None if device is None else device.wearer(fact.occurred_at)


def take(desk: Desk, fact: Fact, person: PersonId) -> tuple[str, tuple[str, ...]]:
    """What became of it, and under which keys facts wait for what it tells."""
    because = _once(desk, fact, person)
    if because == SAID_DIFFERENTLY or not isinstance(fact, FactAboutPerson):
        return because, ()
    keys = learn(desk, fact, person)
    if because == "admitted" and isinstance(fact, TagFitted | TagRemoved):
        keys += _worn(desk, fact, person)
    return because, keys


def _once(desk: Desk, fact: Fact, person: PersonId) -> str:
    key = f"heard:{person}:{fact.source}"
    before = heard(desk, key, fact)
    if before is not None:
        return before
    hear(desk, key, fact, REMEMBERED)
    hidden = {"person_ref": None} if isinstance(fact, FactAboutPerson) else {}
    desk.say(fact.model_copy(update={"person_id": person, **hidden}))
    return "admitted"


def heard(desk: Desk, key: str, fact: Fact) -> str | None:
    """Whether that was said before, to the letter or differently; None if it was not."""
    for entry in (desk.get(key, Heard) or Heard()).said:
        if entry.startswith(str(fact.event_id)):
            return "repeat" if entry.endswith(_digest(fact)) else SAID_DIFFERENTLY
    return None


def hear(desk: Desk, key: str, fact: Fact, remembered: int) -> None:
    """From here on it was said; so many are remembered, the latest."""
    said = (desk.get(key, Heard) or Heard()).said
    desk.put(key, Heard(said=(*said, f"{fact.event_id}:{_digest(fact)}")[-remembered:]))


def _digest(fact: Fact) -> str:
    """The same of a letter and of what the log holds of it, so that it can be had from there."""
    body = fact.model_dump_json(exclude={"recorded_at", "person_id", "person_ref"})
    return blake2b(body.encode(), digest_size=8).hexdigest()


def _worn(desk: Desk, fact: TagFitted | TagRemoved, person: PersonId) -> tuple[str, ...]:
    key, fitted = f"device:{fact.device_ref}", isinstance(fact, TagFitted)
    device = desk.get(key, Device) or Device()
    desk.put(key, device.with_one(Worn(at=fact.occurred_at, person_id=person, on=fitted)))
    return (f"wait:{key}",) if fitted else ()
