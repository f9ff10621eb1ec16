"""Facts of the log itself: the clock, what is in force, and whom the hub is not watching."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import Fact, FieldClass, Instant, LogFact, Part, Ref, Slug, has


class Tick(LogFact):
    """The hub's clock: the only "now" a rule ever sees. It never goes back."""

    now: Annotated[Instant, has(FieldClass.REFERENCE, "The moment.")]


class RulesAdopted(LogFact):
    """From here on decisions follow this set of rules."""

    version: Annotated[Ref, has(FieldClass.REFERENCE, "The rule set.")]


class AgreementsAdopted(LogFact):
    """From here on agencies are told what these agreements grant."""

    version: Annotated[Ref, has(FieldClass.REFERENCE, "Fingerprint of all agreement files.")]


class BuildAdopted(LogFact):
    """From here on only workers of this build decide."""

    version: Annotated[Ref, has(FieldClass.REFERENCE, "Fingerprint of the code.")]


class SchemasAdopted(LogFact):
    """From here on facts are written by the newest schemas up to this id: every reader has them."""

    version: Annotated[Ref, has(FieldClass.REFERENCE, "The highest id of a schema in use.")]


class GrantSuspended(LogFact):
    """From here on what an agency would be told by one grant waits, or does so no more."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Whose grant it is.")]
    about: Annotated[Ref, has(FieldClass.MANAGEMENT, "The kind of fact granted, as on the wire.")]
    waits: Annotated[bool, has(FieldClass.MANAGEMENT, "False: the suspension ends here.")]


class PersonHeld(Fact):
    """A rule failed for this person: one service no longer watches them until an engineer acts."""

    service: Annotated[Slug, has(FieldClass.MANAGEMENT, "Which service holds the person.")]
    fault: Annotated[Ref, has(FieldClass.INTERNAL, "The type of the error, never its text.")]


class HoldLifted(Fact):
    """Somebody decided that a service shall decide again what waited for a held person."""

    service: Annotated[Slug, has(FieldClass.MANAGEMENT, "Which service held the person.")]
    failed_at: Annotated[
        int,
        has(FieldClass.INTERNAL, "Where in the log its rule had failed; else nothing is.", ge=0),
    ]
    skipped: Annotated[
        bool, has(FieldClass.INTERNAL, "Whether the fact it failed on is left out for good.")
    ]
    decided_by: Annotated[Ref, has(FieldClass.PROVENANCE, "Whose decision it was.")]


class Signer(Part):
    """An enrolled identity, the role it acts in, and the proof that it does."""

    actor: Annotated[Ref, has(FieldClass.PROVENANCE, "The identity: an opaque number.")]
    role: Annotated[Slug, has(FieldClass.PROVENANCE, "The role it acts in.")]
    agency: Annotated[Slug, has(FieldClass.PROVENANCE, "The agency whose agreement enrols it.")]
    proof: Annotated[
        str,
        has(
            FieldClass.INTERNAL,
            "A signature or a signed token over exactly this act.",
            pattern=r"^[A-Za-z0-9_.-]+$",
            max_length=6000,
        ),
    ]


class Decided(LogFact):
    """A person decided this; it counts by what was signed, whoever carried it to the hub.

    What is decided is a slug, not an enum: whoever deploys always writes the first version, so a
    word added later has to fit it. Which are known is in `services/agreements/acts.py`.
    """

    what: Annotated[Slug, has(FieldClass.MANAGEMENT, "The matter.")]
    outcome: Annotated[Slug, has(FieldClass.MANAGEMENT, "What was decided in it.")]
    subject: Annotated[Ref, has(FieldClass.INTERNAL, "About which one: an opaque number.")]
    reasons: Annotated[
        tuple[Slug, ...], has(FieldClass.MANAGEMENT, "Why, in coded words.", max_length=8)
    ]
    installation: Annotated[
        Ref, has(FieldClass.INTERNAL, "For which installation of the hub it was signed.")
    ]
    by: Annotated[Signer, has(FieldClass.PROVENANCE, "Who decided.")]
    second: Annotated[
        Signer | None, has(FieldClass.PROVENANCE, "Another person who agrees, where two must.")
    ] = None


class ActRefused(LogFact):
    """An act that needs a person was asked for and refused, and why; nothing came of it."""

    what: Annotated[Slug, has(FieldClass.MANAGEMENT, "The matter.")]
    outcome: Annotated[Slug, has(FieldClass.MANAGEMENT, "What would have been decided in it.")]
    reason: Annotated[Slug, has(FieldClass.MANAGEMENT, "Why not, in a coded word.")]
    actor: Annotated[
        Ref | None, has(FieldClass.PROVENANCE, "Who is said to have asked, if enrolled there.")
    ] = None


class GrantDuty(StrEnum):
    """What a grant has a last day for."""

    EXPIRY = "expiry"  # after it nothing is told by the grant any more
    REVIEW = "review"  # by then somebody has looked whether it is still needed


class GrantDeadlineState(StrEnum):
    """How it stands with that day."""

    REMINDED = "reminded"
    DUE = "due"  # the day has begun
    MISSED = "missed"  # it is over
    MET = "met"  # the agreement says a later one
    CANCELLED = "cancelled"  # the agreement does not grant that any more


class GrantDeadline(LogFact):
    """The last day of grants, or of their review, comes near, is there or is over; or was moved."""

    agency: Annotated[Slug, has(FieldClass.MANAGEMENT, "Whose agreement it is.")]
    about: Annotated[tuple[Ref, ...], has(FieldClass.MANAGEMENT, "The kinds of fact granted.")]
    duty: Annotated[GrantDuty, has(FieldClass.MANAGEMENT, "What ends on that day.")]
    on: Annotated[date, has(FieldClass.MANAGEMENT, "The last day, London time.")]
    state: Annotated[GrantDeadlineState, has(FieldClass.MANAGEMENT, "How it stands with it.")]


OfVersion = RulesAdopted | AgreementsAdopted | BuildAdopted | SchemasAdopted
Adoption = OfVersion | GrantSuspended
ADOPTED: Mapping[type[Fact], str] = {
    RulesAdopted: "rules",
    AgreementsAdopted: "agreements",
    BuildAdopted: "build",
    SchemasAdopted: "schemas",
    GrantSuspended: "suspended",
}
"""What each of these puts in force."""
WAITS = "waits"
"""What stands in force for a grant that is suspended."""


def put_in_force(fact: Adoption) -> tuple[str, str]:
    """What it puts in force, each grant apart from others, and how that is from there on."""
    what = ADOPTED[type(fact)]
    if isinstance(fact, GrantSuspended):
        return f"{what}:{fact.agency}:{fact.about}", WAITS if fact.waits else "told"
    return what, fact.version


def suspended_grants(in_force: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Agency and kind of fact of every grant that is suspended, of all that is in force."""
    parted = (what.split(":") for what, how in in_force.items() if how == WAITS)
    return frozenset((agency, about) for _, agency, about in parted)
