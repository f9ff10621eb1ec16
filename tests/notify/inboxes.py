"""A hub with one person in it, for tests of what stands in the inboxes."""

from collections.abc import Iterator

from schemas.base import Fact
from services.agreements.versions import Versions
from services.notify.app import build
from services.runtime.records import Record
from services.runtime.service import Service
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, versions
from tests.makers import (
    a_conviction,
    a_joining,
    a_pnc,
    a_release_date,
)

HERS = a_pnc(1)
CANARY = "Testperson-canary"
OUTSIDE = ("derby-housing", "amber-valley-housing", "derby-childrens-care", "dwp", "em")


def fan_out(known: Versions | None = None) -> Service:
    return build(NAMES, agreements().receivers, known or versions(), REFERENCES)


async def a_hub(*on_case: str, known: Versions | None = None) -> Hub:
    """One person is known, with these on the case."""
    hub = Hub(fan_out(known), known=known)
    await hub.start()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    await hub.hear(*(a_joining(agency, identifiers=(HERS,)) for agency in on_case))
    return hub


def release(**fields: object) -> Fact:
    return a_release_date(identifiers=(HERS,), **fields)


def inboxes(hub: Hub, *receivers: str) -> Iterator[Record]:
    for receiver in receivers or agreements().receivers:
        yield from hub.inbox(receiver)
