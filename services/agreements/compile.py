"""The agreements as the hub uses them: who may say what, who is told what, and how much of it.

Nothing here decides about a person: the filters of a grant are data that `notify` applies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from schemas.base import Fact, FieldClass
from schemas.case import SharingEnded, SharingNarrowed
from schemas.catalogue import BY_TOPIC_PART
from schemas.materialise import Schema
from schemas.notice import CanarySent, NoticeTakenBack
from schemas.risk import Urgency
from services.agreements import earlier, lint, ours
from services.agreements.actors import Role
from services.agreements.duty import at_the_desk
from services.agreements.faults import AgreementsRefused, Finding
from services.agreements.files import Marks, Place, Signed, read, read_file
from services.agreements.model import Agreement, Kind, Receives
from services.agreements.views import Shown, View, canonical, views_of
from services.agreements.whom import LONDON, Whom
from services.runtime.schema_store import SchemaStore, committed

AT_HAND = 256
"""So many files are not read again: those of an installation, in a few versions."""
FAREWELL = Urgency.SAME_DAY
"""How soon an agency off a case says that it has stopped. Source: local choice, see decision 13."""


@dataclass(frozen=True)
class Grant:
    """One agency is told one fact: of whom, how much of it, how soon, why, until when."""

    agency: str
    kind: str
    shown: Shown = field(repr=False)
    """How much of it."""
    on_case: bool
    """Only of persons on whose case the agency is."""
    own_only: bool
    """Only facts whose `agency` is this one."""
    whom: Whom
    """Of which persons beyond that."""
    urgency: Urgency
    receipt: bool
    terms: Receives = field(repr=False)
    """The grant as it is written: why, on which basis, until when."""
    ends_at: datetime
    """The first instant it no longer holds."""
    views: Mapping[int, View]
    """By the schema id from whose adoption on each holds, lowest first; at least one."""

    @property
    def classes(self) -> frozenset[FieldClass]:
        """Those granted and not denied, whole or not."""
        return self.shown.classes

    @property
    def view(self) -> View:
        """As it is by the newest schemas."""
        return self.views[max(self.views)]

    def view_at(self, adopted: int) -> View | None:
        """As it is where schemas up to that id are in use; None: nothing granted is said yet."""
        return _latest(self.views, adopted)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice an agency may get, by one view."""

    kind: str
    view: View
    urgency: Urgency
    """An alert has its own, where no reason of it is withheld."""
    receipt: bool


@dataclass(frozen=True)
class Agency:
    """One file, compiled."""

    agreement: Agreement
    says: tuple[str, ...]
    """Kinds of facts, in the file's order; what a service says is in `ours`."""
    grants: Mapping[str, Grant]
    """By kind of fact."""
    unasked: Mapping[str, Mapping[int, View]]
    """By kind of fact, as a grant's views, what it is told without any line of the file, and no
    line takes away: that it is off a case (decision 13), what it forgets where it is granted less
    (decision 15), what it was told that does not count (decision 18), canaries (decision 19)."""
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

    @property
    def notices(self) -> Iterator[Notice]:
        """Every notice it may get, in every version."""
        for kind, grant in self.grants.items():
            yield from (Notice(kind, v, grant.urgency, grant.receipt) for v in grant.views.values())
        for kind, views in self.unasked.items():
            receipt = kind != CanarySent.kind()
            yield from (Notice(kind, view, FAREWELL, receipt) for view in views.values())

    def desk(self, role: Role, at: datetime, holidays: Container[date]) -> str:
        """The mailbox watched in that role at that moment."""
        found = at_the_desk(self.agreement.duty, role, at, holidays)
        return found or self.agreement.contacts.operations

    def unasked_at(self, kind: str, adopted: int) -> View | None:
        """As it is where schemas up to that id are in use."""
        return _latest(self.unasked.get(kind, {}), adopted)


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
    schemas = committed()
    files = [
        _of_file(path.name, path.read_bytes(), schemas) for path in sorted(directory.glob("*.yaml"))
    ]
    found = [wrong for one in files for wrong in one.findings]
    signed = [one.signed for one in files if one.signed is not None]
    found += lint.enrolled_twice(signed)
    found += lint.at_anothers_desk(signed)
    if not signed and not found:
        found.append(Finding(directory.name, 1, "", "no agreement file is here", "write one"))
    if found:
        raise AgreementsRefused(tuple(found))
    return _compiled(one.agency for one in files if one.agency is not None)


@dataclass(frozen=True)
class _File:
    """What one file says, or what is wrong with it."""

    signed: Signed | None
    findings: tuple[Finding, ...]
    agency: Agency | None


@lru_cache(maxsize=AT_HAND)
def _of_file(name: str, content: bytes, _: SchemaStore) -> _File:
    """The same content says the same while the schemas are the same: it is read once."""
    signed, findings = read(name, content)
    if signed is not None:
        findings += tuple(lint.findings(signed))
    agency = None if signed is None or findings else _agency(signed)
    return _File(signed, findings, agency)


def load_earlier(directory: Path, version: str) -> Agreements | None:
    """A version that was adopted in an earlier form; None if these files are not that version."""
    files = [read_file(path, earlier.filled)[0] for path in sorted(directory.glob("*.yaml"))]
    signed = [one for one in files if one is not None]
    then = fingerprint((one.agreement for one in signed), earlier.as_then)
    if len(signed) < len(files) or then != version:
        return None
    return replace(_compiled(map(_agency, signed)), version=version)


def fingerprint(
    agreements: Iterable[Agreement],
    content: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda said: said,
) -> str:
    """The same for the same content, whatever the layout, comments and order of keys."""
    return fingerprint_of(content(item.model_dump(mode="json")) for item in agreements)


def fingerprint_of(said_by_all: Iterable[Mapping[str, Any]]) -> str:
    """The same, of what the files say as plain values."""
    said = [_kept(one) for one in sorted(said_by_all, key=lambda one: str(one["agency"]))]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()


_ADDED = frozenset({"actors", "sign_in", "duty"})
"""Sections files had not always: one that says nothing there keeps its fingerprint."""


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value or key not in _ADDED}


def ends_at(last_day: date) -> datetime:
    """The end of that civil day in London, where summer time counts."""
    return datetime.combine(last_day + timedelta(days=1), time(), LONDON).astimezone(UTC)


def outline(agreements: Iterable[Agreement]) -> Agreements:
    """Of these who they are, what they say and who acts for them; it grants nothing to anybody.

    For asking what they agreed to, not for telling: no view is made.
    """
    bare = [
        Agency(one, tuple(BY_TOPIC_PART[name].kind for name in one.says), {}, {}, {}, Marks(""))
        for one in agreements
    ]
    everybody = {one.slug: one for one in bare}
    return Agreements(
        version=fingerprint(one.agreement for one in bare),
        agencies={slug: one for slug, one in everybody.items() if one.kind is not Kind.SERVICE},
        receivers=everybody,
        view_schemas={},
        _sayings=frozenset(),
        _grants={},
    )


def _compiled(agencies: Iterable[Agency]) -> Agreements:
    everybody = {one.slug: one for one in agencies}
    outside = {slug: item for slug, item in everybody.items() if item.kind is not Kind.SERVICE}
    grants: dict[str, list[Grant]] = {}
    for slug in sorted(everybody):
        for grant in everybody[slug].grants.values():
            grants.setdefault(grant.kind, []).append(grant)
    sayings = {(slug, kind) for slug, item in outside.items() for kind in item.says}
    sayings |= {(speaker, fact.kind()) for speaker, said in ours.SAYS.items() for fact in said}
    return Agreements(
        version=fingerprint(one.agreement for one in everybody.values()),
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
        unasked=MappingProxyType(_unasked(agreement.agency, grants.values())),
        places=MappingProxyType(places),
        marks=signed.marks,
    )


def _unasked(agency: str, grants: Iterable[Grant]) -> dict[str, Mapping[int, View]]:
    on_case = [grant.on_case for grant in grants]
    facts: list[type[Fact]] = [SharingEnded] if any(on_case) else []
    facts += [SharingNarrowed, NoticeTakenBack, CanarySent] if on_case else []
    shown = Shown(frozenset({FieldClass.REFERENCE}))
    return {fact.kind(): views_of(agency, fact, shown) for fact in facts}


def _latest(views: Mapping[int, View], adopted: int) -> View | None:
    found = None
    for since, view in views.items():
        if since > adopted:
            break
        found = view
    return found


def _grant(agreement: Agreement, name: str, receives: Receives) -> Grant | None:
    """What of the written grant is left for that fact; the file's own refusals win."""
    fact = BY_TOPIC_PART[name].fact
    shown = Shown.of(agreement, receives)
    views = {} if name in agreement.never.facts else views_of(agreement.agency, fact, shown)
    if not views:
        return None
    return Grant(
        agency=agreement.agency,
        kind=fact.kind(),
        shown=shown,
        on_case=receives.on_case,
        own_only=receives.own_only,
        whom=_whom(agreement, receives),
        urgency=receives.urgency,
        receipt=receives.receipt,
        terms=receives,
        ends_at=ends_at(receives.expires),
        views=MappingProxyType(views),
    )


def _whom(agreement: Agreement, receives: Receives) -> Whom:
    return Whom(
        agency=agreement.agency,
        of_the_hub=agreement.kind is Kind.SERVICE,
        areas=_filter(receives.areas),
        categories=_filter(receives.categories),
        levels=_filter(receives.levels),
        ages=_filter(receives.ages),
        category_4=receives.category_4,
    )


_T = TypeVar("_T")


def _filter(allowed: tuple[_T, ...] | None) -> frozenset[_T] | None:
    return None if allowed is None else frozenset(allowed)


def _schemas(everybody: Mapping[str, Agency]) -> dict[int, Schema]:
    schemas: dict[int, Schema] = {}
    for agency in everybody.values():
        for kind, view in _views(agency):
            known = schemas.setdefault(view.schema_id, view.schema)
            if known is not view.schema and canonical(known) != canonical(view.schema):
                place = agency.places.get(kind, ("receives",))
                taken = agency.marks.finding(
                    place, "its view's id is taken", "grant one class more or less"
                )
                raise AgreementsRefused((taken,))
    return schemas


def _views(agency: Agency) -> Iterator[tuple[str, View]]:
    for kind, grant in agency.grants.items():
        yield from ((kind, view) for view in grant.views.values())
    for kind, unasked in agency.unasked.items():
        yield from ((kind, view) for view in unasked.values())
