"""Whose numbers these are."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from schemas.base import FactAboutPerson, Identifier, IdentifierType, PersonId, derived_id
from services.admission.domain.desk import Desk
from services.admission.domain.states import KnownAs, Person
from services.runtime.faults import Refused

OWN_NUMBERS = frozenset({IdentifierType.HOUSING, IdentifierType.MDSS})
"""Numbers that mean something only together with who issued them."""


def meant(desk: Desk, fact: FactAboutPerson) -> frozenset[PersonId]:
    """The people the hub knows whom the fact's numbers mean: one, if all is well.

    The hub's own reference decides alone for those outside the Responsible Authority: whether a
    number beside it belongs to somebody else the hub knows must make no difference to them.

    Raises:
        Refused: a reference that is none of this source's, or nothing to go by.
    """
    found = frozenset(
        known.person_id
        for number in fact.identifiers
        if (known := desk.get(_known_as(desk, number, fact.source), KnownAs))
    )
    if fact.person_ref is None:
        if not fact.identifiers:
            raise Refused("nobody", "identifiers")
        return found
    person = _referred_to(desk, fact.person_ref, fact.source)
    if trusted(desk, fact.source):
        return found | {person}
    return frozenset({person})


def first_told_by(fact: FactAboutPerson) -> PersonId:
    """The number of the person whom that fact makes known."""
    return PersonId(derived_id(fact.event_id, "person"))


def trusted(desk: Desk, speaker: str) -> bool:
    """Whether it may make people known, and may tell which numbers are one person's."""
    return desk.rules.agreements.is_responsible_authority(speaker)


def learn(desk: Desk, fact: FactAboutPerson, person: PersonId) -> tuple[str, ...]:
    """From here on these numbers mean that person too; under which keys facts wait for that.

    Numbers that anybody may use are learned from the Responsible Authority alone, an issuer's own
    also from the issuer. What a number means already, it goes on meaning.
    """
    new = []
    for number in fact.identifiers:
        key = _known_as(desk, number, fact.source)
        may_tell = number.type in OWN_NUMBERS or trusted(desk, fact.source)
        if may_tell and desk.get(key, KnownAs) is None:
            desk.put(key, KnownAs(person_id=person))
            new.append(f"wait:{key}")
    return tuple(new)


def waiting_keys(desk: Desk, fact: FactAboutPerson) -> Iterator[str]:
    """Under which keys the fact waits for its person."""
    for number in fact.identifiers:
        yield f"wait:{_known_as(desk, number, fact.source)}"


def _referred_to(desk: Desk, ref: str, speaker: str) -> PersonId:
    person = desk.rules.references.person(speaker, ref)
    if person is None or desk.get(f"person:{person}", Person) is None:
        raise Refused("unknown-reference", "person_ref")
    return person


def _known_as(desk: Desk, number: Identifier, speaker: str) -> str:
    """The number under a keyed hash: identifiers reach no key of any topic."""
    scope = speaker if number.type in OWN_NUMBERS else ""
    text = f"{number.type}\x1f{scope}\x1f{number.value}"
    digest = blake2b(text.encode(), key=desk.rules.references.pepper, digest_size=16)
    return f"id:{digest.hexdigest()}"
