"""Which line of which file lets an agency say or be told something, or stops it. In words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schemas.base import AboutWhom, FieldClass
from schemas.catalogue import Entry
from services.agreements import in_words, ours
from services.agreements.compile import Agency, Agreements, Grant
from services.agreements.files import Place
from services.agreements.matrix import class_of
from services.agreements.model import Kind, entry_named
from services.agreements.views import HIDES_SOURCE


class Unknown(LookupError):
    """No fact of that name is in the catalogue."""


@dataclass(frozen=True)
class Reason:
    """One sentence, and where it is written."""

    text: str
    file: str
    line: int = 0
    """0 where a whole file is meant."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{self.text}  [{place}]"


@dataclass(frozen=True)
class Explanation:
    """The answer about one agency and one fact."""

    says: bool
    told: bool
    """Whether the fact is told at all, and with a class asked for, whether that class is shown."""
    reasons: tuple[Reason, ...]


def explain(
    agreements: Agreements,
    slug: str,
    fact: str,
    at: datetime,
    field_class: FieldClass | None = None,
) -> Explanation:
    """Why that agency may or may not say that fact and be told it, at that moment.

    `fact` is the last part of its topic, or its kind.

    Raises:
        Unknown: no such fact.
    """
    entry = entry_named(fact)
    if entry is None:
        raise Unknown("no fact of that name is in the catalogue")
    says = agreements.may_say(slug, entry.kind)
    agency = agreements.receivers.get(slug)
    if agency is None:
        return Explanation(says, told=False, reasons=(*_own_words(slug, entry, says=says),))
    grant = agency.grants.get(entry.kind)
    in_force = grant is not None and at < grant.ends_at
    told = in_force and grant is not None and field_class in {None, *grant.classes}
    reasons = [_saying(agency, entry, says=says)]
    if grant is None:
        reasons.append(_not_granted(agency, entry))
    else:
        reasons.append(_granted(agency, grant, in_force=in_force))
        reasons += _conditions(agency, grant)
        reasons += _classes(agency, entry, grant, field_class)
    return Explanation(says, told, tuple(reasons))


def _own_words(slug: str, entry: Entry, *, says: bool) -> Iterator[Reason]:
    if says:
        yield Reason(f"{slug} is the hub's own and says {entry.topic_part}", ours.__name__)
    yield Reason(f"{slug} is told nothing: what is absent grants nothing", f"no {slug}.yaml")


def _saying(agency: Agency, entry: Entry, *, says: bool) -> Reason:
    listed = agency.agreement.says
    if entry.topic_part in listed:
        at: Place = ("says", listed.index(entry.topic_part))
        return _reason(agency, f"may say {entry.topic_part}: it is listed", at)
    if says:
        return Reason(f"says {entry.topic_part} as a service of the hub", ours.__name__)
    why = "only a service of the hub says it" if entry.derived else "it is not listed"
    return _reason(agency, f"may not say {entry.topic_part}: {why}", ("says",))


def _not_granted(agency: Agency, entry: Entry) -> Reason:
    if entry.raw or entry.about is AboutWhom.NOBODY:
        return _reason(agency, "is never told: nobody is told that fact", ("receives",))
    never = agency.agreement.never.facts
    if entry.topic_part in never:
        denied: Place = ("never", "facts", never.index(entry.topic_part))
        return _reason(agency, "is never told: the file says so, whatever it grants", denied)
    for at, receives in enumerate(agency.agreement.receives):
        if entry.topic_part in receives.facts:
            place: Place = ("receives", at, "classes")
            return _reason(agency, "is not told: the grant's list of classes is empty", place)
    return _reason(agency, "is not told: no grant names the fact", ("receives",))


def _granted(agency: Agency, grant: Grant, *, in_force: bool) -> Reason:
    place = _place(agency, grant)
    terms = grant.terms
    if not in_force:
        text = f"is no longer told: the grant's last day was {terms.expires}"
        return _reason(agency, text, (*place, "expires"))
    purposes = ", ".join(f"CJA 2003 {purpose.value}" for purpose in terms.purposes)
    text = f"is told until {terms.expires}, for {purposes}, on the basis of {terms.basis.value}"
    return _reason(agency, text, place)


def _conditions(agency: Agency, grant: Grant) -> Iterator[Reason]:
    place = _place(agency, grant)
    always = agency.kind is not Kind.RESPONSIBLE_AUTHORITY
    for key, text in in_words.conditions(grant, always_on_case=always):
        yield _reason(agency, f"is told {text}", (*place, key))
    for key, text in in_words.amounts(grant):
        yield _reason(agency, f"is shown {text}", (*place, key))


def _classes(
    agency: Agency, entry: Entry, grant: Grant, field_class: FieldClass | None
) -> Iterator[Reason]:
    place: Place = (*_place(agency, grant), "classes")
    if field_class is None:
        yield _reason(agency, f"sees {', '.join(grant.view.fields)}", place)
        return
    never = agency.agreement.never.classes
    if field_class in never:
        denied: Place = ("never", "classes", never.index(field_class))
        yield _reason(agency, f"never sees class {field_class}: the file says so", denied)
        return
    if field_class not in grant.classes:
        yield _reason(agency, f"sees nothing of class {field_class}: it is not granted", place)
        return
    of_class = [name for name in grant.view.fields if class_of(entry.fact, name) == field_class]
    seen = ", ".join(of_class) or "nothing: the fact has no field of it"
    yield _reason(agency, f"of class {field_class} sees {seen}", place)
    for name, needed in HIDES_SOURCE.items():
        if class_of(entry.fact, name) == field_class and needed not in grant.classes:
            yield _reason(agency, f"{name} stays hidden: it would tell its {needed}", place)


def _place(agency: Agency, grant: Grant) -> Place:
    return agency.places[grant.kind]


def _reason(agency: Agency, text: str, place: Place) -> Reason:
    return Reason(f"{agency.slug} {text}", agency.marks.file, agency.marks.line(place))
