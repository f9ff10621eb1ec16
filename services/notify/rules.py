"""What notices go by: the agreements in force, the ladder, and how each agency knows a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from schemas.bank_holidays import BANK_HOLIDAYS
from schemas.notice import ReceiptStatus
from schemas.risk import Urgency
from services.agreements.actors import Role
from services.agreements.compile import Agreements, Grant
from services.agreements.references import References
from services.agreements.whom import LONDON
from services.runtime.faults import Stop

_ANY = ReceiptStatus.COLLECTED


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done about a notice of one urgency that asks for a receipt, and how soon."""

    act: timedelta
    """So long after it was told the receipt is due: it is overdue then, and escalated."""
    closed_by: ReceiptStatus = _ANY
    """The least its receiver has to say; that it cannot act always closes it."""
    remind: timedelta | None = None
    """So long after it was told its receiver is reminded, if it has not collected it."""
    report: timedelta | None = None
    """So long after it was said to be overdue the body that leads is told; None: nobody is."""


Ladder = Mapping[Urgency, Steps]

AT_FIRST: Ladder = MappingProxyType(
    {
        Urgency.IMMEDIATE: Steps(act=timedelta(hours=1)),
        Urgency.SAME_DAY: Steps(act=timedelta(hours=24)),
        Urgency.ROUTINE: Steps(act=timedelta(days=5)),
    }
)
LOCAL_STANDARD: Ladder = MappingProxyType(
    {
        Urgency.IMMEDIATE: Steps(
            act=timedelta(hours=1),
            closed_by=ReceiptStatus.ACTED,
            remind=timedelta(minutes=15),
            report=timedelta(hours=1),
        ),
        Urgency.SAME_DAY: Steps(
            act=timedelta(hours=24), remind=timedelta(hours=4), report=timedelta(hours=4)
        ),
        Urgency.ROUTINE: Steps(
            act=timedelta(days=5), remind=timedelta(days=2), report=timedelta(days=1)
        ),
    }
)
"""By when what is done. Local standard, in no statute: see decisions 4 and 14, and R-EM-7."""
LADDERS: Mapping[str, Ladder] = MappingProxyType(
    {
        "2026-1": AT_FIRST,
        **dict.fromkeys(("2026-2", "2026-3", "2026-4", "2026-5", "2026-6"), LOCAL_STANDARD),
    }
)
"""By version of the rules; from 2026-3 on the door sends canaries (decision 19)."""

ENDINGS = frozenset({"2026-5", "2026-6"})
"""The versions by which a sentence's end moves the lead (R-LEAD-2) and the end of MAPPA ends live
sharing (R-RET-5). Local readings: see decision 26."""

KNOWN_FOR = timedelta(days=30)
"""So long it is still heard what somebody says of a notice that is off the ladder.

Local standard: see decision 14."""

KNOWN_AT_MOST = 500
"""So many of them of one person: a row that grew without end could not be written any more, and the
service would stop for everybody. Local standard: see decision 14."""

TOLD_AT_MOST = 500
"""Of so many facts about one person it is remembered who was told, the newest by place: what is
older cannot be taken back any more. As above; see decision 18."""
TAKEN_BACK_AT_MOST = 100
"""So many that were taken back are known, so that one that comes after that is told to nobody."""

RECALLED = Urgency.IMMEDIATE
"""How soon whoever got a notice that is recalled says that it is destroyed. See decision 18."""
REPORT_WITHIN = timedelta(hours=72)
"""After becoming aware of it. Source: UK GDPR Art. 33(1), DPA 2018 s.67(1); from general
knowledge. In force from 25 May 2018."""
REMIND_BEFORE = timedelta(hours=24)
"""So long before those hours are over who answers for it is reminded. Local: see decision 18."""
RECALLS_AT_MOST = 100
"""So many recalls of one person wait at once for what is decided about reporting them."""

KEPT_FOR = timedelta(days=365)
"""So long a body that is off a case keeps what it was told, where its agreement says nothing else.

Local standard, in no statute: see decision 13 and R-RET-5."""


def _none_earlier(_: str) -> Agreements:
    raise Stop("agreements were adopted that are not here; run: hub agreements apply")


@dataclass(frozen=True)
class Rules:
    """What is in force where the fact stands."""

    agreements: Agreements
    references: References
    ladder: Ladder
    """What is done about notices that are not answered, by urgency."""
    schemas: int = 0
    """The highest id of a schema in use: what a view is cut from."""
    earlier: Callable[[str], Agreements] = _none_earlier
    """The agreements of a version that was in force before."""
    suspended: frozenset[tuple[str, str]] = frozenset()
    """Agency and kind of fact of each grant by which nothing is told for now."""
    endings: bool = False
    """Whether a sentence's end moves the lead, and the end of MAPPA ends live sharing."""

    def desk(self, agency: str, role: Role, at: datetime) -> str | None:
        """The mailbox watched there in that role at that moment; None: it has no agreement now."""
        receiver = self.agreements.receivers.get(agency)
        return None if receiver is None else receiver.desk(role, at, BANK_HOLIDAYS)

    def as_then(self, grant: Grant, version: str) -> Grant | None:
        """The grant as far as it was one under that version too; None: not at all.

        It shows the narrower view of both and lets through whom it did then. Where neither view is
        within the other nothing is shown: no view is within both.
        """
        if version == self.agreements.version:
            return grant
        receiver = self.earlier(version).receivers.get(grant.agency)
        then = None if receiver is None else receiver.grants.get(grant.kind)
        if then is None:
            return None
        if grant.shown.within(then.shown):
            return replace(grant, whom=then.whom)
        return (
            replace(grant, whom=then.whom, views=then.views)
            if then.shown.within(grant.shown)
            else None
        )

    def kept_as_told(self, agency: str, kind: str, version: str, at: datetime) -> date:
        """The last day on which it keeps what it was told under that version, told to stop then.

        What it is granted since does not matter.
        """
        then = self.agreements
        if version != then.version:
            then = self.earlier(version)
        receiver = then.receivers.get(agency)
        return self.kept_until(None if receiver is None else receiver.grants.get(kind), at)

    def forgotten_by(self, agency: str, kind: str, at: datetime) -> date:
        """The last day, London time, on which an agency off the case may keep what it was told.

        `agency` and `kind` are of the grant, which says how long; without one, `KEPT_FOR`.
        """
        receiver = self.agreements.receivers.get(agency)
        return self.kept_until(None if receiver is None else receiver.grants.get(kind), at)

    @staticmethod
    def kept_until(grant: Grant | None, at: datetime) -> date:
        """The last day, London time, on which what the grant told may be kept, told to stop then.

        Without a grant, by `KEPT_FOR`.
        """
        kept = KEPT_FOR if grant is None else timedelta(days=grant.terms.kept_days)
        return (at + kept).astimezone(LONDON).date()
