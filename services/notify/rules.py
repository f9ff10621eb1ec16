"""What notices go by: the agreements in force, act-by times, and how each agency knows a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from schemas.risk import Urgency
from services.agreements.compile import Agreements, Grant
from services.agreements.references import References
from services.agreements.whom import LONDON
from services.runtime.faults import Stop

LOCAL_STANDARD: Mapping[Urgency, timedelta] = MappingProxyType(
    {
        Urgency.IMMEDIATE: timedelta(hours=1),
        Urgency.SAME_DAY: timedelta(hours=24),
        Urgency.ROUTINE: timedelta(days=5),
    }
)
"""By when a receipt is due. Local standard, in no statute: see decision 4 and R-EM-7."""

KEPT_FOR = timedelta(days=365)
"""So long a body that is off a case keeps what it was told, where its agreement says nothing else.

Local standard, in no statute: see decision 13 and R-RET-5."""

ACT_BY: Mapping[str, Mapping[Urgency, timedelta]] = MappingProxyType({"2026-1": LOCAL_STANDARD})
"""Act-by times by version of the rules."""


def _none_earlier(_: str) -> Agreements:
    raise Stop("agreements were adopted that are not here; run: hub agreements apply")


@dataclass(frozen=True)
class Rules:
    """What is in force where the fact stands."""

    agreements: Agreements
    references: References
    act_by: Mapping[Urgency, timedelta]
    schemas: int = 0
    """The highest id of a schema in use: what a view is cut from."""
    earlier: Callable[[str], Agreements] = _none_earlier
    """The agreements of a version that was in force before."""

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
