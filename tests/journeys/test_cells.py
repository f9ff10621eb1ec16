"""Fact × agency × case limit × field class on the real broker: what stands in each inbox.

The limits are those an agency's own words can make; all that services say of it counts as well.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from secrets import randbelow
from typing import Any
from uuid import UUID

import pytest

from schemas.base import Fact, FieldClass, Identifier
from services.agreements.references import References
from services.runtime import wire
from tests.agreements.cells import CaseLimit, File, cell, class_at, files, leaves
from tests.agreements.test_every_cell import KINDS, LIMITS
from tests.journeys.hub import AGREEMENTS, Hub
from tests.makers import (
    HOME,
    a_conviction,
    a_fitting,
    a_joining,
    a_level,
    a_limit,
    a_notification,
    a_pnc,
    a_release,
    a_release_date,
    a_rosh,
    a_tamper,
    a_tenancy,
    a_zone,
    a_zone_ending,
    an_address_change,
    later,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SIGNED = {slug: one for slug, one in files(AGREEMENTS).items() if one["kind"] != "service"}
BORN = {"adult": date(1980, 1, 31), "youth": date(2012, 1, 31)}
SAYABLE = [
    one for one in LIMITS if one.age in BORN and one.category != 4 and one.at == CaseLimit("now").at
]
"""Nobody can say category 4 yet, an age nobody knows, or that a grant has ended."""


@dataclass
class Case:
    """Somebody invented, who is as the limit says."""

    limit: CaseLimit
    number: Identifier = field(default_factory=lambda: a_pnc(1_000_000 + randbelow(8_000_000)))

    @property
    def known(self) -> list[Fact]:
        """What is said of them before anything counts."""
        who: dict[str, Any] = {"identifiers": (self.number,)}
        agencies = tuple(sorted(SIGNED))
        named = {None: None, True: agencies, False: ("nobody-of-these",)}[self.limit.named]
        said: list[Fact] = [a_conviction(born_on=BORN[self.limit.age or ""], **who)]
        if self.limit.on_case:
            said += [a_joining(one, **who) for one in agencies]
        said += [an_address_change(home=self._home, **who), a_level(self.limit.level or 0, **who)]
        if named or self.limit.excluded:
            said.append(a_limit(*named or (), excluded=agencies * self.limit.excluded, **who))
        return said

    @property
    def _home(self) -> Any:
        return HOME.model_copy(update={"council_code": self.limit.area})

    @property
    def said(self) -> list[Fact]:
        """One of everything agencies say that leaves the case as it is."""
        who: dict[str, Any] = {"identifiers": (self.number,), "occurred_at": later(hours=1)}
        device, zone = (f"{what}-{self.number.value[5:12]}" for what in ("device", "zone"))
        return [
            an_address_change(home=self._home, **who),
            a_level(self.limit.level or 0, **who),
            a_rosh(**who),
            a_release_date(**who),
            a_release(**who),
            a_notification(**who),
            a_tenancy(tenancy_ref=zone, **who),
            a_zone(zone_ref=zone, protects_victim=True, **who),
            a_fitting(device_ref=device, **who),
            a_tamper(device_ref=device, occurred_at=later(hours=2)),
            a_zone_ending(zone_ref=zone, **who),
        ]


def test_every_cell_stands_in_the_inbox_as_the_words_of_the_file_say(
    hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases, tally = [Case(limit) for limit in SAYABLE], Counter[str]()
    hub.say(tmp_path, *(fact for case in cases for fact in case.known))
    hub.at_rest()
    before = ends(hub)
    for fact in (fact for case in cases for fact in case.said):
        hub.say(tmp_path, fact)
    hub.at_rest()
    wrong = list(wrong_cells(hub, cases, before, tally))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(cases)} cases: {tally['shown'] + tally['not shown']} cells of "
            f"{tally['facts']} facts of {len(tally) - 3} kinds, {tally['shown']} shown"
        )
    assert wrong == []
    assert tally["shown"] > 500


def ends(hub: Hub) -> dict[int, int]:
    return {number: len(records) for number, records in hub.recorded().log().items()}


def wrong_cells(
    hub: Hub, cases: list[Case], since: dict[int, int], tally: Counter[str]
) -> Iterator[tuple[str, str, str, str]]:
    """Limit, agency, kind and class where what stands there is not what the words say."""
    references = References((hub.home / "secrets" / "references").read_bytes())
    inboxes = {agency: by_ref(hub, agency) for agency in SIGNED}
    for fact, limit in of_them(hub, cases, since):
        tally.update(("facts", fact.kind()))
        for agency, signed in SIGNED.items():
            notice = inboxes[agency].get(str(references.notice(agency, fact.event_id)))
            found = None if notice is None else plain(notice["told"])
            yield from differing(signed, fact, limit, found, tally)


def differing(
    signed: File, fact: Fact, limit: CaseLimit, found: dict[str, Any] | None, tally: Counter[str]
) -> Iterator[tuple[str, str, str, str]]:
    shown = cell(signed, fact, limit)
    said = None if shown is None else {at: plainly(value) for at, value in shown.items()}
    if (said is None) != (found is None):
        yield limit.name, signed["agency"], fact.kind(), "told"
    for field_class in FieldClass:
        wanted, there = (
            {
                at: value
                for at, value in (one or {}).items()
                if class_at(type(fact), at) is field_class
            }
            for one in (said, found)
        )
        tally["shown" if there else "not shown"] += 1
        if wanted != there:
            yield limit.name, signed["agency"], fact.kind(), field_class


def of_them(hub: Hub, cases: list[Case], since: dict[int, int]) -> Iterator[tuple[Fact, CaseLimit]]:
    """What was told of since then, and of whom."""
    by_number = {case.number: case.limit for case in cases}
    for number, records in hub.recorded().log().items():
        limits: dict[UUID | None, CaseLimit] = {}
        for record in records:
            fact = wire.decode(record.value or b"")
            for one in getattr(fact, "identifiers", ()):
                if one in by_number:
                    limits[fact.person_id] = by_number[one]
            limit = limits.get(fact.person_id)
            if limit is not None and record.offset >= since[number] and fact.kind() in KINDS:
                yield fact, limit


def by_ref(hub: Hub, agency: str) -> dict[str, dict[str, Any]]:
    return {str(notice["notice_ref"]): notice for notice in hub.notices(agency)}


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """What was told, value by value; what is not there is as if it were null."""
    return {at: plainly(value) for at, value in leaves(told)}


def plainly(value: Any) -> Any:
    """A value as it may be compared, whether it went over the wire or not."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return tuple(plainly(one) for one in value)
    return value.isoformat() if isinstance(value, datetime | date) else value
