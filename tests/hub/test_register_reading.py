"""Everybody's facts out of the log: as it stood then, for whom it may be now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import pytest

from schemas.base import Fact, PersonId
from services.hub.register.people import Told
from services.hub.register.reading import people_in
from services.hub.register.statistics import statistics
from services.runtime import wire
from services.runtime.faults import Stop
from services.runtime.records import Record
from tests.makers import (
    a_conviction,
    a_limit,
    a_notification,
    a_person,
    a_rosh,
    a_tick,
    admitted,
    later,
    rules_adopted,
)

ONE, OTHER = a_person(1), a_person(2)
MONDAY = date(2026, 3, 2)


def log(*said: tuple[PersonId | None, Fact]) -> list[Record]:
    """One partition, an hour from each record to the next, beginning with the rules."""
    records = []
    for offset, (person, fact) in enumerate([(None, rules_adopted("2026-4")), *said]):
        known = fact if person is None else admitted(fact, person)
        key = None if person is None else person.bytes
        at = int(later(hours=offset).timestamp() * 1000)
        headers = wire.headers_of(known)
        records.append(Record("log", 0, offset, at, key, wire.encode(known), headers))
    return records


def read(*parts: Sequence[Record], at: datetime = later(days=9)) -> list[Told]:  # noqa: B008
    return list(people_in(parts, at))


def numbers(people: Iterable[Told]) -> list[PersonId]:
    return [told.person for told in people]


CAUTIONED = a_conviction(convicted_on=MONDAY)


def test_everybody_of_every_partition_with_what_was_said_of_them() -> None:
    first = log((ONE, CAUTIONED), (None, a_tick()), (ONE, a_rosh()), (ONE, a_notification()))
    found = read(first, log((OTHER, CAUTIONED)))
    assert numbers(found) == [ONE, OTHER]
    assert [type(fact).__name__ for fact in found[0].heard] == [
        "ConvictionRecorded",
        "NotificationMade",
    ]
    assert {told.rules.version for told in found} == {"2026-4"}


def test_only_what_the_hub_had_heard_by_then() -> None:
    records = log((ONE, CAUTIONED), (OTHER, CAUTIONED))
    assert numbers(read(records, at=later(minutes=59))) == []
    assert numbers(read(records, at=later(hours=1))) == [ONE]
    assert numbers(read(records, at=later(hours=2))) == [ONE, OTHER]


def test_a_limit_of_today_holds_for_what_was_known_before_it() -> None:
    """Else a look at yesterday would tell who is limited since."""
    records = log((ONE, CAUTIONED), (ONE, a_limit("probation")))
    (yesterday,) = read(records, at=later(hours=1))
    assert [yesterday.limits.allow(who) for who in ("probation", "prison")] == [True, False]
    counted = statistics([yesterday], date(2027, 3, 31), None)
    assert set(counted.eligible.numbers.values()) == {0}


def test_rules_are_those_in_force_then() -> None:
    records = [*log((ONE, CAUTIONED)), *log()]
    older = log((None, rules_adopted("2026-1")), (ONE, CAUTIONED))
    assert read(records)[0].rules.version == "2026-4"
    assert read(older)[0].rules.version == "2026-1"


def test_nothing_is_read_by_rules_this_build_does_not_have() -> None:
    with pytest.raises(Stop):
        read(log((None, rules_adopted("2099-1")), (ONE, CAUTIONED)))
    with pytest.raises(Stop):
        read(log((ONE, CAUTIONED))[1:])
    assert read([]) == []
