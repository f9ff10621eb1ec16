"""The review of notification without end: since when there is one, and by when what is answered.

How long it takes until one may be asked for stands with the rules of notification itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.readings import Dated, Reading, always, from_day_to_day

REVIEWS_BEGAN = date(2012, 7, 30)
"""SI 2012/1883 in force, which put ss.91A-91F into the Act of 2003."""


@dataclass(frozen=True)
class ReviewRules:
    """One version of these rules."""

    review_since: Reading[date | None]
    """None: no first day is weighed by this version."""
    review_decision_days: Dated[int | None]
    """None: nothing is owed."""
    review_appeal_days: Dated[int | None]
    """None: no last day is shown."""
    review_gap_months: Dated[int | None]
    """None: no limit is weighed."""


_SAYS_DECISION = (
    "days after an application within which the police decide it at the latest: an acknowledgement "
    "within 14 days of receipt, bodies that may give information within 28 days, the decision "
    "within 6 weeks of the last day for that; the dates between are not told"
)
_DECISION = "SOA 2003 s.91B(8)-(9), s.91C(1); when the 28 days begin is inferred; R-REV-6"
_SAYS_APPEAL = (
    "days to appeal to the magistrates' court, beginning with the day on which notice of a refusal "
    "was received"
)
_SAYS_GAP = (
    "beginning with a refusal, the longest time after which it may be asked for again the day "
    "after; a later day that was set is doubtful and counts"
)
UNWEIGHED = ReviewRules(
    review_since=Reading(
        None, "since when there are reviews is not weighed by this version", "R-REV-3", local=True
    ),
    review_decision_days=always(
        None, "by when a review is decided is not weighed by this version", "R-REV-6", local=True
    ),
    review_appeal_days=always(
        None, "until when to appeal is not weighed by this version", "R-REV-6", local=True
    ),
    review_gap_months=always(
        None, "how late a day may be set is not weighed by this version", "R-REV-4", local=True
    ),
)
"""By the versions before 2026-5."""
TIMED = ReviewRules(
    review_since=Reading(
        REVIEWS_BEGAN,
        "from this day on a review may be asked for; before it there was none",
        "SOA 2003 s.91A to s.91F, inserted by SI 2012/1883",
    ),
    review_decision_days=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_DECISION}", _DECISION, True),
        (REVIEWS_BEGAN, 84, _SAYS_DECISION, _DECISION, True),
    ),
    review_appeal_days=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_APPEAL}", "SOA 2003 s.91E(2); R-REV-6", False),
        (REVIEWS_BEGAN, 21, _SAYS_APPEAL, "SOA 2003 s.91E(2); R-REV-6", False),
    ),
    review_gap_months=from_day_to_day(
        (date.min, None, f"not yet: {_SAYS_GAP}", "SOA 2003 s.91B(4)-(5); R-REV-4", False),
        (REVIEWS_BEGAN, 180, _SAYS_GAP, "SOA 2003 s.91B(4)-(5); R-REV-4", False),
    ),
)
"""By version 2026-5."""
