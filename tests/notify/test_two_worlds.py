"""Two worlds: with one more managed person whom an agency may not know, it sees no difference.

The same day is run twice, the second time with another person in it. Everything the agency can
observe, its inbox and what came back to it, is the same to the last byte.
"""

import asyncio
from functools import cache
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact, Identifier, IdentifierType
from services.notify.app import build
from services.registry.app import build as build_register
from services.runtime.records import Record
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, versions
from tests.makers import (
    a_conviction,
    a_fitting,
    a_joining,
    a_leaving,
    a_level,
    a_notification,
    a_pnc,
    a_release,
    a_release_date,
    a_removal,
    a_rosh,
    a_tamper,
    a_tenancy,
    a_tenancy_end,
    a_zone,
    an_address_change,
    later,
)

HER, OTHER = a_pnc(1), a_pnc(2)
OTHER_ID = UUID(int=7)
TENANT = Identifier(type=IdentifierType.HOUSING, value="T-1")
WATCHED = ("derby-housing", "derby-childrens-care", "dwp", "em")
"""None of them is on the other person's case."""

Said = tuple[float, Fact]
"""Hours into the story, and what is said then."""

HERS: tuple[Said, ...] = (
    (0, a_conviction(identifiers=(HER,))),
    (1, a_joining("derby-housing", identifiers=(HER,))),
    (1, a_joining("dwp", identifiers=(HER,))),
    (2, a_zone(identifiers=(HER,))),
    (3, a_fitting(identifiers=(HER,), occurred_at=later(hours=2), device_ref="device-1")),
    (4, a_release_date(identifiers=(HER,))),
    (5, an_address_change(identifiers=(HER,), source="probation")),
    (6, a_tenancy(identifiers=(HER,), source="amber-valley-housing")),
    (30, a_tamper(device_ref="device-1", occurred_at=later(hours=29))),
    (40, a_release_date(identifiers=(HER,), prison_code="YYY")),
    (60, a_leaving("dwp", identifiers=(HER,), occurred_at=later(hours=60))),
    (61, a_release(identifiers=(HER,), occurred_at=later(hours=61))),
)
PROBED: tuple[Said, ...] = (
    (2.5, a_tenancy(identifiers=(OTHER,), tenancy_ref="probe")),
    (7, a_tenancy(identifiers=(OTHER, HER), tenancy_ref="both")),
    (8, a_tenancy(identifiers=(OTHER, TENANT), tenancy_ref="learn")),
    (9, a_tenancy_end(identifiers=(TENANT,), tenancy_ref="learn")),
    (10, a_tenancy(identifiers=(OTHER,), event_id=OTHER_ID, tenancy_ref="one")),
    (11, a_tenancy(identifiers=(OTHER,), event_id=OTHER_ID, tenancy_ref="two")),
    (13, a_fitting(identifiers=(OTHER,), device_ref="device-9")),
    (14, a_tamper(device_ref="device-9", occurred_at=later(hours=13.5))),
)
"""What those who may not know the other person say of them, in both worlds."""
THEIRS: tuple[Said, ...] = (
    (0.5, a_conviction(identifiers=(OTHER,), family_name="Exemplar")),
    (1.2, a_joining("amber-valley-housing", identifiers=(OTHER,))),
    (1.5, a_level(3, identifiers=(OTHER,))),
    (2, a_zone(identifiers=(OTHER,), zone_ref="zone-9")),
    (3, a_fitting(identifiers=(OTHER,), device_ref="device-8", occurred_at=later(hours=3))),
    (4.5, a_release_date(identifiers=(OTHER,), prison_code="QQQ")),
    (5, an_address_change(identifiers=(OTHER,), source="probation")),
    (6.5, a_rosh(identifiers=(OTHER,))),
    (7, a_tamper(device_ref="device-8", occurred_at=later(hours=6))),
    (8, a_removal(identifiers=(OTHER,), device_ref="device-8", occurred_at=later(hours=8))),
    (20, a_notification(identifiers=(OTHER,))),
    (61, a_release(identifiers=(OTHER,), occurred_at=later(hours=61))),
)
HOURS = (0, 24, 29, 48, 100, 130, 200)
"""When the clock ticks: past the times to act by and past 72 hours."""


async def run(said: list[Said]) -> Hub:
    fan_out = build(NAMES, agreements().receivers, versions(), REFERENCES)
    hub = Hub(fan_out, build_register(NAMES))
    await hub.start()
    ticks = [(float(hours), None) for hours in HOURS]
    for hours, fact in sorted([*said, *ticks], key=lambda one: one[0]):
        hub.memory.at(later(hours=hours))
        if fact is None:
            await hub.tick(later(hours=hours))
        else:
            await hub.hear(fact)
    return hub


def seen(hub: Hub, agency: str) -> tuple[list[Record], list[Record]]:
    """All an agency can read of the hub: offsets, times, keys, values, headers."""
    return hub.inbox(agency), hub.dead(agency)


async def test_one_more_managed_person_makes_no_difference_to_who_may_not_know_them() -> None:
    without = await run([*HERS, *PROBED])
    with_them = await run([*HERS, *PROBED, *THEIRS])
    assert len(with_them.in_log()) > len(without.in_log()) + len(THEIRS)
    for agency in WATCHED:
        assert seen(with_them, agency) == seen(without, agency)
    assert len(without.inbox("derby-housing")) >= 5


async def test_the_test_can_see_a_difference_where_there_is_one() -> None:
    without, with_them = await run([*HERS]), await run([*HERS, *THEIRS])
    for agency in ("amber-valley-housing", "probation", "derbyshire-police"):
        assert seen(with_them, agency) != seen(without, agency)


@cache
def without_them() -> dict[str, tuple[list[Record], list[Record]]]:
    hub = asyncio.run(run([*HERS, *PROBED]))
    return {agency: seen(hub, agency) for agency in WATCHED}


@settings(max_examples=8)
@given(
    st.lists(st.sampled_from(THEIRS), unique_by=lambda one: one[1].event_id, min_size=1),
    st.lists(st.floats(0, 199, allow_nan=False), min_size=12, max_size=12),
)
def test_whatever_is_said_of_them_and_whenever(theirs: list[Said], when: list[float]) -> None:
    moved = [(hours, fact) for hours, (_, fact) in zip(when, theirs, strict=False)]
    hub = asyncio.run(run([*HERS, *PROBED, *moved]))
    for agency, before in without_them().items():
        assert seen(hub, agency) == before
