"""What the two housing authorities' own systems post on the day, in their own words.

An authority names a person by the number another agency gave it and its own reference together;
later by its own alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.hub.demo import identifiers
from services.hub.demo.delivery import Delivery, Expected, Outcome, Way, write_rows
from services.hub.demo.monitoring import NOBODY
from services.hub.demo.population import Person, Population
from services.hub.demo.roles import AMBER_HOUSING, DERBY_HOUSING

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Posted:
    """One event, and what becomes of it: an `Outcome`, or how the bridge refuses it."""

    event: Event
    outcome: str = Outcome.ADMITTED


def write_housing_events(
    folder: Path, population: Population, now: datetime, expected: Expected
) -> tuple[Delivery, ...]:
    """One file for each authority: one event on each line, to be posted in that order."""
    return tuple(
        _write(folder, agency, _of(agency, population, now), now, expected)
        for agency in (AMBER_HOUSING, DERBY_HOUSING)
    )


def _write(
    folder: Path, agency: str, posted: Iterable[_Posted], now: datetime, expected: Expected
) -> Delivery:
    events = []
    for one in posted:
        events.append(one.event)
        expected.rows["housing"] += 1
        if one.outcome in set(Outcome):
            expected.count(agency, one.outcome)
        else:
            expected.rows_refused[f"housing:{one.outcome}"] += 1
    path = folder / "housing" / f"{agency}_{now:%Y%m%d%H%M%S}.jsonl"
    return Delivery(agency, Way.HOUSING, write_rows(path, events))


def _of(agency: str, population: Population, now: datetime) -> Iterator[_Posted]:
    people = population.on(agency)
    for person in (p for p in people if p.leaving_today):
        yield _Posted(_offered(agency, person, now))
    tenants = [p for p in people if p.at_liberty]
    for person in tenants[:2]:
        offered = _offered(agency, person, now)
        yield _Posted(offered)
        yield _Posted(offered, Outcome.REPEATED)
        yield _Posted(_started(agency, person, now))
    for person in tenants[2:3]:
        yield _Posted(_ended(agency, person, now))
    yield from _wrong(agency, tenants[0], now)


def _wrong(agency: str, person: Person, now: datetime) -> Iterator[_Posted]:
    """About a person nobody makes known, with wrong fields, and of no kind there is."""
    offered = _offered(agency, person, now)
    stranger = {"housingReference": identifiers.housing(NOBODY, agency).value}
    other = {"eventReference": f"{agency}-offer-{NOBODY}", "person": stranger}
    yield _Posted({**offered, **other}, Outcome.WAITS)
    address = {**offered["address"], "postcode": "nowhere"}
    yield _Posted({**offered, "address": address}, "not-a-postcode:address.postcode")
    yield _Posted({**offered, "offeredOn": "yesterday"}, "not-a-day:offeredOn")
    yield _Posted({**offered, "eventType": "tenancy.dreamt-of"}, "unknown-event:eventType")


def _offered(agency: str, person: Person, now: datetime) -> Event:
    number = identifiers.housing(person.number, agency).value
    known = (
        {"crn": identifiers.crn(person.number).value}
        if person.supervised
        else {"pncNumber": person.pnc.value}
    )
    return {
        **_head("tenancy.offered", "offer", agency, person, now - timedelta(minutes=25)),
        "person": {"housingReference": number, **known},
        "offeredOn": _day(now),
        "address": _address(person),
    }


def _started(agency: str, person: Person, now: datetime) -> Event:
    return {
        **_head("tenancy.started", "start", agency, person, now - timedelta(minutes=15)),
        "startedOn": _day(now),
        "address": _address(person),
    }


def _ended(agency: str, person: Person, now: datetime) -> Event:
    known = _offered(agency, person, now)["person"]
    return {
        **_head("tenancy.ended", "end", agency, person, now - timedelta(minutes=15)),
        "person": known,
        "endedOn": _day(now),
        "reason": "ABANDONED",
    }


def _head(kind: str, step: str, agency: str, person: Person, at: datetime) -> Event:
    number = identifiers.housing(person.number, agency).value
    return {
        "eventType": kind,
        "eventReference": f"{agency}-{step}-{person.number}",
        "occurredAt": at.isoformat(),
        "person": {"housingReference": number},
        "tenancyReference": f"TEN-{number}",
    }


def _address(person: Person) -> Event:
    return {
        "line": person.line,
        "postcode": person.place.postcode,
        "localAuthorityCode": person.place.council_code,
    }


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"
