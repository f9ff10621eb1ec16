"""Examples of the rules on what is due before a release and for victims."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.eligibility import Disposal
from schemas.milestone import Milestone
from schemas.victim import VictimStep
from services.hub.register.examples import Example, three
from services.hub.register.invented import convicted
from services.hub.register.invented_release import (
    absent,
    contact,
    fitted,
    form_j,
    levelled,
    planned,
    zone,
)
from services.hub.register.readiness import MILESTONES


def _march(day: int) -> date:
    return date(2026, 3, day)


_HELD = convicted(date(2025, 1, 6), 36, in_custody=True)
_RELEASED_ON = date(2026, 12, 1)
_PLANNED = (_HELD, planned(_march(2), _RELEASED_ON))
_ZONED = (*_PLANNED, zone(_march(9), _RELEASED_ON))
_LEVEL = MILESTONES[Milestone.LEVEL_SET]
_FORM_J = MILESTONES[Milestone.FORM_J]
_ZONES = MILESTONES[Milestone.ZONES_LIVE]
_NOTICE = MILESTONES[Milestone.ABSENCE_NOTICE]
_REFER, _CONTACT = MILESTONES[Milestone.VICTIM_REFERRAL], MILESTONES[Milestone.VICTIM_CONTACT]
_SENTENCED = (convicted(_march(2), 24),)
_RETAIN = MILESTONES[Milestone.RETENTION_REVIEW]
_CAUTIONED = convicted(date(2024, 3, 2), disposal=Disposal.CAUTION)
"""Subject to notification until 1 March 2026, and in no other category."""

OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "milestones": three(
            (_PLANNED, _march(10), f"{_FORM_J}: 20 Oct 2026, open; remind from 6 Oct 2026"),
            ((_HELD,), _march(10), "release: no day, no day is told"),
            (_SENTENCED, _march(10), f"no milestone: {_FORM_J}"),
        ),
        "milestone_remind_days": three(
            (_PLANNED, _march(10), f"{_FORM_J}: 20 Oct 2026, open; remind from 6 Oct 2026"),
            (_PLANNED, _march(10), f"{_LEVEL}: 1 Jun 2026, open; remind from 4 May 2026"),
            (_SENTENCED, _march(10), f"{_REFER}: 16 Mar 2026, open"),
        ),
        "level_months": three(
            (_PLANNED, _march(10), f"{_LEVEL}: 1 Jun 2026, open; remind from 4 May 2026"),
            (
                (*_PLANNED, levelled(date(2026, 6, 1), 2)),
                date(2026, 6, 2),
                f"{_LEVEL}: 1 Jun 2026, done, 1 Jun 2026",
            ),
            (
                (*_PLANNED, levelled(date(2026, 6, 2), 2)),
                date(2026, 6, 2),
                f"{_LEVEL}: 1 Jun 2026, done late, 2 Jun 2026",
            ),
        ),
        "form_j_weeks": three(
            (_PLANNED, date(2026, 10, 21), f"{_FORM_J}: 20 Oct 2026, overdue"),
            (
                (*_PLANNED, form_j(date(2026, 10, 20))),
                date(2026, 10, 21),
                f"{_FORM_J}: 20 Oct 2026, done, 20 Oct 2026",
            ),
            (
                (*_PLANNED, form_j(_march(9), sent=False)),
                date(2026, 10, 21),
                f"{_FORM_J}: 20 Oct 2026, not needed, 9 Mar 2026",
            ),
        ),
        "zones_days": three(
            (
                (*_ZONED, fitted(date(2026, 11, 30))),
                _RELEASED_ON,
                f"{_ZONES}: 1 Dec 2026, done, 30 Nov 2026",
            ),
            (
                (*_ZONED, fitted(_RELEASED_ON)),
                _RELEASED_ON,
                f"{_ZONES}: 1 Dec 2026, done, 1 Dec 2026",
            ),
            (
                (*_PLANNED, zone(_march(9), date(2026, 12, 2))),
                _RELEASED_ON,
                f"no milestone: {_ZONES}",
            ),
        ),
        "told_late_days": three(
            (
                (_HELD, planned(_march(2), date(2026, 4, 1))),
                _march(2),
                f"{_FORM_J}: 9 Mar 2026, open; remind from 23 Feb 2026",
            ),
            (
                (_HELD, planned(_march(2), date(2026, 4, 1)), form_j(_march(9))),
                _march(10),
                f"{_FORM_J}: 9 Mar 2026, done, 9 Mar 2026",
            ),
            (
                (_HELD, planned(_march(2), date(2026, 4, 21))),
                _march(2),
                f"{_FORM_J}: 10 Mar 2026, open; remind from 24 Feb 2026",
            ),
        ),
        "absence_notice_days": three(
            (
                (_HELD, absent(_march(6), _march(16))),
                _march(16),
                f"{_NOTICE}: 9 Mar 2026, done, 6 Mar 2026",
            ),
            (
                (_HELD, absent(_march(9), _march(16))),
                _march(16),
                f"{_NOTICE}: 9 Mar 2026, done, 9 Mar 2026",
            ),
            (
                (_HELD, absent(_march(10), _march(16))),
                _march(16),
                f"{_NOTICE}: 9 Mar 2026, done late, 10 Mar 2026",
            ),
        ),
        "victim_months": three(
            (_SENTENCED, _march(2), f"{_REFER}: 16 Mar 2026, open"),
            ((convicted(_march(2), 12),), _march(2), f"{_REFER}: 16 Mar 2026, open"),
            ((convicted(_march(2), 11, 29),), _march(2), f"no milestone: {_REFER}"),
        ),
        "victim_referral_days": three(
            (_SENTENCED, _march(17), f"{_REFER}: 16 Mar 2026, overdue"),
            (
                (*_SENTENCED, contact(VictimStep.REFERRED, _march(16))),
                _march(17),
                f"{_REFER}: 16 Mar 2026, done, 16 Mar 2026",
            ),
            (
                (convicted(date(2021, 3, 31), 24),),
                date(2021, 3, 31),
                f"no milestone: {_REFER}",
            ),
        ),
        "victim_contact_days": three(
            (_SENTENCED, _march(2), f"{_CONTACT}: 30 Mar 2026, open"),
            (
                (convicted(_march(2), 24, sentenced_on=_march(6)),),
                _march(6),
                f"{_CONTACT}: 7 Apr 2026, open",
            ),
            (
                (*_SENTENCED, contact(VictimStep.NOBODY, _march(9))),
                _march(9),
                f"{_CONTACT}: 30 Mar 2026, not needed, 9 Mar 2026",
            ),
        ),
        "retention_months": three(
            (
                (_CAUTIONED,),
                _march(2),
                f"{_RETAIN}: 1 Mar 2036, open; remind from 1 Sep 2035",
            ),
            ((_CAUTIONED,), date(2036, 3, 2), f"{_RETAIN}: 1 Mar 2036, overdue"),
            (
                (_CAUTIONED, convicted(_march(9), disposal=Disposal.CAUTION)),
                _march(9),
                f"no milestone: {_RETAIN}",
            ),
        ),
    }
)
"""By the name of the rule."""
