"""The door: who said it, may they, is it well formed, whom is it about, was it said before.

Nothing here depends on who else is known: what is said of a person the hub does not know waits for
72 hours and is then forgotten, and the sender's answer is the same (design §2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from schemas.base import (
    Fact,
    FactAboutDevice,
    FactAboutPerson,
    Identifier,
    IdentifierType,
    Instant,
    LogFact,
    PersonId,
    derived_id,
    kebab,
)
from schemas.catalogue import BY_KIND, entry_of
from schemas.log import Tick
from schemas.tracking import TagFitted, TagRemoved
from services.admission.identifiers import canonical
from services.admission.rules import AHEAD, DEPTH, REMEMBERED, WAITING_AT_MOST, WAITS_FOR, Rules
from services.runtime.decision import Context, Decision, Row, Rows, State
from services.runtime.faults import Refused, Unreadable

OWN_NUMBERS = frozenset({IdentifierType.HOUSING, IdentifierType.MDSS})
"""Numbers that mean something only together with who issued them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One record at the door: who the topic says it is from, and what it holds, if readable."""

    speaker: str
    part: str
    """The last part of the topic's name: which fact belongs there."""
    number: str
    """Topic and offset; the letter's own."""
    recorded_at: datetime
    depth: int
    fact: Fact | None
    fault: Unreadable | None = None
    original: Any = None
    """The record itself, handed through for the dead letter and never looked into here."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A fact for the log; a log fact goes to every partition."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter for its sender's dead letters, untouched, with the reason."""

    letter: Letter
    reason: str
    field: str


class KnownAs(State):
    """Which person an identifier means."""

    person_id: PersonId


class Person(State):
    """A person the hub knows."""

    known_since: Instant


class Heard(State):
    """What one source said of one person lately: event ids with digests, oldest first."""

    said: tuple[str, ...] = ()


class Fitting(State):
    """Who wore a device from when to when."""

    person_id: PersonId
    fitted_at: Instant
    removed_at: Instant | None = None


class Device(State):
    """Everybody who wore the device, latest last."""

    fittings: tuple[Fitting, ...] = ()

    def wearer(self, at: datetime) -> PersonId | None:
        """Who wore it at that moment."""
        for fitting in reversed(self.fittings):
            if fitting.fitted_at <= at and (fitting.removed_at is None or at < fitting.removed_at):
                return fitting.person_id
        return None


class Waits(State):
    """One fact that waits for its person."""

    number: str
    kind: str
    body: str
    recorded_at: Instant
    keys: tuple[str, ...]

    def fact(self) -> Fact:
        """The fact as it was said."""
        return BY_KIND[self.kind].fact.model_validate_json(self.body)


class Waiting(State):
    """The facts that wait under one identifier or device, in the order they came."""

    letters: tuple[Waits, ...] = ()


class LastTick(State):
    """The hub's clock; it never goes back."""

    now: Instant


class InForce(State):
    """The version adopted last."""

    version: str


STATES: dict[str, type[State]] = {
    "id": KnownAs,
    "person": Person,
    "heard": Heard,
    "device": Device,
    "wait": Waiting,
    "clock": LastTick,
    "adopted": InForce,
    "door": State,
}
"""Type of state by the first part of its key."""

DOOR = "door"
"""The row a letter is decided under; nothing is kept there, all changes are to other rows."""


class _Desk:
    """The rows as this one decision leaves them, and what it says."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.changed: dict[str, Row[State] | None] = {}
        self.said: list[Fact] = []

    def get(self, key: str) -> State | None:
        if key in self.changed:
            row = self.changed[key]
            return None if row is None else row.state
        found: State | None = self._rows.get(key)
        return found

    def put(self, key: str, state: State | None, wake_at: datetime | None = None) -> None:
        self.changed[key] = None if state is None else Row(state, wake_at)

    def decision(self, because: str) -> Decision[State]:
        return Decision(
            None, because, tuple(Admitted(fact) for fact in self.said), others=self.changed
        )


def admit(_: State | None, letter: Letter, context: Context) -> Decision[State]:
    """What becomes of a letter: into the log, back to its sender, or waiting for its person."""
    desk = _Desk(context.rows)
    try:
        if letter.fault is not None:
            raise letter.fault
        return desk.decision(_admit(desk, letter, context.rules))
    except (Unreadable, Refused) as fault:
        back = Returned(letter, fault.reason, fault.field)
        return Decision(None, f"refused-{fault.reason}", (back,))


def forget(waiting: Waiting, tick: Tick, _: Context) -> Decision[Waiting]:
    """Nothing waits longer than 72 hours; what does is forgotten, counted and not logged."""
    left = tuple(one for one in waiting.letters if one.recorded_at + WAITS_FOR > tick.now)
    if not left:
        return Decision(None, "forgotten")
    return Decision(Waiting(letters=left), "forgotten", wake_at=left[0].recorded_at + WAITS_FOR)


def _admit(desk: _Desk, letter: Letter, rules: Rules | None) -> str:
    fact = letter.fact
    if fact is None:
        raise Refused("empty")
    if kebab(type(fact).__name__) != letter.part:
        raise Refused("wrong-topic")
    if fact.source != letter.speaker:
        raise Refused("foreign-provenance", "source")
    if isinstance(fact, LogFact):
        return _say_everywhere(desk, fact)
    if rules is None:
        raise Refused("nothing-adopted")
    if not rules.agreements.may_say(letter.speaker, fact.kind()):
        raise Refused("not-agreed")
    if letter.depth > DEPTH:
        raise Refused("chain-too-long", "caused_by")
    if fact.occurred_at > letter.recorded_at + AHEAD:
        raise Refused("in-the-future", "occurred_at")
    fact = fact.model_copy(update={"recorded_at": letter.recorded_at})
    if entry_of(fact).derived:
        return _admit_ours(desk, fact, letter)
    _refuse_what_is_ours(letter.fact)
    if isinstance(fact, FactAboutDevice):
        return _admit_of_device(desk, fact, letter)
    if not isinstance(fact, FactAboutPerson):
        raise Refused("nobody")
    return _admit_of_person(desk, fact, letter, rules)


def _refuse_what_is_ours(fact: Fact | None) -> None:
    for field in ("person_id", "recorded_at", "caused_by"):
        if getattr(fact, field) is not None:
            raise Refused("only-the-hub-says-that", field)


# -- what the hub's own services say


def _say_everywhere(desk: _Desk, fact: LogFact) -> str:
    if isinstance(fact, Tick):
        last = desk.get("clock")
        if isinstance(last, LastTick) and fact.now <= last.now:
            return "clock-went-back"
        desk.put("clock", LastTick(now=fact.now))
    else:
        version: str = fact.version  # type: ignore[attr-defined]  # all other log facts have it
        key = f"adopted:{kebab(type(fact).__name__)}"
        known = desk.get(key)
        if isinstance(known, InForce) and known.version == version:
            return "already-adopted"
        desk.put(key, InForce(version=version))
    desk.said.append(fact)
    return "said-everywhere"


def _admit_ours(desk: _Desk, fact: Fact, letter: Letter) -> str:
    if isinstance(fact, FactAboutDevice):
        return _admit_of_device(desk, fact, letter)
    if fact.person_id is None or desk.get(f"person:{fact.person_id}") is None:
        raise Refused("nobody", "person_id")
    desk.said.append(fact)
    return "admitted"


# -- facts about whoever wears a device


def _admit_of_device(desk: _Desk, fact: FactAboutDevice, letter: Letter) -> str:
    device = desk.get(f"device:{fact.device_ref}")
    wearer = device.wearer(fact.occurred_at) if isinstance(device, Device) else None
    if wearer is None:
        return _wait(desk, fact, letter, (f"wait:device:{fact.device_ref}",))
    return _into_log(desk, fact, wearer)


def _fit(desk: _Desk, fact: FactAboutPerson, person: PersonId) -> None:
    """Keep who wears the device; let in what was said of it before this was known."""
    if isinstance(fact, TagFitted):
        key = f"device:{fact.device_ref}"
        device = desk.get(key)
        before = device.fittings if isinstance(device, Device) else ()
        desk.put(key, Device(fittings=_refitted(before, person, fact.occurred_at)))
        _release(desk, f"wait:device:{fact.device_ref}", None)
    elif isinstance(fact, TagRemoved):
        key = f"device:{fact.device_ref}"
        device = desk.get(key)
        if isinstance(device, Device):
            desk.put(key, Device(fittings=_removed(device.fittings, person, fact.occurred_at)))


def _refitted(fittings: tuple[Fitting, ...], person: PersonId, at: datetime) -> tuple[Fitting, ...]:
    """A device is on one person at a time: an open fitting before ends where the next begins."""
    ordered = sorted(
        (*fittings, Fitting(person_id=person, fitted_at=at)), key=lambda f: f.fitted_at
    )
    closed = [
        before.model_copy(update={"removed_at": after.fitted_at})
        if before.removed_at is None or before.removed_at > after.fitted_at
        else before
        for before, after in zip(ordered, ordered[1:], strict=False)
    ]
    return (*closed, ordered[-1])


def _removed(fittings: tuple[Fitting, ...], person: PersonId, at: datetime) -> tuple[Fitting, ...]:
    return tuple(
        one.model_copy(update={"removed_at": at})
        if one.person_id == person
        and one.fitted_at <= at
        and (one.removed_at is None or one.removed_at > at)
        else one
        for one in fittings
    )


# -- facts about a person


def _admit_of_person(desk: _Desk, fact: FactAboutPerson, letter: Letter, rules: Rules) -> str:
    numbers = tuple(canonical(number, letter.recorded_at.date()) for number in fact.identifiers)
    fact = fact.model_copy(update={"identifiers": numbers})
    keys = tuple(_key(number, letter.speaker, rules.references.pepper) for number in numbers)
    people = {
        known.person_id for key in keys if isinstance(known := desk.get(f"id:{key}"), KnownAs)
    }
    if fact.person_ref is not None:
        people.add(_by_reference(desk, fact.person_ref, letter.speaker, rules))
    elif not keys:
        raise Refused("nobody", "identifiers")
    if len(people) > 1:
        raise Refused("identifiers-disagree", "identifiers")
    trusted = rules.agreements.is_responsible_authority(letter.speaker)
    if people:
        return _of_known(desk, fact, people.pop(), numbers, keys, trusted=trusted)
    if entry_of(fact).eligibility and trusted:
        return _of_new(desk, fact, letter, keys)
    return _wait(desk, fact, letter, tuple(f"wait:id:{key}" for key in keys))


def _of_known(
    desk: _Desk,
    fact: FactAboutPerson,
    person: PersonId,
    numbers: tuple[Identifier, ...],
    keys: tuple[str, ...],
    *,
    trusted: bool,
) -> str:
    because = _into_log(desk, fact, person)
    for number, key in zip(numbers, keys, strict=True):
        if (trusted or number.type in OWN_NUMBERS) and desk.get(f"id:{key}") is None:
            desk.put(f"id:{key}", KnownAs(person_id=person))
            _release(desk, f"wait:id:{key}", person)
    return because


def _of_new(desk: _Desk, fact: FactAboutPerson, letter: Letter, keys: tuple[str, ...]) -> str:
    """The person becomes known, and what was said of them lately is let in after."""
    person = PersonId(derived_id(fact.event_id, "person"))
    desk.put(f"person:{person}", Person(known_since=letter.recorded_at))
    for key in keys:
        desk.put(f"id:{key}", KnownAs(person_id=person))
    _into_log(desk, fact, person)
    for key in keys:
        _release(desk, f"wait:id:{key}", person)
    return "new-person"


def _by_reference(desk: _Desk, ref: str, speaker: str, rules: Rules) -> PersonId:
    person = rules.references.person(speaker, ref)
    if person is None or desk.get(f"person:{person}") is None:
        raise Refused("unknown-reference", "person_ref")
    return person


def _key(number: Identifier, speaker: str, pepper: bytes) -> str:
    """The number under a keyed hash: identifiers reach no key of any topic."""
    scope = speaker if number.type in OWN_NUMBERS else ""
    text = f"{number.type}\x1f{scope}\x1f{number.value}"
    return blake2b(text.encode(), key=pepper, digest_size=16).hexdigest()


# -- into the log, once; or waiting


def _into_log(desk: _Desk, fact: Fact, person: PersonId) -> str:
    """Say it, unless it was said before.

    Raises:
        Refused: the same event id with another content.
    """
    key = f"heard:{person}:{fact.source}"
    heard = desk.get(key)
    said = heard.said if isinstance(heard, Heard) else ()
    event, digest = str(fact.event_id), _digest(fact)
    for entry in said:
        if entry.startswith(event):
            if entry.endswith(digest):
                return "repeat"
            raise Refused("said-differently", "event_id")
    desk.put(key, Heard(said=(*said, f"{event}:{digest}")[-REMEMBERED:]))
    admitted = fact.model_copy(update={"person_id": person, **_without_reference(fact)})
    desk.said.append(admitted)
    if isinstance(admitted, FactAboutPerson):
        _fit(desk, admitted, person)
    return "admitted"


def _without_reference(fact: Fact) -> dict[str, None]:
    return {"person_ref": None} if isinstance(fact, FactAboutPerson) else {}


def _digest(fact: Fact) -> str:
    body = fact.model_dump_json(exclude={"recorded_at", "person_id"})
    return blake2b(body.encode(), digest_size=8).hexdigest()


def _wait(desk: _Desk, fact: Fact, letter: Letter, keys: tuple[str, ...]) -> str:
    one = Waits(
        number=letter.number,
        kind=fact.kind(),
        body=fact.model_dump_json(),
        recorded_at=letter.recorded_at,
        keys=keys,
    )
    for key in keys:
        waiting = desk.get(key)
        letters = waiting.letters if isinstance(waiting, Waiting) else ()
        if len(letters) >= WAITING_AT_MOST:
            return "waiting-full"
        kept = (*letters, one)
        desk.put(key, Waiting(letters=kept), kept[0].recorded_at + WAITS_FOR)
    return "waiting"


def _release(desk: _Desk, key: str, person: PersonId | None) -> None:
    """Let in what waited under the key; `person` None means whoever wore the device then."""
    waiting = desk.get(key)
    if not isinstance(waiting, Waiting):
        return
    staying = []
    for one in waiting.letters:
        fact = one.fact()
        whose = person or _wearer_of(desk, fact)
        if whose is None:
            staying.append(one)
            continue
        _withdraw(desk, one, key)
        _let_in(desk, fact, whose)
    desk.put(key, Waiting(letters=tuple(staying)) if staying else None, _wake(staying))


def _let_in(desk: _Desk, fact: Fact, person: PersonId) -> None:
    try:
        _into_log(desk, fact, person)
    except Refused:
        return  # its first saying is in the log; this second, other one has no letter to return


def _wearer_of(desk: _Desk, fact: Fact) -> PersonId | None:
    if not isinstance(fact, FactAboutDevice):
        return None
    device = desk.get(f"device:{fact.device_ref}")
    return device.wearer(fact.occurred_at) if isinstance(device, Device) else None


def _withdraw(desk: _Desk, one: Waits, but: str) -> None:
    """The letter waits no more under its other keys."""
    for key in one.keys:
        waiting = desk.get(key)
        if key == but or not isinstance(waiting, Waiting):
            continue
        left = [other for other in waiting.letters if other.number != one.number]
        desk.put(key, Waiting(letters=tuple(left)) if left else None, _wake(left))


def _wake(letters: list[Waits]) -> datetime | None:
    return letters[0].recorded_at + WAITS_FOR if letters else None
