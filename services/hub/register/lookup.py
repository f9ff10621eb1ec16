"""One person's facts, read from the log as it stood at some moment."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime

from schemas.base import PersonId
from schemas.register import DeadlineMet, DeadlineMissed
from services.agreements.references import References
from services.hub.broker.cluster import Cluster
from services.hub.register.log_reading import Progress, log_reader
from services.hub.register.people import Told
from services.hub.register.reading import people_in
from services.registry.domain import Register
from services.registry.rules import Rules


@dataclass(frozen=True, slots=True)
class Found:
    """One person's register, and the rules by which it is what it is."""

    register: Register
    rules: Rules
    day: date


def look_up(
    cluster: Cluster,
    agency: str,
    ref: str,
    day: date,
    known_at: datetime,
    progress: Progress = lambda *_: None,
) -> Found | None:
    """The register of whom the agency means, on that day, as far as the hub knew at that moment.

    None: it means nobody, the register keeps nothing of that person, or the agency may not know of
    the person now, whatever was so then.

    Raises:
        Stop: rules were adopted that this build does not have, or where facts stand was kept wrong.
        Unavailable: the broker does not answer.
    """
    person = references(cluster).person(agency, ref)
    if person is None:
        return None
    with closing(log_reader(cluster, progress)) as log:
        told = next(people_in([log.of(person)], known_at), None)
    return None if told is None or not told.limits.allow(agency) else shown(told, day)


def possible_breaches(cluster: Cluster, agency: str, person: PersonId) -> frozenset[str]:
    """Numbers of the person's duties that the log says were missed or done late.

    None, where the agency may not know of the person now.

    Raises:
        Stop: rules were adopted that this build does not have, or where facts stand was kept wrong.
        Unavailable: the broker does not answer.
    """
    said = (DeadlineMissed, DeadlineMet)
    with closing(log_reader(cluster)) as log:
        told = next(people_in([log.of(person)], datetime.now(UTC), said), None)
    if told is None or not told.limits.allow(agency):
        return frozenset()
    return frozenset(
        fact.deadline_ref
        for fact in told.heard
        if isinstance(fact, DeadlineMissed) or (isinstance(fact, DeadlineMet) and fact.late)
    )


def shown(told: Told, day: date) -> Found | None:
    """What is shown of a person on that day; None: the register keeps nothing."""
    register = told.register(day)
    return None if register is None else Found(register, told.rules, day)


def references(cluster: Cluster) -> References:
    """By which each agency knows a person in this installation."""
    return References((cluster.home / "secrets" / "references").read_bytes())
