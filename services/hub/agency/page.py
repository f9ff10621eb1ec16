"""What an agency's developer needs to know of the hub, all of it and nothing about others.

Pure. Made of the agency's own agreement and of what its own credentials are shown: nobody it may
not know makes a difference to it, nor does another body's file. No secret, only where one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from schemas.catalogue import BY_KIND
from services.agreements import deadlines
from services.agreements.compile import Agency, Agreements, Grant, fingerprint
from services.agreements.epochs import Epoch
from services.agreements.explain import explain
from services.agreements.model import Receives
from services.hub.agency.refusals import Refusal, refusals
from services.runtime.names import Names
from services.runtime.records import Record
from services.runtime.schema_store import committed

CLOUD_EVENTS = "CloudEvents 1.0, binary mode; Avro behind a zero byte and the schema's id"
HAND_OVER = (
    "Hand the folder over as a whole, to the operations contact, by a channel that is not the hub:"
    " it holds a password. Who has the folder is the agency."
)


@dataclass(frozen=True)
class Says:
    """One kind of fact it may say."""

    fact: str
    topic: str
    schema_id: int
    line: str


@dataclass(frozen=True)
class Shown:
    """One field it is shown."""

    name: str
    field_class: str
    how: str
    """Empty where it is shown as it is."""


@dataclass(frozen=True)
class Told:
    """One kind of fact it is told, as long as the grant is in force."""

    fact: str
    in_force: bool
    purposes: tuple[str, ...]
    basis: str
    until: str
    """The last day, London time."""
    reviewed: str
    urgency: str
    receipt: bool
    fields: tuple[Shown, ...]
    schema_ids: tuple[int, ...]
    words: tuple[str, ...]
    """Of whom it is told and how much, each with the line that says so."""


@dataclass(frozen=True)
class LastDay:
    """A day by which grants end or are to be reviewed, and how it stands with it."""

    duty: str
    on: str
    """The last day, London time."""
    state: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Folder:
    """Its credentials: where they are, never what they are."""

    path: str
    principal: str
    comes_by: str
    since: str
    both_valid_since: str
    """Since when an older password is valid beside the new one; empty if none is."""
    shut_out_since: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Inbox:
    """How far it has come, as the broker tells the agency itself."""

    epoch: int
    first: int
    end: int
    collected: int | None
    """Up to here its group has said it is done; None: it never has."""
    last_canary: str
    """When the last canary in it was sent; empty if none stands there."""
    canary_collected: bool
    """Whether it has come past that; silence after it is a fault (decision 19)."""
    say_again_since: str
    """After a restore, since when to say again; empty otherwise."""


@dataclass(frozen=True)
class Seen:
    """What its own credentials are shown at the broker."""

    inbox: tuple[int, int, int | None]
    """First offset, end, and how far its group has come."""
    letters: tuple[Record, ...]
    """The latest of its dead letters."""
    canary: tuple[int, str] | None = None
    """Where the last canary stands in its inbox, and when it was sent."""


@dataclass(frozen=True)
class Page:
    """All of it."""

    agency: str
    name: str
    kind: str
    body: str
    data_role: str
    contacts: Mapping[str, str]
    agreement: str
    """Fingerprint of its own agreement."""
    identifiers: tuple[str, ...]
    limits: Mapping[str, int]
    group: str
    topics: Mapping[str, str]
    wire: str
    says: tuple[Says, ...]
    told: tuple[Told, ...]
    last_days: tuple[LastDay, ...]
    """Those that are near, there or over."""
    folder: Folder | None
    inbox: Inbox | None
    refusals: tuple[Refusal, ...] | None
    """None: not looked at."""
    not_seen: tuple[str, ...]
    """What could not be looked at, and why."""

    def as_object(self) -> dict[str, Any]:
        """Everything, for programs."""
        return asdict(self)


@dataclass(frozen=True)
class Installation:
    """Where the page is made: names, schemas in use, epoch of the inboxes, the moment."""

    names: Names
    adopted: int
    epoch: Epoch
    at: datetime


def page(
    agreements: Agreements,
    slug: str,
    here: Installation,
    *,
    folder: Folder | None = None,
    seen: Seen | None = None,
    not_seen: Iterable[str] = (),
) -> Page:
    """The page of that agency, of those in `agreements`."""
    agency, names = agreements.agencies[slug], here.names
    agreement = agency.agreement
    return Page(
        agency=slug,
        name=agreement.name,
        kind=agreement.kind.value,
        body=agreement.body.value,
        data_role=agreement.role.value,
        contacts=agreement.contacts.model_dump(),
        agreement=fingerprint([agreement]),
        identifiers=tuple(one.value for one in agreement.identifiers),
        limits=agreement.limits.model_dump(),
        group=names.agency_user(slug),
        topics={"inbox": names.inbox(slug), "dead letters": names.dead(slug)},
        wire=CLOUD_EVENTS,
        says=tuple(_says(agency, here)),
        told=tuple(_told(agreements, agency, grant, here.at) for grant in agency.grants.values()),
        last_days=tuple(_last_days(agreements, slug, here.at)),
        folder=folder,
        inbox=None if seen is None else _inbox(seen, names.inbox(slug), here.epoch),
        refusals=None if seen is None else refusals(seen.letters, agency, names),
        not_seen=tuple(not_seen),
    )


def _says(agency: Agency, here: Installation) -> Iterator[Says]:
    for at, kind in enumerate(agency.says):
        fact = BY_KIND[kind].fact
        yield Says(
            fact=kind,
            topic=here.names.said(agency.slug, fact),
            schema_id=committed().latest(fact, here.adopted).schema_id,
            line=f"{agency.marks.file}:{agency.marks.line(('says', at))}",
        )


def _told(agreements: Agreements, agency: Agency, grant: Grant, at: datetime) -> Told:
    signed = _signed(agency, grant)
    answer = explain(agreements, agency.slug, grant.kind, at)
    return Told(
        fact=grant.kind,
        in_force=at < grant.ends_at,
        purposes=tuple(f"CJA 2003 {one.value}" for one in signed.purposes),
        basis=signed.basis.value,
        until=str(signed.expires),
        reviewed=str(signed.reviewed),
        urgency=grant.urgency.value,
        receipt=grant.receipt,
        fields=tuple(_shown(grant)),
        schema_ids=tuple(sorted({view.schema_id for view in grant.views.values()})),
        words=tuple(
            str(one).removeprefix(f"{agency.slug} ") for one in answer.reasons[1:]
        ),  # the first: whether it says the fact
    )


def _last_days(agreements: Agreements, slug: str, at: datetime) -> Iterator[LastDay]:
    for one in deadlines.near(agreements, at):
        if one.deadline.agency == slug:
            duty, on = one.deadline.duty.value, str(one.deadline.on)
            yield LastDay(duty, on, one.state.value, one.deadline.about)


def _signed(agency: Agency, grant: Grant) -> Receives:
    """The grant as its file has it."""
    at = agency.places[grant.kind][1]
    return agency.agreement.receives[int(at)]


def _shown(grant: Grant) -> Iterator[Shown]:
    told = next(item for item in grant.view.schema["fields"] if item["name"] == "told")
    yield from _leaves(told["type"], "")


def _leaves(kind: Any, above: str) -> Iterator[Shown]:  # noqa: ANN401
    """The fields of a record, those of a record inside it by its name."""
    for item in kind["fields"]:
        name = f"{above}{item['name']}"
        inner = _record(item["type"])
        if inner is None:
            yield Shown(name, item["class"], str(item.get("shown", "")))
        else:
            yield from _leaves(inner, f"{name}.")


def _record(kind: Any) -> Any:  # noqa: ANN401
    """The record behind that type, if it is one."""
    if isinstance(kind, list):
        return _record(kind[1])
    if not isinstance(kind, dict):
        return None
    return _record(kind["items"]) if kind["type"] == "array" else kind if "fields" in kind else None


def _inbox(seen: Seen, name: str, epoch: Epoch) -> Inbox:
    first, end, collected = seen.inbox
    again, at, sent = epoch.say_again_since, *(seen.canary or (end, ""))
    return Inbox(
        epoch=epoch.of(name),
        first=first,
        end=end,
        collected=collected,
        last_canary=sent,
        canary_collected=collected is not None and at < collected,
        say_again_since="" if again is None else again.isoformat(),
    )
