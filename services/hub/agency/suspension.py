"""An agency suspended, and what waited for it decided: released, skipped or expired.

suspend: signed → its inbox is shut and keeps what waits whatever its age
resume:  signed → the door knows → what waits is withdrawn → told again if it may be, or lapses
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from time import monotonic, sleep

from schemas.log import Decided
from services.agreements import apply as applying
from services.agreements import suspended, withdrawal
from services.agreements.broker_plan import desired
from services.agreements.compile import Agreements
from services.agreements.inboxes import KafkaInboxes
from services.agreements.signing import Asked, decide
from services.agreements.versions import Versions
from services.agreements.whom import LONDON
from services.agreements.withdrawal import Ending
from services.hub.broker.cluster import Cluster
from services.runtime.faults import Stop
from services.runtime.symptoms import Symptom, Weight

LONG_DAYS = 30
"""A suspension that lasts so long is one somebody has to look at. Local choice, decision 15."""
MANY = 10_000
"""So many notices that wait, likewise; none is ever dropped."""


@dataclass(frozen=True)
class Waits:
    """One agency that is suspended."""

    agency: str
    since: datetime
    waiting: int
    """Notices in its inbox that it has not collected, repeats among them."""


def suspend(cluster: Cluster, agency: str, asked: Asked, shut: Callable[[], None]) -> None:
    """The broker refuses the agency its inbox from here on; what it is told waits there.

    `shut` is called once it does. What the agency says goes on being taken.

    Raises:
        Stop: no such agency.
        NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        KafkaException: the broker refused or did not answer; run it again.
    """
    _known(cluster, agency)
    decide(cluster, "inbox", "suspend", f"agency-{agency}", asked)
    suspended.begin(cluster.home, agency, datetime.now(UTC))
    inboxes = KafkaInboxes(cluster, Versions(cluster.home / "agreements").latest())
    inboxes.shut([agency])
    shut()
    inbox = cluster.names.inbox(agency)
    applying.configure(cluster, {inbox: suspended.KEPT_WHATEVER_ITS_AGE})


def resume(
    cluster: Cluster, agency: str, outcome: str, before: date | None, asked: Asked, within_s: float
) -> bool:
    """What waited is decided, and the agency let in again; False: not yet, run it again.

    `before`, with `expire`, is a London day: what was put into the inbox before it has lapsed.

    Raises:
        Stop: it is not suspended, or something else is under way.
        NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        KafkaException, Unavailable: the broker refused or did not answer; run it again.
    """
    agreements = _known(cluster, agency)
    pending = withdrawal.read(cluster.home)
    if pending is None or pending.ending is None or pending.agencies != (agency,):
        if agency not in suspended.read(cluster.home).since:
            raise Stop(f"{agency} is not suspended; who is: hub agency suspended")
        if pending is not None:
            raise Stop("somebody is shut out until something else is done: hub agreements apply")
        day = "" if before is None else f":{before.isoformat()}"
        inboxes = KafkaInboxes(cluster, agreements)
        ends = inboxes.log_ends()
        act = decide(cluster, "inbox", outcome, f"agency-{agency}{day}", asked)
        if act is not None:
            _until_in_the_log(inboxes, act, ends[0], within_s)
        at = None if before is None else datetime.combine(before, time(), LONDON)
        ending = Ending(outcome=outcome, act=act and act.event_id, before=at)
        withdrawal.end_suspension(cluster.home, agency, agreements, ending, datetime.now(UTC))
    if applying.withdraw(cluster, within_s):
        return False
    inbox = cluster.names.inbox(agency)
    topic = desired(agreements, cluster.names).topics[inbox]
    forever = {name: topic.configs.get(name, "-1") for name in suspended.KEPT_WHATEVER_ITS_AGE}
    applying.configure(cluster, {inbox: forever})
    return True


def waits(cluster: Cluster) -> Iterator[Waits]:
    """Everybody who is suspended, and how much waits.

    Raises:
        Unavailable: the broker did not answer.
    """
    since = suspended.read(cluster.home).since
    if not since:
        return
    inboxes = KafkaInboxes(cluster, Versions(cluster.home / "agreements").latest())
    for agency, at in sorted(since.items()):
        unread = inboxes.unread(agency)
        yield Waits(agency, at, unread.end - unread.begins)


def symptoms(found: Iterator[Waits], now: datetime) -> Iterator[Symptom]:
    """Who is suspended; long, or with much waiting, it is a fault that nobody decides."""
    for one in found:
        days = (now - one.since).days
        wrong = f"suspended since {one.since:%d %B}, {one.waiting} notices wait"
        much = days >= LONG_DAYS or one.waiting >= MANY
        do = f"decide what becomes of them: hub agency resume {one.agency}"
        yield Symptom(f"agency {one.agency}", wrong, do, Weight.FAULT if much else Weight.WATCH)


def _known(cluster: Cluster, agency: str) -> Agreements:
    agreements = Versions(cluster.home / "agreements").latest()
    if agency not in agreements.agencies:
        raise Stop(f"no agreement is with {agency}; with whom: hub agreements matrix")
    return agreements


def _until_in_the_log(inboxes: KafkaInboxes, act: Decided, since: int, within_s: float) -> None:
    """The door has let the act in, so that what follows from it counts.

    Raises:
        Stop: it has not come to it.
    """
    until = monotonic() + within_s
    while not inboxes.knows(act.event_id, since):
        if monotonic() > until:
            raise Stop("the door has not come to the act; is the hub up? Then run this again")
        sleep(0.2)
