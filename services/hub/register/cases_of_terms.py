"""Examples of the rules on who is subject, for how long, and in which category."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.eligibility import Disposal
from services.hub.register.examples import Example, three
from services.hub.register.invented import (
    CHILD,
    breached,
    convicted,
    notified,
    ordered,
    released,
    reviewed,
    risk_ordered,
    served,
    taken_back,
)

CAUTION, OTHER = Disposal.CAUTION, Disposal.OTHER


def _march(day: int) -> date:
    return date(2026, 3, day)


_FOR_LIFE = (
    convicted(date(2006, 9, 1), 96, in_custody=True),
    released(date(2010, 8, 31)),
    notified(date(2010, 9, 1)),
)
"""Indefinitely since 1 September 2006; notified after release on 1 September 2010."""

_ON_BAIL = (
    convicted(date(2006, 9, 1), 96, sentenced_on=date(2006, 10, 2)),
    notified(date(2006, 9, 2)),
)
"""Convicted on bail and notified the next day; sentenced a month later."""
_NOT_COUNTED = "review not counted yet: no notification after release was told"

_AT_RISK = (risk_ordered(_march(2), date(2028, 3, 1)), served(_march(2)))
"""A sexual risk order of two years, served; no conviction."""

_WRONG = convicted(_march(2), 12)

OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "months": three(
            (
                (convicted(_march(2), disposal=OTHER),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2031 (any other disposal)",
            ),
            (
                (convicted(date(2024, 2, 29), disposal=CAUTION),),
                date(2026, 2, 28),
                "subject from 29 Feb 2024 until 28 Feb 2026 (caution)",
            ),
            (
                (convicted(date(2024, 2, 29), disposal=CAUTION),),
                date(2026, 3, 1),
                "no longer subject; the last day was 28 Feb 2026",
            ),
        ),
        "halved": three(
            (
                (convicted(date(2026, 3, 2), 24, born_on=CHILD),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2031 "
                "(more than 6 months, less than 30, halved: under 18)",
            ),
            (
                (convicted(date(2028, 1, 31), disposal=CAUTION, born_on=CHILD),),
                date(2028, 1, 31),
                "subject from 31 Jan 2028 until 30 Jan 2030 (caution)",
            ),
            (
                (convicted(date(2026, 3, 2), 30, born_on=CHILD),),
                _march(2),
                "subject from 2 Mar 2026 indefinitely (life, or 30 months or more)",
            ),
        ),
        "indefinite_from_months": three(
            (
                (convicted(_march(2), 48),),
                _march(2),
                "subject from 2 Mar 2026 indefinitely (life, or 30 months or more)",
            ),
            (
                (convicted(_march(2), 30),),
                _march(2),
                "subject from 2 Mar 2026 indefinitely (life, or 30 months or more)",
            ),
            (
                (convicted(date(2019, 5, 14), 29, 30),),
                date(2019, 5, 14),
                "subject from 14 May 2019 until 13 May 2029 (more than 6 months, less than 30)",
            ),
        ),
        "ten_years_above_months": three(
            (
                (convicted(_march(2), 12),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2036 (more than 6 months, less than 30)",
            ),
            (
                (convicted(_march(2), 6, 1),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2036 (more than 6 months, less than 30)",
            ),
            (
                (convicted(_march(2), 6),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2033 (6 months or less)",
            ),
        ),
        "training_divisor": three(
            (
                (convicted(_march(2), 24, disposal=Disposal.DETENTION_AND_TRAINING),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2036 (more than 6 months, less than 30)",
            ),
            (
                (convicted(_march(2), 12, disposal=Disposal.DETENTION_AND_TRAINING),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2033 (6 months or less)",
            ),
            (
                (convicted(_march(2), 12),),
                _march(2),
                "subject from 2 Mar 2026 until 1 Mar 2036 (more than 6 months, less than 30)",
            ),
        ),
        "review_adult_months": three(
            (_FOR_LIFE, date(2026, 3, 2), "review may be asked for from 1 Sep 2025"),
            (_FOR_LIFE, date(2025, 8, 31), "review may be asked for from 1 Sep 2025"),
            ((convicted(_march(2), 12),), _march(2), "no review"),
        ),
        "review_child_months": three(
            (
                (
                    convicted(_march(2), 30, born_on=CHILD, in_custody=True),
                    released(date(2027, 3, 1)),
                    notified(date(2027, 3, 1)),
                ),
                date(2027, 3, 1),
                "review may be asked for from 1 Mar 2035",
            ),
            (
                (
                    convicted(_march(2), 30, born_on=CHILD, in_custody=True),
                    released(date(2028, 3, 1)),
                    notified(date(2028, 3, 2)),
                ),
                date(2028, 3, 2),
                "review may be asked for from 2 Mar 2036",
            ),
            (
                (
                    convicted(date(2028, 1, 31), 30, born_on=CHILD, in_custody=True),
                    released(date(2029, 1, 31)),
                    notified(date(2029, 1, 31)),
                ),
                date(2029, 1, 31),
                "review may be asked for from 31 Jan 2044",
            ),
        ),
        "review_after_release": three(
            (
                (*_ON_BAIL, released(date(2010, 8, 31)), notified(date(2010, 9, 1))),
                date(2010, 9, 1),
                "review may be asked for from 1 Sep 2025",
            ),
            (
                (*_ON_BAIL, released(date(2010, 8, 31)), notified(date(2010, 8, 31))),
                date(2010, 9, 1),
                "review may be asked for from 31 Aug 2025",
            ),
            (_ON_BAIL, date(2006, 9, 2), _NOT_COUNTED),
        ),
        "review_again_months": three(
            (
                (*_FOR_LIFE, reviewed(_march(2), lifted=False)),
                _march(3),
                "review may be asked for from 2 Mar 2034; refused on 2 Mar 2026",
            ),
            (
                (*_FOR_LIFE, reviewed(_march(2), lifted=False, next_from=date(2041, 3, 2))),
                _march(3),
                "review may be asked for from 2 Mar 2041; refused on 2 Mar 2026",
            ),
            (
                (*_FOR_LIFE, reviewed(_march(2), lifted=True)),
                _march(3),
                "no longer subject; the last day was 1 Mar 2026",
            ),
        ),
        "taking_back": three(
            ((_WRONG, taken_back(_WRONG, _march(9))), _march(9), "nothing is known"),
            ((_WRONG, taken_back(_WRONG, _march(9))), _march(2), "nothing is known"),
            (
                (_WRONG, taken_back(_WRONG, _march(9), by="another")),
                _march(9),
                "subject from 2 Mar 2026 until 1 Mar 2036 (more than 6 months, less than 30)",
            ),
        ),
        "breaches_bind": three(
            (
                (*_AT_RISK, breached(date(2026, 6, 1))),
                date(2026, 6, 1),
                "subject from 1 Jun 2026 until 1 Mar 2028 (an order lasts longer)",
            ),
            (
                (*_AT_RISK, breached(date(2028, 3, 1))),
                date(2028, 3, 1),
                "subject from 1 Mar 2028 until 1 Mar 2028 (an order lasts longer)",
            ),
            (
                (*_AT_RISK, breached(date(2028, 3, 2))),
                date(2028, 3, 2),
                "not subject to notification",
            ),
        ),
        "orders_block_review": three(
            (
                (*_FOR_LIFE, ordered(_march(2), date(2031, 3, 1))),
                _march(2),
                "review may be asked for from 1 Sep 2025; not while the sexual harm prevention "
                "order is in force",
            ),
            (
                (*_FOR_LIFE, ordered(_march(2), date(2031, 3, 1))),
                date(2031, 3, 1),
                "review may be asked for from 1 Sep 2025; not while the sexual harm prevention "
                "order is in force",
            ),
            (
                (*_FOR_LIFE, ordered(_march(2), date(2031, 3, 1))),
                date(2031, 3, 2),
                "review may be asked for from 1 Sep 2025",
            ),
        ),
    }
)
"""By the name of the rule."""
