"""What one line of an agreement file asks of another, and of the catalogue.

Each rule is one function that yields a place, what is wrong there and what to write. Source of the
rules: design §3; R-MIN-2; R-SHR-2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

from schemas import case, notice
from schemas.base import AboutWhom, Fact, FieldClass, classes_of
from schemas.catalogue import BY_TOPIC_PART
from schemas.risk import Urgency
from services.agreements import actors
from services.agreements.duty import gaps
from services.agreements.faults import Finding
from services.agreements.files import Place, Signed
from services.agreements.model import (
    SENSITIVE,
    YOUTH_BODIES,
    AgeGroup,
    Agreement,
    Body,
    Kind,
    LegalBasis,
    Payload,
    Receives,
)
from services.agreements.views import Shown, view_of, withheld_words
from services.agreements.whom import TERRORIST
from services.agreements.words import to_write
from services.runtime.names import SERVICES, SPEAKERS

Wrong = Iterator[tuple[Place, str, str]]
"""A place, what is wrong there, and what to write instead."""

_OUT = "take it out"
_SOURCE = to_write(("source",))
_WHO_MAY_KNOW = (case.AgencyJoinedCase, case.AgencyLeftCase, case.LimitedAccessSet)
_TOLD_TO_NOBODY = (
    notice.NoticeIssued,
    notice.NoticeReceipted,
    notice.FactTakenBack,
    notice.NoticeTakenBack,
    notice.NoticeRecalled,
    notice.RecallAnswered,
    notice.CanarySent,
)
"""Not by a grant: who was told something is told without one that it is taken back."""
_RESERVED = frozenset({*SERVICES, *SPEAKERS, "hub"})


def findings(signed: Signed) -> tuple[Finding, ...]:
    """Everything wrong with a file of the right shape."""
    agreement, marks = signed.agreement, signed.marks
    found = [one for rule in _FILE_RULES for one in rule(agreement)]
    for at, grant in enumerate(agreement.receives):
        for rule_of_grant in _GRANT_RULES:
            found += [
                (("receives", at, *place), why, write)
                for place, why, write in rule_of_grant(agreement, grant)
            ]
    name = PurePath(marks.file).stem
    if name != agreement.agency:
        found.append((("agency",), "is not the name of the file", f"write agency: {name}"))
    return tuple(marks.finding(*one) for one in found)


def _name_is_free(agreement: Agreement) -> Wrong:
    if agreement.kind is Kind.SERVICE:
        if agreement.agency not in SERVICES:
            services = ", ".join(sorted(SERVICES))
            yield ("agency",), "no service of the hub is called so", f"write one of {services}"
        if agreement.body is not Body.HUB:
            yield ("body",), "a service of the hub is of body hub", "write body: hub"
    else:
        if agreement.agency in _RESERVED:
            yield ("agency",), "is a name of the hub's own", "write another name"
        if agreement.body is Body.HUB:
            yield ("body",), "only a service of the hub is of body hub", "write what it is"


def _says_what_it_may(agreement: Agreement) -> Wrong:
    if agreement.kind is Kind.SERVICE and agreement.says:
        yield ("says",), "what a service says is in the code", "write says: []"
    outside = agreement.kind is not Kind.RESPONSIBLE_AUTHORITY
    for at, name in enumerate(agreement.says):
        entry = BY_TOPIC_PART[name]
        place: Place = ("says", at)
        if name in agreement.says[:at]:
            yield place, "written twice", _OUT
        if entry.derived:
            yield place, "only a service of the hub says that", _OUT
        if entry.eligibility and outside:
            yield place, "only the Responsible Authority says who is eligible", _OUT
        if entry.fact in _WHO_MAY_KNOW and outside:
            yield place, "only the Responsible Authority says who may know of a person", _OUT


def _one_grant_per_fact(agreement: Agreement) -> Wrong:
    seen: set[str] = set()
    for at, grant in enumerate(agreement.receives):
        for position, name in enumerate(grant.facts):
            if name in seen:
                place: Place = ("receives", at, "facts", position)
                yield place, "granted twice in this file", "take it out of one of the grants"
            seen.add(name)


def _tells_of_persons(agreement: Agreement, grant: Receives) -> Wrong:
    shown = Shown.of(agreement, grant)
    for at, name in enumerate(grant.facts):
        entry = BY_TOPIC_PART[name]
        if entry.raw or entry.about is AboutWhom.NOBODY or entry.fact in _TOLD_TO_NOBODY:
            yield ("facts", at), "is never told to anybody", _OUT
        if grant.own_only and "agency" not in entry.fact.model_fields:
            yield ("own_only",), "a fact of this grant names no agency", "take own_only out"
        if shown.classes and not view_of(agreement.agency, entry.fact, shown):
            yield ("facts", at), "no field of it is of a granted class", _no_field_of(entry.fact)
        if entry.fact.__module__ == notice.__name__ and grant.receipt:
            why = "what is said of notices asks for no receipt: it would never end"
            yield ("receipt",), why, "write receipt: false"


def _no_field_of(fact: type[Fact]) -> str:
    there = sorted({str(field_class) for field_class in classes_of(fact)} - {FieldClass.INTERNAL})
    return f"take it out, or grant some of {', '.join(there)}"


def _grants_only_grantable_classes(agreement: Agreement, grant: Receives) -> Wrong:
    outside = agreement.kind is not Kind.RESPONSIBLE_AUTHORITY
    for at, item in enumerate(grant.classes):
        place: Place = ("classes", at)
        if item in grant.classes[:at]:
            yield place, "written twice", _OUT
        if item is FieldClass.INTERNAL:
            yield place, "internal is never granted", _OUT
        if item is FieldClass.PROVENANCE and outside:
            yield place, "provenance is for the Responsible Authority alone", _OUT


def _redacts_what_it_grants(_: Agreement, grant: Receives) -> Wrong:
    for item in grant.redact:
        if item is FieldClass.REFERENCE:
            yield ("redact", item), "without it a notice makes no sense", _OUT
        elif item not in grant.classes:
            yield ("redact", item), "is not granted: nothing of it is shown anyway", _OUT


def _withholds_no_single_word(agreement: Agreement, grant: Receives) -> Wrong:
    """Somebody shown all reasons but one would know that one by its absence."""
    if "alert-raised" not in grant.facts or grant.payload is not Payload.VIEW:
        return
    for words in withheld_words(Shown.of(agreement, grant).whole).values():
        if len(words) == 1:
            why = "an absent reason would tell the only one withheld"
            yield ("classes",), why, "grant one class less, or the one that is wanting"


def _hurries_where_a_reason_is_withheld(agreement: Agreement, grant: Receives) -> Wrong:
    """An alert's urgency would tell the reason; the grant's stands for it."""
    if "alert-raised" not in grant.facts or grant.urgency is Urgency.IMMEDIATE:
        return
    if not Shown.of(agreement, grant).every_reason:
        why = "an alert told without all its reasons goes by this alone, and could come too late"
        yield ("urgency",), why, "write urgency: immediate"


def _stays_on_the_case(agreement: Agreement, grant: Receives) -> Wrong:
    everybody = {Kind.RESPONSIBLE_AUTHORITY, Kind.SERVICE}
    if agreement.kind not in everybody and not grant.on_case:
        why = "outside the Responsible Authority it is always true"
        yield ("on_case",), why, "write on_case: true"


def _says_where_its_reason_is_written(agreement: Agreement, grant: Receives) -> Wrong:
    """Of what is sensitive, of under-18s, and of category 4 nothing goes without a source."""
    if grant.source is not None or agreement.kind is Kind.SERVICE:
        return
    sensitive = sorted(SENSITIVE & Shown.of(agreement, grant).classes)
    if sensitive:
        yield ("classes",), f"{', '.join(sensitive)} needs a source", _SOURCE
    if grant.category_4:
        yield ("category_4",), "people of category 4 need a source", _SOURCE
    of_youth = grant.ages is None or AgeGroup.YOUTH in grant.ages
    if of_youth and agreement.body not in YOUTH_BODIES:
        place: Place = ("ages",)
        yield place, "lets under-18s through", f"write ages: [adult], or {_SOURCE}"


def _names_category_4_twice(_: Agreement, grant: Receives) -> Wrong:
    if TERRORIST in (grant.categories or ()) and not grant.category_4:
        why = "category 4 is told to nobody whose grant does not say so"
        yield ("categories",), why, "write category_4: true, or take 4 out"


def _has_a_condition(agreement: Agreement, grant: Receives) -> Wrong:
    health = FieldClass.HEALTH in Shown.of(agreement, grant).classes
    if grant.condition is None and (health or grant.basis is LegalBasis.DPA_2018_PART_3):
        why = "sensitive processing needs a condition of DPA 2018 Schedule 8"
        yield ("classes",) if health else ("basis",), why, to_write(("condition",))


def _is_reviewed_while_it_holds(_: Agreement, grant: Receives) -> Wrong:
    if grant.reviewed > grant.expires:
        yield ("reviewed",), "is after the last day", "write the day it was reviewed last"
    elif not grant.reviewed < grant.review_by <= grant.expires:
        why = "is not between the last review and the last day"
        yield ("review_by",), why, "write a day after reviewed and not after expires"


def _enrols_in_order(agreement: Agreement) -> Wrong:
    return actors.wrong(agreement, service=agreement.kind is Kind.SERVICE)


def _is_always_at_the_desk(agreement: Agreement) -> Wrong:
    for role, day, at in gaps(agreement.duty) if agreement.duty else ():
        why = f"nobody is {role} on {day} at {at}"
        yield ("duty",), why, f"add a turn of roles: [{role}] then, or take the section out"


def enrolled_twice(files: Sequence[Signed]) -> Iterator[Finding]:
    """Everybody is enrolled once, in one file."""
    for file, at in actors.shared([one.agreement for one in files]):
        why, write = "its number or key is in another file", "run hub actor enrol for each"
        yield files[file].marks.finding(("actors", at), why, write)


def at_anothers_desk(files: Sequence[Signed]) -> Iterator[Finding]:
    """Nobody's overdue notices go to another body: a file is often begun as a copy of another's."""
    own = [
        {_domain(one) for one in file.agreement.contacts.model_dump().values()} for file in files
    ]
    everybodys = set().union(*own)
    for file, mine in zip(files, own, strict=True):
        for at, turn in enumerate(file.agreement.duty):
            if _domain(turn.mailbox) in everybodys - mine:
                why = "the mailbox is another body's"
                yield file.marks.finding(("duty", at), why, "write one of this body's own")


def _domain(mailbox: str) -> str:
    return mailbox.rpartition("@")[2]


_FILE_RULES: tuple[Callable[[Agreement], Wrong], ...] = (
    _name_is_free,
    _says_what_it_may,
    _one_grant_per_fact,
    _enrols_in_order,
    _is_always_at_the_desk,
)
_GRANT_RULES: tuple[Callable[[Agreement, Receives], Wrong], ...] = (
    _tells_of_persons,
    _grants_only_grantable_classes,
    _redacts_what_it_grants,
    _withholds_no_single_word,
    _hurries_where_a_reason_is_withheld,
    _stays_on_the_case,
    _says_where_its_reason_is_written,
    _names_category_4_twice,
    _has_a_condition,
    _is_reviewed_while_it_holds,
)
