"""The agreements as the hub uses them: who may say what, who is told what, and how much of it.

Nothing here decides about a person: the filters of a grant are data that `notify` applies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from schemas.base import FieldClass
from schemas.case import SharingEnded
from schemas.catalogue import BY_TOPIC_PART
from schemas.materialise import Schema
from schemas.risk import Urgency
from services.agreements import lint, ours
from services.agreements.faults import AgreementsRefused, Finding
from services.agreements.files import Marks, Place, Signed, read_file
from services.agreements.model import Agreement, Kind, LegalBasis, Purpose, Receives
from services.agreements.views import View, canonical, views_of

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Grant:
    """One agency is told one fact: of whom, how much of it, how soon, why, until when."""

    agency: str
    kind: str
    classes: frozenset[FieldClass]
    on_case: bool
    """Only of persons on whose case the agency is."""
    own_only: bool
    """Only facts whose `agency` is this one."""
    areas: frozenset[str] | None
    """ONS codes of councils; None lets every area through, an empty set none."""
    categories: frozenset[int] | None
    levels: frozenset[int] | None
    urgency: Urgency
    receipt: bool
    purposes: tuple[Purpose, ...]
    basis: LegalBasis
    expires: date
    """The last day it holds, London time."""
    ends_at: datetime
    """The first instant it no longer holds."""
    views: Mapping[int, View]
    """By the schema id from whose adoption on each holds, lowest first; at least one."""

    @property
    def view(self) -> View:
        """As it is by the newest schemas."""
        return self.views[max(self.views)]

    def view_at(self, adopted: int) -> View | None:
        """As it is where schemas up to that id are in use; None: nothing granted is said yet."""
        return _latest(self.views, adopted)

    def passes(self, *, area: str | None, category: int | None, level: int | None) -> bool:
        """Whether the filters let this person through; what is not known passes no filter."""
        return (
            (self.areas is None or area in self.areas)
            and (self.categories is None or category in self.categories)
            and (self.levels is None or level in self.levels)
        )


@dataclass(frozen=True)
class Agency:
    """One file, compiled."""

    agreement: Agreement
    says: tuple[str, ...]
    """Kinds of facts, in the file's order; what a service says is in `ours`."""
    grants: Mapping[str, Grant]
    """By kind of fact."""
    farewell: Mapping[int, View]
    """How it is told that it is off a case, as a grant's views; none if no grant asks for one.

    No line of the file is needed for it, and none takes it away (decision 12)."""
    places: Mapping[str, Place] = field(repr=False)
    """Where in the file each grant stands, by kind of fact."""
    marks: Marks = field(repr=False)
    """On which line each place of the file is."""

    @property
    def slug(self) -> str:
        """Its name in topics, principals and facts."""
        return self.agreement.agency

    @property
    def name(self) -> str:
        """Its name in words."""
        return self.agreement.name

    @property
    def kind(self) -> Kind:
        """In which capacity it takes part."""
        return self.agreement.kind

    def farewell_at(self, adopted: int) -> View | None:
        """As it is where schemas up to that id are in use."""
        return _latest(self.farewell, adopted)


@dataclass(frozen=True)
class Agreements:
    """All files of one directory, compiled together. Frozen; made by `load` only."""

    version: str
    """Fingerprint of what all files say; comments and layout do not change it."""
    agencies: Mapping[str, Agency]
    """The bodies outside the hub, by slug."""
    receivers: Mapping[str, Agency]
    """Everybody with a file, so also our services with an inbox, by slug."""
    view_schemas: Mapping[int, Schema] = field(repr=False)
    """Every view's schema by its id."""
    _sayings: frozenset[tuple[str, str]] = field(repr=False)
    _grants: Mapping[str, tuple[Grant, ...]] = field(repr=False)

    def may_say(self, speaker: str, kind: str) -> bool:
        """Whether that speaker may say facts of that kind."""
        return (speaker, kind) in self._sayings

    def is_responsible_authority(self, speaker: str) -> bool:
        """Whether it is one of the three bodies of the Responsible Authority (CJA 2003 s.325)."""
        agency = self.agencies.get(speaker)
        return agency is not None and agency.kind is Kind.RESPONSIBLE_AUTHORITY

    def grants(self, kind: str, at: datetime) -> tuple[Grant, ...]:
        """The grants of that fact in force at that moment, sorted by agency."""
        return tuple(grant for grant in self._grants.get(kind, ()) if at < grant.ends_at)


def load(directory: Path) -> Agreements:
    """The agreements of a directory, one file each.

    Raises:
        AgreementsRefused: with everything that is wrong with any of the files.
    """
    signed: list[Signed] = []
    found: list[Finding] = []
    for path in sorted(directory.glob("*.yaml")):
        one, wrong = read_file(path)
        found += wrong
        if one is not None:
            signed.append(one)
            found += lint.findings(one)
    if not signed and not found:
        found.append(Finding(directory.name, 1, "", "no agreement file is in this directory"))
    if found:
        raise AgreementsRefused(tuple(found))
    return _compiled(signed)


def fingerprint(agreements: Iterable[Agreement]) -> str:
    """The same for the same content, whatever the layout, comments and order of keys."""
    said = [item.model_dump(mode="json") for item in sorted(agreements, key=lambda a: a.agency)]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def ends_at(last_day: date) -> datetime:
    """The end of that civil day in London, where summer time counts."""
    return datetime.combine(last_day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def _compiled(signed: list[Signed]) -> Agreements:
    everybody = {one.agreement.agency: _agency(one) for one in signed}
    outside = {slug: item for slug, item in everybody.items() if item.kind is not Kind.SERVICE}
    grants: dict[str, list[Grant]] = {}
    for slug in sorted(everybody):
        for grant in everybody[slug].grants.values():
            grants.setdefault(grant.kind, []).append(grant)
    sayings = {(slug, kind) for slug, item in outside.items() for kind in item.says}
    sayings |= {(speaker, fact.kind()) for speaker, said in ours.SAYS.items() for fact in said}
    return Agreements(
        version=fingerprint(one.agreement for one in signed),
        agencies=MappingProxyType(outside),
        receivers=MappingProxyType(everybody),
        view_schemas=MappingProxyType(_schemas(everybody)),
        _sayings=frozenset(sayings),
        _grants=MappingProxyType({kind: tuple(found) for kind, found in grants.items()}),
    )


def _agency(signed: Signed) -> Agency:
    agreement = signed.agreement
    grants: dict[str, Grant] = {}
    places: dict[str, Place] = {}
    for at, receives in enumerate(agreement.receives):
        for name in receives.facts:
            grant = _grant(agreement, name, receives)
            if grant is not None:
                grants[grant.kind] = grant
                places[grant.kind] = ("receives", at)
    return Agency(
        agreement=agreement,
        says=tuple(BY_TOPIC_PART[name].kind for name in agreement.says),
        grants=MappingProxyType(grants),
        farewell=MappingProxyType(_farewell(agreement.agency, grants.values())),
        places=MappingProxyType(places),
        marks=signed.marks,
    )


def _farewell(agency: str, grants: Iterable[Grant]) -> dict[int, View]:
    if not any(grant.on_case for grant in grants):
        return {}
    return views_of(agency, SharingEnded, frozenset({FieldClass.REFERENCE}))


def _latest(views: Mapping[int, View], adopted: int) -> View | None:
    found = None
    for since, view in views.items():
        if since > adopted:
            break
        found = view
    return found


def _grant(agreement: Agreement, name: str, receives: Receives) -> Grant | None:
    fact = BY_TOPIC_PART[name].fact
    known_by = frozenset(agreement.identifiers)
    views = views_of(agreement.agency, fact, frozenset(receives.classes), known_by)
    if not views:
        return None
    return Grant(
        agency=agreement.agency,
        kind=fact.kind(),
        classes=frozenset(receives.classes),
        on_case=receives.on_case,
        own_only=receives.own_only,
        areas=_filter(receives.areas),
        categories=_filter(receives.categories),
        levels=_filter(receives.levels),
        urgency=receives.urgency,
        receipt=receives.receipt,
        purposes=receives.purposes,
        basis=receives.basis,
        expires=receives.expires,
        ends_at=ends_at(receives.expires),
        views=MappingProxyType(views),
    )


_T = TypeVar("_T")


def _filter(allowed: tuple[_T, ...] | None) -> frozenset[_T] | None:
    return None if allowed is None else frozenset(allowed)


def _schemas(everybody: Mapping[str, Agency]) -> dict[int, Schema]:
    schemas: dict[int, Schema] = {}
    for agency in everybody.values():
        for kind, view in _views(agency):
            known = schemas.setdefault(view.schema_id, view.schema)
            if canonical(known) != canonical(view.schema):
                place = agency.places.get(kind, ("receives",))
                taken = agency.marks.finding(place, "its view's id is taken")
                raise AgreementsRefused((taken,))
    return schemas


def _views(agency: Agency) -> Iterator[tuple[str, View]]:
    for kind, grant in agency.grants.items():
        yield from ((kind, view) for view in grant.views.values())
    yield from ((SharingEnded.kind(), view) for view in agency.farewell.values())
