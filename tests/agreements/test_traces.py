"""What is unread of an inbox, and what of it is looked for in the log."""

from services.agreements.traces import unread_of
from tests.in_memory import REFERENCES, Hub
from tests.makers import a_conviction, a_joining, a_release_date, later
from tests.notify.inboxes import HERS, fan_out


async def test_a_canary_that_is_unread_is_looked_for_nowhere_and_taken_out_with_the_rest() -> None:
    hub = Hub(fan_out())
    await hub.start(rules="2026-3")
    hers = {"identifiers": (HERS,)}
    await hub.hear(a_conviction(**hers), a_joining("dwp", **hers), a_release_date(**hers))
    await hub.tick(later(minutes=16))
    inbox = hub.inbox("dwp")
    abouts = [str(one) for one in hub.about("dwp")]
    assert abouts.count("notice.canary-sent") == 2
    unread = unread_of("dwp", inbox, 0, len(inbox), REFERENCES)
    numbers = {notice["notice_ref"] for notice in hub.told("dwp")}
    canaries = {n["notice_ref"] for n in hub.told("dwp") if n["about"] == "notice.canary-sent"}
    assert unread.keys() == numbers - canaries
