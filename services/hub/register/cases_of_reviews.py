"""Examples of the rules on how a review is answered, and of what is passed and not commenced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from schemas.milestone import Milestone
from schemas.register import Circumstance, Duty
from services.hub.register.examples import Example, three
from services.hub.register.invented import changed, convicted, notified, released, reviewed
from services.hub.register.invented_reviews import asked, away, refused
from services.hub.register.readiness import MILESTONES
from services.hub.register.words import DUTIES

_MARCH = date(2026, 3, 2)
_FOR_LIFE = (
    convicted(date(2006, 9, 1), 96, in_custody=True),
    released(date(2010, 8, 31)),
    notified(date(2010, 9, 1)),
)
"""Indefinitely; a review may be asked for from 1 September 2025."""
_CHILD = date(1990, 1, 31)
_AS_A_CHILD = (
    convicted(date(2004, 6, 1), 96, born_on=_CHILD, in_custody=True),
    released(date(2004, 6, 2)),
    notified(date(2004, 6, 3)),
)
"""Eight years of it were over on 2 June 2012."""
_DECIDE = MILESTONES[Milestone.REVIEW_DECISION]
_SHORT = (convicted(_MARCH, 12), notified(_MARCH))
_NAMED = (*_SHORT, changed(Circumstance.NAME, date(2026, 6, 1)))
_NOT_AHEAD = f"no duty: {DUTIES[Duty.NAME_AHEAD_NOTIFICATION][0]}"
_NOT_AWAY = f"no duty: {DUTIES[Duty.AWAY_NOTIFICATION][0]}"
_LEAVES = datetime(2026, 6, 1, 9)  # noqa: DTZ001  said of London
_JUNE = date(2026, 6, 1)
OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "review_since": three(
            (_AS_A_CHILD, date(2012, 6, 4), "review may be asked for from 30 Jul 2012"),
            (
                (*_AS_A_CHILD, asked(date(2012, 7, 30))),
                date(2012, 7, 30),
                "review asked for on 30 Jul 2012, not decided",
            ),
            (_FOR_LIFE, _MARCH, "review may be asked for from 1 Sep 2025"),
        ),
        "review_decision_days": three(
            ((*_FOR_LIFE, asked(_MARCH)), _MARCH, f"{_DECIDE}: 25 May 2026, open"),
            (
                (*_FOR_LIFE, asked(_MARCH), reviewed(date(2026, 5, 25), lifted=False)),
                date(2026, 5, 26),
                f"{_DECIDE}: 25 May 2026, done, 25 May 2026",
            ),
            ((*_SHORT, asked(_MARCH)), _MARCH, f"no milestone: {_DECIDE}"),
        ),
        "review_appeal_days": three(
            (
                (*_FOR_LIFE, refused(_MARCH, date(2026, 3, 6))),
                date(2026, 3, 6),
                "refusal of 2 Mar 2026: appeal to the magistrates' court until 26 Mar 2026",
            ),
            (
                (*_FOR_LIFE, refused(_MARCH, _MARCH)),
                _MARCH,
                "refusal of 2 Mar 2026: appeal to the magistrates' court until 22 Mar 2026",
            ),
            (
                (*_FOR_LIFE, refused(_MARCH)),
                _MARCH,
                "refusal of 2 Mar 2026: appeal within 21 days from receipt, which is not told",
            ),
        ),
        "review_gap_months": three(
            (
                (*_FOR_LIFE, refused(_MARCH, _MARCH, date(2041, 3, 3))),
                _MARCH,
                "refusal of 2 Mar 2026: appeal to the magistrates' court until 22 Mar 2026; "
                "doubtful: the day set to ask again is later than the Act allows",
            ),
            (
                (*_FOR_LIFE, refused(_MARCH, _MARCH, date(2041, 3, 2))),
                _MARCH,
                "refusal of 2 Mar 2026: appeal to the magistrates' court until 22 Mar 2026",
            ),
            (
                (*_FOR_LIFE, refused(_MARCH, _MARCH)),
                _MARCH,
                "refusal of 2 Mar 2026: appeal to the magistrates' court until 22 Mar 2026",
            ),
        ),
        "commences": three(
            (_NAMED, _JUNE, _NOT_AHEAD),
            ((*_SHORT, away(_LEAVES, date(2026, 6, 6))), _JUNE, _NOT_AWAY),
            (_SHORT, _JUNE, _NOT_AHEAD),
        ),
        "name_ahead_days": three(
            (_NAMED, _JUNE, _NOT_AHEAD),
            (
                (
                    *_SHORT,
                    notified(date(2026, 5, 25), Circumstance.NAME, expected_on=_JUNE),
                    changed(Circumstance.NAME, _JUNE),
                ),
                _JUNE,
                _NOT_AHEAD,
            ),
            ((*_SHORT, changed(Circumstance.FINANCE, _JUNE)), _JUNE, _NOT_AHEAD),
        ),
        "away_over_days": three(
            ((*_SHORT, away(_LEAVES, date(2026, 6, 7))), _JUNE, _NOT_AWAY),
            ((*_SHORT, away(_LEAVES, date(2026, 6, 6))), _JUNE, _NOT_AWAY),
            ((*_SHORT, away(_LEAVES, date(2026, 6, 5))), _JUNE, _NOT_AWAY),
        ),
        "away_hours": three(
            ((*_SHORT, away(_LEAVES, date(2026, 6, 7))), _JUNE, _NOT_AWAY),
            (
                (*_SHORT, away(_LEAVES, date(2026, 6, 7), datetime(2026, 5, 31, 21))),  # noqa: DTZ001  said of London
                _JUNE,
                _NOT_AWAY,
            ),
            (_SHORT, _JUNE, _NOT_AWAY),
        ),
    }
)
"""By the name of the rule. While the Act of 2026 is not commenced nothing is owed by any of it."""
