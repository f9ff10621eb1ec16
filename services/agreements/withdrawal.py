"""Narrowing that holds: what an agency has not read is withdrawn, and told again if it still may.

    shut out of its inbox → (the new agreements are in force, notify decides by them)
    → what is unread is found in the log → said to be withheld → taken out → let in again

Each step may be the last of a command that was ended; run again, it goes on. `Withheld` comes
before anything is taken out: killed between, a notice stands there twice, never not at all.
Whatever the agency commits meanwhile changes nothing: what it had fetched has the number under
which it comes again. Decision 15.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from schemas.base import sourced_id
from schemas.log import GrantSuspended
from schemas.notice import Withheld
from services.agreements import suspended, traces, waiting
from services.agreements.compile import Agreements
from services.agreements.narrowed import narrowed
from services.agreements.references import References
from services.agreements.suspended import Ending
from services.agreements.traces import Trace
from services.hub.broker.private import private_directory, write_private
from services.runtime.faults import Stop
from services.runtime.records import Record

log = logging.getLogger(__name__)

GIVES_UP = timedelta(minutes=10)
"""So long what an unread notice told of may be on its way into the log. After a restore there may
be notices without any cause there (decision 9): they must not shut an agency out for ever."""
PENDING = "narrowing.json"
"""While this file is there something is under way; mostly somebody is shut out till it is done."""


class Unread(BaseModel):
    """What is withdrawn of one inbox: from the first offset that was not collected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: int
    end: int


class OfGrant(BaseModel):
    """The grant whose suspension begins or ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    """The kind of fact."""
    said: UUID
    """The `GrantSuspended` that notify has to have taken first."""
    act: UUID | None
    """Who decided stands there; None while nobody is enrolled."""


class Pending(BaseModel):
    """A withdrawal that is under way: of a narrowing, or where a suspension begins or ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: str
    """The agreements that were in force before."""
    after: str
    began_at: datetime
    log_ends: Mapping[int, int]
    """Where the log ended before they were adopted, by partition."""
    agencies: tuple[str, ...]
    """Those still shut out."""
    unread: Mapping[str, Unread] = {}
    """What was found in their inboxes, by agency, once notify decided by the new agreements."""
    noted_at: datetime | None = None
    """When that was."""
    ending: Ending | None = None
    """Of a suspension; None: none ends."""
    grant: OfGrant | None = None
    """Which grant's suspension it is; None: it is no grant's."""

    @property
    def suspends(self) -> bool:
        """Whether a suspension begins or ends; else an agreement narrows."""
        return self.ending is not None or self.grant is not None

    def suspensions(self) -> Iterator[GrantSuspended]:
        """That a grant's suspension begins or ends, if it does; the same whenever it is said."""
        if self.grant is not None:
            for agency in self.agencies:
                yield GrantSuspended(
                    event_id=self.grant.said,
                    occurred_at=self.began_at,
                    source="deploy",
                    caused_by=self.grant.act,
                    agency=agency,
                    about=self.grant.about,
                    waits=self.ending is None,
                )


class Inboxes(Protocol):
    """What a narrowing does at the broker; each step done twice does no harm."""

    def log_ends(self) -> Mapping[int, int]: ...  # noqa: D102

    def shut(self, agencies: Sequence[str]) -> None:
        """The broker refuses them their inbox, also on sessions that stand."""

    def decides_by(self, version: str, since: Mapping[int, int]) -> bool:
        """Whether notify has taken the adoption, which stands in the log from there on."""

    def took(self, event_id: UUID, since: Mapping[int, int]) -> bool:
        """Whether notify has taken that fact, which stands in the log from there on."""

    def unread(self, agency: str) -> Unread:
        """From what was not collected to the end of the inbox, as they are now."""

    def inbox(self, agency: str) -> Iterable[Record]: ...  # noqa: D102

    def log(self) -> Iterable[Record]:
        """The log, one partition after the other."""

    def issued(self) -> Iterable[Record]:
        """What notify said of notices lately, be it in the log already or not."""

    def waiting(self) -> Iterable[Record]:
        """What notify said lately of notices that wait, be it in the log already or not."""

    def say(self, facts: Iterable[Withheld]) -> None:
        """The broker has them."""

    def take_out(self, agency: str, unread: Unread, at: datetime) -> None:
        """The inbox begins after it, in an epoch of its own, as the agency's folder says."""

    def let_in(self, agency: str) -> None:
        """It may read its inbox again, if it has an agreement."""


def read(home: Path) -> Pending | None:
    """The narrowing that is under way."""
    try:
        return Pending.model_validate_json((home / PENDING).read_bytes())
    except FileNotFoundError:
        return None


def begin(
    home: Path, before: Agreements | None, after: Agreements, at: datetime, inboxes: Inboxes
) -> Pending | None:
    """The narrowing that these agreements are, those of before that were not ended with it.

    Whoever is concerned is shut out; None where nobody is.

    Raises:
        Stop: something else is under way.
    """
    known = read(home)
    if known is not None and known.suspends and known.after != after.version:
        raise Stop("a suspension begins or ends; run that hub agency command again, then this")
    less = {} if before is None else narrowed(before, after, at)
    agencies = tuple(sorted({*less, *(() if known is None else known.agencies)}))
    log_ends = inboxes.log_ends() if agencies and known is None else {}
    nobody_told = known is None and not any(log_ends.values())
    if before is None or not agencies or nobody_told:
        return None
    if known is None or known.after != after.version:
        known = Pending(
            before=before.version if known is None else known.before,
            after=after.version,
            began_at=at,
            log_ends=log_ends if known is None else known.log_ends,
            agencies=agencies,
        )
        keep(home, known)
    inboxes.shut(known.agencies)
    return known


def end_suspension(
    home: Path, agency: str, agreements: Agreements, ending: Ending, at: datetime
) -> None:
    """What waits for the agency is to be decided again, or lapses, and then it is let in.

    Raises:
        Stop: something else is under way.
    """
    _begin(home, _alone(agency, agreements, at).model_copy(update={"ending": ending}))


def of_grant(
    home: Path,
    agency: str,
    agreements: Agreements,
    about: str,
    act: UUID | None,
    at: datetime,
    log_ends: Mapping[int, int],
    ending: Ending | None = None,
) -> Pending:
    """The suspension of a grant begins, so what is unread is withdrawn; or, with `ending`, it ends.

    Raises:
        Stop: something else is under way.
    """
    number = f"{agency}|{about}|{at.isoformat()}|{ending is None}"
    said = sourced_id("deploy", GrantSuspended.kind(), number)
    grant = OfGrant(about=about, said=said, act=act)
    update = {"grant": grant, "ending": ending, "log_ends": log_ends}
    pending = _alone(agency, agreements, at).model_copy(update=update)
    _begin(home, pending)
    return pending


def _alone(agency: str, agreements: Agreements, at: datetime) -> Pending:
    version = agreements.version
    return Pending(before=version, after=version, began_at=at, log_ends={}, agencies=(agency,))


def _begin(home: Path, pending: Pending) -> None:
    if read(home) is not None:
        raise Stop("something else is under way; run it again, or: hub agreements apply")
    keep(home, pending)


def keep(home: Path, pending: Pending) -> None:
    """What is still to do is known to whoever goes on; nothing, once nobody is shut out."""
    if pending.agencies:
        write_private(private_directory(home) / PENDING, pending.model_dump_json(indent=1))
    else:
        (home / PENDING).unlink(missing_ok=True)


def go_on(
    home: Path,
    inboxes: Inboxes,
    version: Callable[[str], Agreements],
    references: References,
    at: datetime,
) -> bool:
    """One round of what is left; whether it was all. If not, notify is not as far yet."""
    pending = read(home)
    if pending is None:
        return True
    if not _decided_by_now(pending, inboxes):
        return False
    if pending.grant is not None and pending.ending is not None:
        _resume_grant(home, pending, pending.grant, pending.ending, inboxes)
        return True
    found = {slug: pending.unread.get(slug) or inboxes.unread(slug) for slug in pending.agencies}
    noted_at = pending.noted_at or at
    pending = pending.model_copy(update={"unread": found, "noted_at": noted_at})
    keep(home, pending)
    less = narrowed(version(pending.before), version(pending.after), pending.began_at)
    followed = _followed(pending, less, inboxes, references)
    missing = sum(trace.missing() for trace in followed.values())
    if missing and at - noted_at < GIVES_UP:
        return False
    if missing:
        log.error("notices are withdrawn of which the log tells nothing", extra={"count": missing})
        followed = {slug: trace.known() for slug, trace in followed.items()}
    for slug, trace in followed.items():
        end = found[slug].end
        number = f"{slug}|{pending.after}|{end}"
        lapsed, act = _lapsed(pending.ending, trace, inboxes)
        inboxes.say(trace.facts(pending.before, number, pending.began_at, lapsed, act))
        if found[slug].begins < end:
            inboxes.take_out(slug, found[slug], at)
        if pending.ending is not None:
            suspended.end(home, slug)
        if slug not in suspended.read(home).since:
            inboxes.let_in(slug)
        left = tuple(one for one in pending.agencies if one != slug)
        pending = pending.model_copy(update={"agencies": left})
        keep(home, pending)
    return True


def _decided_by_now(pending: Pending, inboxes: Inboxes) -> bool:
    """Whether notify decides as it has to, so that nothing that stands there is by the old way."""
    if pending.grant is not None:
        return inboxes.took(pending.grant.said, pending.log_ends)
    undone = pending.after == pending.before  # and so perhaps adopted before the log's ends
    return undone or inboxes.decides_by(pending.after, pending.log_ends)


def _resume_grant(
    home: Path, pending: Pending, grant: OfGrant, ending: Ending, inboxes: Inboxes
) -> None:
    """What waited is told as far as it may be, or lapses."""
    (agency,) = pending.agencies
    (waited,) = waiting.read([(agency, grant.about)], inboxes.log(), inboxes.waiting())
    inboxes.say(waited.facts(ending, pending.before, str(grant.said), pending.began_at))
    suspended.end_grant(home, agency, grant.about)
    if agency not in suspended.read(home).since:
        inboxes.let_in(agency)  # it was shut out for nothing, if apply was run meanwhile
    keep(home, pending.model_copy(update={"agencies": ()}))


def _lapsed(
    ending: Ending | None, trace: Trace, inboxes: Inboxes
) -> tuple[frozenset[UUID], UUID | None]:
    """What of the unread is told to nobody any more, and by whose act."""
    if ending is None or ending.outcome == "release":
        return frozenset(), None if ending is None else ending.act
    if ending.outcome == "skip" or ending.before is None:
        return frozenset(trace.unread), ending.act
    return traces.put_before(inboxes.inbox(trace.agency), ending.before), ending.act


def _followed(
    pending: Pending,
    less: Mapping[str, frozenset[str]],
    inboxes: Inboxes,
    references: References,
) -> Mapping[str, Trace]:
    """What of each inbox was unread, and what the log tells of it."""
    found = {}
    for slug in pending.agencies:
        unread = pending.unread[slug]
        notices = traces.unread_of(slug, inboxes.inbox(slug), unread.begins, unread.end, references)
        found[slug] = Trace(slug, references, less.get(slug, frozenset()), notices)
    traces.follow(found, inboxes.log())
    for record in inboxes.issued():
        traces.note(found, record)
    return found
