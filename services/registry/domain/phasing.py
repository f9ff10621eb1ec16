"""How the Act of 2026 reached those who were in custody on a standard recall before it.

It reached them by the length of their sentence, from 31 March to 12 May 2026, and let them go with
the 56th day of their return or, if that was over, with the day it reached them. It left alone those
on a fixed term. Shown and never told: where the day is not sure, a person looks.
"""

from __future__ import annotations

from datetime import date

from schemas.custody import ParoleStep, RecallForm, SentenceGroup
from services.registry.dates import DAY, last_day
from services.registry.domain.custody import Recall
from services.registry.domain.recall import Weighed, releases_on, weighed_by
from services.registry.domain.state import Register
from services.registry.release_rules import SENTENCING_ACT_2026, ReleaseRules

_BEGINS = tuple(date(2020, 1, 1) + count * DAY for count in range(4 * 365 + 1))
"""Every day of the calendar on which a sentence may begin, with a leap day among them."""


def of_phased(heard: Register, recall: Recall, back_on: date, rules: ReleaseRules) -> bool:
    """Whether it is such a recall, of somebody whom the Act may let go.

    Source: Sentencing Act 2026 s.33(14); SI 2026/86 reg.4(1).
    """
    if max(recall.recalled_on, back_on) >= SENTENCING_ACT_2026:
        return False
    if recall.group is not SentenceGroup.ADULT_DETERMINATE or recall.form is RecallForm.FIXED_TERM:
        return False
    found = _by_the_act(heard, recall, rules)
    return set(found.bars) == set(found.unknown)


def phased_on(heard: Register, recall: Recall, back_on: date, rules: ReleaseRules) -> date | None:
    """The day of release of such a recall; None: it is not sure.

    It is not where the form was not decided, where it is not known what might bar, where the Parole
    Board had refused, since its 56 days run from a service nobody tells, and where the days of the
    sentence lie on both sides of a step.

    Source: SI 2026/86 reg.4; CJA 2003 s.255BA(2); R-RCL-6.
    """
    refused = any(one.step is ParoleStep.REFUSED and one.on >= back_on for one in heard.parole)
    if recall.form is None or refused or _by_the_act(heard, recall, rules).unknown:
        return None
    reached = {_reached_on(days, recall, rules) for days in _lengths(recall)}
    if len(reached) != 1:
        return None
    ends_on = releases_on(recall, back_on, rules, SENTENCING_ACT_2026)
    return max(ends_on, min(*reached, recall.sentence_ends_on or date.max))


def _by_the_act(heard: Register, recall: Recall, rules: ReleaseRules) -> Weighed:
    return weighed_by(heard, recall, SENTENCING_ACT_2026, rules)


def _lengths(recall: Recall) -> frozenset[int]:
    """How many days the sentence may be of, which is told in months; none: nobody told them."""
    if recall.months is None:
        return frozenset()
    return frozenset(
        (last_day(begins_on, months=recall.months, days=recall.days) - begins_on).days + 1
        for begins_on in _BEGINS
    )


def _reached_on(days: int, recall: Recall, rules: ReleaseRules) -> date:
    steps = rules.phased.on(recall.recalled_on)
    return steps[max(least for least in steps if least <= days)]
