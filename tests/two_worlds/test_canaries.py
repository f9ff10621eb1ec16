"""A thousand canary tokens through the hub in memory: in no key, header or foreign inbox."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from services.hub.catalogue import built
from services.notify.domain import Delivery
from services.runtime.names import LOG_PARTITIONS
from services.runtime.records import Headers, Outgoing
from tests.canaries import CANNOT, Canaries, text_fields, told_of
from tests.in_memory import NAMES, REFERENCES, Hub, agreements, versions
from tests.makers import later

PEOPLE = 70
PARTNERS = ("dwp", "derby-housing", "prison", "em", "mental-health-trust", "amber-valley-housing")
ON_CASE = {number: PARTNERS[number % len(PARTNERS)] for number in range(1, PEOPLE + 1)}


async def play(canaries: Canaries, *, leak: bool = False) -> Hub:
    services = list(built(NAMES, agreements(), versions(), REFERENCES))[1:]
    if leak:
        services = [_leaking(one) if one.name == "notify" else one for one in services]
    hub = Hub(*services)
    await hub.start()
    hub.memory.at(later(minutes=1))
    for number, partner in ON_CASE.items():
        for fact in told_of(number, partner):
            hub.say(canaries.in_place(fact, number))
        await hub.memory.settle()
    await hub.tick(later(hours=30))
    return hub


@cache
def played() -> tuple[Hub, Canaries]:
    canaries = Canaries("in memory")
    return asyncio.run(play(canaries)), canaries


def outside_of_values(hub: Hub, canaries: Canaries) -> dict[str, set[str]]:
    """Tokens in any key or header of any topic, or in the key of any row, by where that is."""
    found = {}
    topics = hub.memory.topics
    for topic in topics.names():
        records = [one for number in range(LOG_PARTITIONS) for one in topics.read(topic, number)]
        beside = [part for one in records for header in one.headers for part in header]
        found[topic] = canaries.in_bytes(*(one.key for one in records), *beside)
    for service, rowlog in hub.memory.rowlogs.items():
        keys = [key for part in rowlog.rows.values() for key in part]
        found[NAMES.rows(service)] = canaries.in_bytes(*keys)
    return {place: tokens for place, tokens in found.items() if tokens}


def in_foreign_inboxes(hub: Hub, canaries: Canaries) -> dict[str, set[str]]:
    """By agency, what stands in its inbox that it may not know."""
    found = {}
    for agency in agreements().agencies:
        told = canaries.in_bytes(*(record.value for record in hub.inbox(agency)))
        found[agency] = canaries.not_for(agency, told, ON_CASE, agreements())
    return {agency: tokens for agency, tokens in found.items() if tokens}


def where(canaries: Canaries, tokens: Iterable[str]) -> set[str]:
    return {canaries.planted[token].path for token in tokens}


def test_every_field_of_text_that_can_hold_a_token_does() -> None:
    hub, canaries = played()
    assert len(canaries.planted) >= 1000
    fields = text_fields(told_of(1, "dwp"))
    planted = {one.path.partition(":")[2] for one in canaries.planted.values()}
    assert fields - planted <= CANNOT
    logged = {token for fact in hub.in_log() for token in canaries.in_bytes(fact.model_dump_json())}
    assert len(logged) >= 10 * PEOPLE  # they did go through the hub


def test_no_token_is_in_a_key_or_header_of_anything() -> None:
    hub, canaries = played()
    found = outside_of_values(hub, canaries)
    # What is said of devices finds its person by the device's number, so rows have it as key.
    for service in ("tracking", "admission"):
        paths = where(canaries, found.pop(NAMES.rows(service), set()))
        assert {path.partition(":")[2] for path in paths} <= {"device_ref"}
    assert found == {}


def test_no_token_is_in_the_inbox_of_who_may_not_know_it() -> None:
    hub, canaries = played()
    assert in_foreign_inboxes(hub, canaries) == {}
    told = canaries.in_bytes(*(one.value for one in hub.inbox("probation")))
    assert len(told) > 300  # and those who may know them are told


def test_what_comes_back_says_why_without_a_token() -> None:
    hub, canaries = played()
    letters = [letter for one in agreements().agencies for letter in hub.dead(one)]
    assert len(letters) >= PEOPLE
    assert canaries.in_bytes(*(letter.value for letter in letters))  # its sender's alone
    beside = [part for one in letters for header in one.headers for part in header]
    assert canaries.in_bytes(*beside) == set()


def test_a_name_planted_in_a_header_is_found() -> None:
    canaries = Canaries("leaking")
    hub = asyncio.run(play(canaries, leak=True))
    found = outside_of_values(hub, canaries)[NAMES.inbox("probation")]
    assert where(canaries, found) == {"eligibility.conviction-recorded:family_name"}


def test_a_notice_planted_in_another_inbox_is_found() -> None:
    hub, canaries = played()
    stray = next(one for one in hub.inbox("probation") if canaries.in_bytes(one.value))
    topic = NAMES.inbox("dwp")
    before = len(hub.inbox("dwp"))
    hub.memory.append(Outgoing(topic, stray.key, stray.value, stray.headers))
    try:
        assert set(in_foreign_inboxes(hub, canaries)) == {"dwp"}
    finally:
        del hub.memory.topics._records[topic, 0][before:]  # noqa: SLF001  # nothing else takes back


def _leaking(notify: Any) -> Any:
    say = notify.say

    def says(thing: Any, marks: Headers, adopted: int) -> Iterable[Outgoing]:
        for out in say(thing, marks, adopted):
            name = isinstance(thing, Delivery) and thing.record["told"].get("family_name")
            yield replace(out, headers=(*out.headers, ("about", str(name).encode())))

    return replace(notify, say=says)
