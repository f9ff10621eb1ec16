"""What one line of an agreement file asks of another, and of the catalogue.

Each rule is one function that yields a place and what is wrong there. Source of the rules: design
§3; R-MIN-2; R-SHR-2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from schemas import notice
from schemas.base import AboutWhom, FieldClass
from schemas.catalogue import BY_TOPIC_PART
from services.agreements import actors
from services.agreements.faults import Finding
from services.agreements.files import Place, Signed
from services.agreements.model import Agreement, Body, Kind, Receives
from services.agreements.views import view_of, withheld_words
from services.runtime.names import SERVICES, SPEAKERS

Wrong = Iterator[tuple[Place, str]]

_RESERVED = frozenset({*SERVICES, *SPEAKERS, "hub"})


def findings(signed: Signed) -> tuple[Finding, ...]:
    """Everything wrong with a file of the right shape."""
    agreement, marks = signed.agreement, signed.marks
    found = [(place, why) for rule in _FILE_RULES for place, why in rule(agreement)]
    for at, grant in enumerate(agreement.receives):
        for rule_of_grant in _GRANT_RULES:
            found += [
                (("receives", at, *place), why) for place, why in rule_of_grant(agreement, grant)
            ]
    if PurePath(marks.file).stem != agreement.agency:
        found.append((("agency",), "is not the name of the file"))
    return tuple(marks.finding(place, why) for place, why in found)


def _name_is_free(agreement: Agreement) -> Wrong:
    if agreement.kind is Kind.SERVICE:
        if agreement.agency not in SERVICES:
            yield ("agency",), "no service of the hub is called so"
        if agreement.body is not Body.HUB:
            yield ("body",), "a service of the hub is of body hub"
    else:
        if agreement.agency in _RESERVED:
            yield ("agency",), "is a name of the hub's own"
        if agreement.body is Body.HUB:
            yield ("body",), "only a service of the hub is of body hub"


def _says_what_it_may(agreement: Agreement) -> Wrong:
    if agreement.kind is Kind.SERVICE and agreement.says:
        yield ("says",), "what a service says is in the code"
    for at, name in enumerate(agreement.says):
        entry = BY_TOPIC_PART[name]
        if name in agreement.says[:at]:
            yield ("says", at), "written twice"
        if entry.derived:
            yield ("says", at), "only a service of the hub says that"
        if entry.eligibility and agreement.kind is not Kind.RESPONSIBLE_AUTHORITY:
            yield ("says", at), "only the Responsible Authority says who is eligible"


def _one_grant_per_fact(agreement: Agreement) -> Wrong:
    seen: set[str] = set()
    for at, grant in enumerate(agreement.receives):
        for position, name in enumerate(grant.facts):
            if name in seen:
                yield ("receives", at, "facts", position), "granted twice in this file"
            seen.add(name)


def _tells_of_persons(agreement: Agreement, grant: Receives) -> Wrong:
    for at, name in enumerate(grant.facts):
        entry = BY_TOPIC_PART[name]
        if entry.raw or entry.about is AboutWhom.NOBODY:
            yield ("facts", at), "is never told to anybody"
        if grant.own_only and "agency" not in entry.fact.model_fields:
            yield ("own_only",), "a fact of this grant names no agency"
        if grant.classes and not view_of(agreement.agency, entry.fact, frozenset(grant.classes)):
            yield ("facts", at), "no field of it is of a granted class"
        if entry.fact.__module__ == notice.__name__ and grant.receipt:
            yield ("receipt",), "what is said of notices asks for no receipt: it would never end"


def _grants_only_grantable_classes(agreement: Agreement, grant: Receives) -> Wrong:
    for at, item in enumerate(grant.classes):
        if item in grant.classes[:at]:
            yield ("classes", at), "written twice"
        if item is FieldClass.INTERNAL:
            yield ("classes", at), "internal is never granted"
        outside = agreement.kind is not Kind.RESPONSIBLE_AUTHORITY
        if item is FieldClass.PROVENANCE and outside:
            yield ("classes", at), "provenance is for the Responsible Authority alone"


def _withholds_no_single_word(_: Agreement, grant: Receives) -> Wrong:
    """Somebody shown all reasons but one would know that one by its absence."""
    if "alert-raised" not in grant.facts:
        return
    for words in withheld_words(frozenset(grant.classes)).values():
        if len(words) == 1:
            yield ("classes",), "an absent reason would tell the only one withheld"


def _stays_on_the_case(agreement: Agreement, grant: Receives) -> Wrong:
    if agreement.kind is Kind.DUTY_TO_COOPERATE and not grant.on_case:
        yield ("on_case",), "outside the Responsible Authority it is always true"


def _was_reviewed_before_it_ends(_: Agreement, grant: Receives) -> Wrong:
    if grant.reviewed > grant.expires:
        yield ("reviewed",), "is after the last day"


def _enrols_in_order(agreement: Agreement) -> Wrong:
    return actors.wrong(agreement, service=agreement.kind is Kind.SERVICE)


def enrolled_twice(files: Sequence[Signed]) -> Iterator[Finding]:
    """Everybody is enrolled once, in one file."""
    for file, at in actors.shared([one.agreement for one in files]):
        yield files[file].marks.finding(("actors", at), "its number or key is in another file")


_FILE_RULES: tuple[Callable[[Agreement], Wrong], ...] = (
    _name_is_free,
    _says_what_it_may,
    _one_grant_per_fact,
    _enrols_in_order,
)
_GRANT_RULES: tuple[Callable[[Agreement, Receives], Wrong], ...] = (
    _tells_of_persons,
    _grants_only_grantable_classes,
    _withholds_no_single_word,
    _stays_on_the_case,
    _was_reviewed_before_it_ends,
)
