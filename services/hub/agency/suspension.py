"""An agency or a grant suspended, and what waited decided: released, skipped or expired.

suspend: signed → its inbox is shut and keeps what waits whatever its age
resume:  signed → the door knows → what waits is withdrawn → told again if it may be, or lapses

One grant alone: the inbox is shut for a moment → the log knows → notify tells nothing more by that
grant → what is unread is withdrawn and told again, but for what waits now → let in again; at its
end: the log knows → what waited is told if it may be, or lapses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from time import monotonic, sleep
from uuid import UUID

from schemas.catalogue import BY_KIND, BY_TOPIC_PART
from schemas.log import Decided
from services.agreements import acts, suspended, waiting, withdrawal
from services.agreements import apply as applying
from services.agreements.adopt import tell_all
from services.agreements.broker_plan import desired
from services.agreements.compile import Agreements
from services.agreements.inboxes import KafkaInboxes
from services.agreements.signing import Asked, decide
from services.agreements.suspended import Ending
from services.agreements.versions import Versions
from services.agreements.whom import LONDON
from services.agreements.withdrawal import Pending
from services.hub.broker.cluster import Cluster
from services.runtime.faults import Stop
from services.runtime.symptoms import Symptom, Weight

LONG_DAYS = 30
"""A suspension that lasts so long is one somebody has to look at. Local choice, decision 15."""
MANY = 10_000
"""So many notices that wait, likewise; none is ever dropped."""
UNDER_WAY = "something else is under way; run that command again, or hub agreements apply"


@dataclass(frozen=True)
class Waits:
    """One agency that is suspended, or one grant of it."""

    agency: str
    fact: str | None
    """Whose grant it is, as its topic names it; None: all that the agency is told waits."""
    since: datetime
    waiting: int
    """Notices that wait; of an agency those it has not collected, repeats among them."""

    @property
    def words(self) -> str:
        """What is suspended, as a command is told it."""
        return self.agency if self.fact is None else f"{self.agency} --fact {self.fact}"


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
    mine = pending is not None and pending.grant is None and pending.ending is not None
    if pending is None or not mine or pending.agencies != (agency,):
        if agency not in suspended.read(cluster.home).since:
            raise Stop(f"{agency} is not suspended; who is: hub agency suspended")
        if pending is not None:
            raise Stop(UNDER_WAY)
        day = "" if before is None else f":{before.isoformat()}"
        inboxes = KafkaInboxes(cluster, agreements)
        since, subject = inboxes.log_ends(), f"agency-{agency}{day}"
        act = _decided(cluster, inboxes, outcome, subject, since, asked, within_s)
        ending = _ending(outcome, act, before)
        withdrawal.end_suspension(cluster.home, agency, agreements, ending, datetime.now(UTC))
    if applying.withdraw(cluster, within_s):
        return False
    inbox = cluster.names.inbox(agency)
    topic = desired(agreements, cluster.names).topics[inbox]
    forever = {name: topic.configs.get(name, "-1") for name in suspended.KEPT_WHATEVER_ITS_AGE}
    applying.configure(cluster, {inbox: forever})
    return True


def suspend_grant(cluster: Cluster, agency: str, fact: str, asked: Asked, within_s: float) -> bool:
    """What the agency is told of that fact waits from here on; False: not yet, run it again.

    What it has not read of it waits too. While that is sorted out it reads nothing at all, and that
    is so from the first moment.

    Raises:
        Stop: no such agency or grant, or something else is under way.
        NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        KafkaException, Unavailable: the broker refused or did not answer; run it again.
    """
    about, agreements = _granted(cluster, agency, fact)
    inboxes = KafkaInboxes(cluster, agreements)
    pending = _begun(cluster, agency, about, ending=False)
    if pending is None:
        ends, subject = inboxes.log_ends(), acts.of_grant(agency, about)
        act = _decided(cluster, inboxes, "suspend", subject, ends, asked, within_s)
        pending = withdrawal.of_grant(
            cluster.home, agency, agreements, about, _number(act), datetime.now(UTC), ends
        )
    suspended.begin_grant(cluster.home, agency, about, pending.began_at)
    inboxes.shut([agency])
    tell_all(cluster, pending.suspensions())
    return not applying.withdraw(cluster, within_s)


def resume_grant(
    cluster: Cluster,
    agency: str,
    fact: str,
    outcome: str,
    before: date | None,
    asked: Asked,
    within_s: float,
) -> bool:
    """What waited for that grant is decided, and it tells again; False: not yet, run it again.

    Raises:
        Stop: it is not suspended, or something else is under way.
        NobodyActs, NotYet, NotAllowed: it is not signed by whom it takes; nothing was done.
        KafkaException, Unavailable: the broker refused or did not answer; run it again.
    """
    about, agreements = _granted(cluster, agency, fact)
    pending = _begun(cluster, agency, about, ending=True)
    if pending is None:
        if about not in suspended.read(cluster.home).grants.get(agency, {}):
            raise Stop(f"{fact} of {agency} is not suspended; what is: hub agency suspended")
        inboxes = KafkaInboxes(cluster, agreements)
        ends, day = inboxes.log_ends(), "" if before is None else before.isoformat()
        subject = acts.of_grant(agency, about, day)
        act = _decided(cluster, inboxes, outcome, subject, ends, asked, within_s)
        at, ending = datetime.now(UTC), _ending(outcome, act, before)
        pending = withdrawal.of_grant(
            cluster.home, agency, agreements, about, ending.act, at, ends, ending
        )
    tell_all(cluster, pending.suspensions())
    return not applying.withdraw(cluster, within_s)


def _begun(cluster: Cluster, agency: str, about: str, *, ending: bool) -> Pending | None:
    """Just that, if it was begun and not ended.

    Raises:
        Stop: something else was.
    """
    pending = withdrawal.read(cluster.home)
    if pending is None:
        return None
    grant = pending.grant
    same = grant is not None and grant.about == about and pending.agencies == (agency,)
    if not same or (pending.ending is not None) is not ending:
        raise Stop(UNDER_WAY)
    return pending


def waits(cluster: Cluster) -> Iterator[Waits]:
    """Everybody who is suspended and every grant that is, and how much waits.

    Raises:
        Unavailable: the broker did not answer.
    """
    known = suspended.read(cluster.home)
    if not known.since and not known.grants:
        return
    inboxes = KafkaInboxes(cluster, Versions(cluster.home / "agreements").latest())
    for agency, at in sorted(known.since.items()):
        unread = inboxes.unread(agency)
        yield Waits(agency, None, at, unread.end - unread.begins)
    grants = [(agency, about) for agency, kinds in known.grants.items() for about in kinds]
    if grants:
        for one in waiting.read(sorted(grants), inboxes.log(), inboxes.waiting()):
            since = known.grants[one.agency][one.about]
            yield Waits(one.agency, BY_KIND[one.about].topic_part, since, one.count)


def symptoms(found: Iterator[Waits], now: datetime) -> Iterator[Symptom]:
    """Who is suspended; long, or with much waiting, it is a fault that nobody decides."""
    for one in found:
        days = (now - one.since).days
        wrong = f"suspended since {one.since:%d %B}, {one.waiting} notices wait"
        much = days >= LONG_DAYS or one.waiting >= MANY
        do = f"decide what becomes of them: hub agency resume {one.words}"
        yield Symptom(f"agency {one.words}", wrong, do, Weight.FAULT if much else Weight.WATCH)


def _known(cluster: Cluster, agency: str) -> Agreements:
    agreements = Versions(cluster.home / "agreements").latest()
    if agency not in agreements.agencies:
        raise Stop(f"no agreement is with {agency}; with whom: hub agreements matrix")
    return agreements


def _granted(cluster: Cluster, agency: str, fact: str) -> tuple[str, Agreements]:
    """The kind of that fact, which the agency is told now."""
    agreements = _known(cluster, agency)
    entry = BY_TOPIC_PART.get(fact)
    if entry is None or entry.kind not in agreements.agencies[agency].grants:
        raise Stop(f"{agency} is told no {fact}; what it is told: hub agency show {agency}")
    return entry.kind, agreements


def _decided(
    cluster: Cluster,
    inboxes: KafkaInboxes,
    outcome: str,
    subject: str,
    since: Mapping[int, int],
    asked: Asked,
    within_s: float,
) -> Decided | None:
    """The act, which the door knows, so that what follows from it counts; None: nobody is enrolled.

    `since` is where the log ended before.

    Raises:
        Stop: the door has not come to it.
    """
    act = decide(cluster, "inbox", outcome, subject, asked)
    if act is not None:
        _until_in_the_log(inboxes, act, since[0], within_s)
    return act


def _ending(outcome: str, act: Decided | None, before: date | None) -> Ending:
    at = None if before is None else datetime.combine(before, time(), LONDON)
    return Ending(outcome=outcome, act=_number(act), before=at)


def _number(act: Decided | None) -> UUID | None:
    return None if act is None else act.event_id


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
