"""Examples of the rules on what is due on a recall and in parole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.base import Fact
from schemas.custody import ParoleStep, RecallForm
from schemas.milestone import Milestone
from services.hub.register.examples import Example, three
from services.hub.register.invented_release import back, levelled, parole, recalled
from services.hub.register.readiness import MILESTONES

_JUNE = date(2026, 6, 1)
_RECALLED = (levelled(date(2026, 1, 2), 2), recalled(_JUNE), back(_JUNE))
"""By the rules a standard recall."""
_FIXED = (levelled(date(2026, 1, 2), 1), recalled(_JUNE), back(_JUNE))
_REFERRED = (*_RECALLED, parole(ParoleStep.REFERRED, date(2026, 6, 10)))
_HEARD = (*_REFERRED, parole(ParoleStep.HEARD, date(2026, 12, 1)))
_ANEW = MILESTONES[Milestone.RECALL_FORM]
_REFER = MILESTONES[Milestone.PAROLE_REFERRAL]
_HEAR = MILESTONES[Milestone.PAROLE_HEARING]
_DECIDE = MILESTONES[Milestone.PAROLE_DECISION]
_REVIEW = MILESTONES[Milestone.PAROLE_REVIEW]


def _decided(on: date) -> Fact:
    return recalled(_JUNE, form=RecallForm.STANDARD, decided_on=on)


def _refused(on: date) -> Fact:
    return parole(ParoleStep.REFUSED, on)


OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "recall_form_days": three(
            (
                (*_FIXED, levelled(date(2026, 6, 3), 2)),
                date(2026, 6, 4),
                f"{_ANEW}: 5 Jun 2026, open",
            ),
            (
                (*_FIXED, levelled(date(2026, 6, 3), 2), _decided(date(2026, 6, 5))),
                date(2026, 6, 6),
                f"{_ANEW}: 5 Jun 2026, done, 5 Jun 2026",
            ),
            (
                (*_FIXED, levelled(date(2026, 6, 3), 1)),
                date(2026, 6, 4),
                f"no milestone: {_ANEW}",
            ),
        ),
        "parole_referral_days": three(
            (_RECALLED, _JUNE, f"{_REFER}: 28 Jun 2026, open; remind from 14 Jun 2026"),
            (
                (*_RECALLED, parole(ParoleStep.REFERRED, date(2026, 6, 28))),
                date(2026, 6, 29),
                f"{_REFER}: 28 Jun 2026, done, 28 Jun 2026",
            ),
            (_FIXED, _JUNE, f"no milestone: {_REFER}"),
        ),
        "determined_days": three(
            (
                (*_FIXED, _decided(date(2026, 7, 10))),
                date(2026, 7, 10),
                f"{_REFER}: 10 Jul 2026, open; remind from 26 Jun 2026",
            ),
            (
                (*_FIXED, _decided(date(2026, 6, 28))),
                date(2026, 6, 28),
                f"{_REFER}: 28 Jun 2026, open; remind from 14 Jun 2026",
            ),
            (
                (*_RECALLED, _decided(date(2026, 7, 10))),
                date(2026, 7, 10),
                f"{_REFER}: 28 Jun 2026, overdue",
            ),
        ),
        "parole_hearing_weeks": three(
            (_REFERRED, date(2026, 6, 10), f"{_HEAR}: 9 Dec 2026, open"),
            (
                (*_REFERRED, parole(ParoleStep.HEARD, date(2026, 12, 9))),
                date(2026, 12, 10),
                f"{_HEAR}: 9 Dec 2026, done, 9 Dec 2026",
            ),
            (
                (*_REFERRED, _refused(date(2026, 7, 1))),
                date(2026, 7, 1),
                f"{_HEAR}: 9 Dec 2026, not needed, 1 Jul 2026",
            ),
        ),
        "parole_decision_days": three(
            (_HEARD, date(2026, 12, 1), f"{_DECIDE}: 15 Dec 2026, open"),
            (
                (*_HEARD, _refused(date(2026, 12, 15))),
                date(2026, 12, 16),
                f"{_DECIDE}: 15 Dec 2026, done, 15 Dec 2026",
            ),
            (
                (*_HEARD, _refused(date(2026, 12, 16))),
                date(2026, 12, 16),
                f"{_DECIDE}: 15 Dec 2026, done late, 16 Dec 2026",
            ),
        ),
        "parole_review_months": three(
            (
                (*_REFERRED, _refused(date(2026, 7, 1))),
                date(2026, 7, 1),
                f"{_REVIEW}: 1 Jul 2027, open; remind from 11 Mar 2027",
            ),
            (
                (*_REFERRED, _refused(date(2028, 2, 29))),
                date(2028, 2, 29),
                f"{_REVIEW}: 28 Feb 2029, open; remind from 8 Nov 2028",
            ),
            (
                (*_REFERRED, parole(ParoleStep.DIRECTED, date(2026, 7, 1))),
                date(2026, 7, 1),
                f"no milestone: {_REVIEW}",
            ),
        ),
    }
)
"""By the name of the rule."""
