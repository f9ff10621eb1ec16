"""A canary: found by every agency that is told anything, and kept nowhere."""

from schemas.notice import CanarySent, NoticeIssued
from tests.in_memory import REFERENCES, Hub, agreements
from tests.makers import NOON, a_conviction, later
from tests.notify.inboxes import HERS, fan_out

CANARY = CanarySent.kind()
TOLD = {slug for slug, one in agreements().agencies.items() if one.grants}


async def a_hub(*, singing: bool = True) -> Hub:
    hub = Hub(fan_out())
    await hub.start(NOON, rules="2026-3" if singing else "2026-2")
    return hub


def canaries(hub: Hub, agency: str) -> list[dict[str, object]]:
    return [notice for notice in hub.told(agency) if notice["about"] == CANARY]


async def test_every_agency_that_is_told_anything_finds_one_each_quarter_of_an_hour() -> None:
    hub = await a_hub()
    for minutes in (1, 14, 15, 16, 29, 31):
        await hub.tick(later(minutes=minutes))
    assert {slug for slug in agreements().receivers if canaries(hub, slug)} == TOLD
    for agency in TOLD:
        found = canaries(hub, agency)
        assert [one["told"]["occurred_at"] for one in found] == [  # type: ignore[index]
            later(minutes=minutes) for minutes in (0, 15, 31)
        ]
        assert len({one["notice_ref"] for one in found}) == 3
        assert {one["act_by"] for one in found} == {None}


async def test_after_an_outage_there_is_one_and_not_one_for_each_that_was_missed() -> None:
    hub = await a_hub()
    await hub.tick(later(days=3))
    assert len(canaries(hub, "dwp")) == 2


async def test_by_rules_of_before_there_is_none_so_that_an_older_log_reads_as_before() -> None:
    hub = await a_hub(singing=False)
    await hub.tick(later(hours=1))
    assert hub.in_log(CanarySent) == []


async def test_no_row_is_kept_of_it_and_the_log_holds_one_fact_for_all_agencies() -> None:
    hub = await a_hub()
    before = rows(hub)
    for quarter in range(1, 20):
        await hub.tick(later(minutes=15 * quarter))
    assert rows(hub) == before
    assert len(hub.in_log(CanarySent)) == 20
    assert hub.in_log(NoticeIssued) == []


def rows(hub: Hub) -> int:
    """How many rows all services keep."""
    return sum(len(lane.store) for lane in hub.memory._lanes)


async def test_agencies_cannot_compare_canaries_and_none_is_of_anybody() -> None:
    hub = await a_hub()
    await hub.hear(a_conviction(identifiers=(HERS,)))
    refs = [canaries(hub, agency)[0]["person_ref"] for agency in TOLD]
    numbers = [canaries(hub, agency)[0]["notice_ref"] for agency in TOLD]
    assert len(set(refs)) == len(refs)
    assert len(set(numbers)) == len(numbers)
    (known,) = {fact.person_id for fact in hub.in_log() if fact.kind() == a_conviction().kind()}
    assert known is not None
    assert REFERENCES.ref("dwp", known) not in refs
