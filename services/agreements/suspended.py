"""Who is suspended: their notices wait in an inbox that they may not read, as long as it takes.

The broker refuses them, and keeps what waits whatever its age. Where one grant is suspended, what
waits is in no inbox: the log alone knows of it. Release, skip or expire is decided by people; what
is released is authorised again then (decision 15).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.agreements.broker_plan import Desired, Topic
from services.hub.broker.private import private_directory, write_private
from services.runtime.names import Names

SUSPENDED = "suspended.json"
KEPT_WHATEVER_ITS_AGE = {"retention.ms": "-1", "retention.bytes": "-1"}


class Ending(BaseModel):
    """What was decided about what waited."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: str
    """`release`, `skip` or `expire`."""
    act: UUID | None
    """Who decided stands there; None while nobody is enrolled."""
    before: datetime | None = None
    """With `expire`: what has waited since before that moment has lapsed."""


class Suspended(BaseModel):
    """The agencies and the grants that are, and since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Mapping[str, datetime] = {}
    """By agency."""
    grants: Mapping[str, Mapping[str, datetime]] = {}
    """By agency and kind of fact."""


def read(home: Path) -> Suspended:
    """Who is suspended in that installation."""
    try:
        return Suspended.model_validate_json((home / SUSPENDED).read_bytes())
    except FileNotFoundError:
        return Suspended()


def begin(home: Path, agency: str, at: datetime) -> None:
    """It is from here on; said again, since then."""
    known = read(home)
    _keep(home, known.model_copy(update={"since": {agency: at, **known.since}}))


def end(home: Path, agency: str) -> None:
    """It is not any more."""
    known = read(home)
    since = {slug: at for slug, at in known.since.items() if slug != agency}
    _keep(home, known.model_copy(update={"since": since}))


def begin_grant(home: Path, agency: str, about: str, at: datetime) -> None:
    """What it is told of that kind waits from here on; said again, since then."""
    known = read(home)
    kinds = {about: at, **known.grants.get(agency, {})}
    _keep(home, known.model_copy(update={"grants": {**known.grants, agency: kinds}}))


def end_grant(home: Path, agency: str, about: str) -> None:
    """It does not any more."""
    known = read(home)
    kinds = {kind: at for kind, at in known.grants.get(agency, {}).items() if kind != about}
    grants = {**known.grants, agency: kinds}
    left = {slug: of_kind for slug, of_kind in grants.items() if of_kind}
    _keep(home, known.model_copy(update={"grants": left}))


def _keep(home: Path, known: Suspended) -> None:
    write_private(private_directory(home) / SUSPENDED, known.model_dump_json(indent=1))


def while_suspended(wanted: Desired, home: Path, names: Names) -> Desired:
    """What the broker has to hold, but for those who are suspended."""
    topics, bindings = dict(wanted.topics), set(wanted.bindings)
    for slug in read(home).since:
        inbox, user = names.inbox(slug), f"User:{names.agency_user(slug)}"
        bindings = {right for right in bindings if (right.principal, right.name) != (user, inbox)}
        if inbox in topics:
            topics[inbox] = sealed(topics[inbox])
    return replace(wanted, topics=topics, bindings=frozenset(bindings))


def sealed(inbox: Topic) -> Topic:
    """The inbox, of which nothing goes because it is old."""
    return replace(inbox, configs={**inbox.configs, **KEPT_WHATEVER_ITS_AGE})
