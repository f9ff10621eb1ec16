"""Who is suspended: their notices wait in an inbox that they may not read, as long as it takes.

The broker refuses them, and keeps what waits whatever its age. Release, skip or expire is decided
by people; what is released is authorised again then (decision 15).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.agreements.broker_plan import Desired, Topic
from services.hub.broker.private import private_directory, write_private
from services.runtime.names import Names

SUSPENDED = "suspended.json"
KEPT_WHATEVER_ITS_AGE = {"retention.ms": "-1", "retention.bytes": "-1"}


class Suspended(BaseModel):
    """The agencies that are, and since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Mapping[str, datetime] = {}


def read(home: Path) -> Suspended:
    """Who is suspended in that installation."""
    try:
        return Suspended.model_validate_json((home / SUSPENDED).read_bytes())
    except FileNotFoundError:
        return Suspended()


def begin(home: Path, agency: str, at: datetime) -> None:
    """It is from here on; said again, since then."""
    _keep(home, {agency: at, **read(home).since})


def end(home: Path, agency: str) -> None:
    """It is not any more."""
    _keep(home, {slug: at for slug, at in read(home).since.items() if slug != agency})


def _keep(home: Path, since: Mapping[str, datetime]) -> None:
    write_private(
        private_directory(home) / SUSPENDED, Suspended(since=since).model_dump_json(indent=1)
    )


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
