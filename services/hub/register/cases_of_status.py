"""Examples of the rules on categories, identification and re-screening."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.eligibility import Disposal
from schemas.milestone import Milestone
from schemas.supervision import Supervision
from services.hub.register.examples import Example, three
from services.hub.register.invented import CHILD, convicted, released
from services.hub.register.invented_release import levelled
from services.hub.register.invented_status import accepted, closed, led, rejected, under
from services.hub.register.readiness import MILESTONES

_MARCH = date(2026, 3, 2)
_LAST = date(2027, 9, 1)
_AFTER = date(2027, 9, 2)
_IDENTIFY, _RESCREEN = MILESTONES[Milestone.IDENTIFICATION], MILESTONES[Milestone.RESCREENING]


def _sentenced(
    months: int = 24,
    days: int = 0,
    on: date = _MARCH,
    disposal: Disposal = Disposal.IMPRISONMENT,
    **fields: Any,  # noqa: ANN401
) -> Fact:
    """For an offence of Schedule 15 and no other."""
    fields = {"schedule_3": False, "schedule_15": True, **fields}
    return convicted(on, months, days, disposal, **fields)


def _terrorist(months: int = 24, days: int = 0, on: date = _MARCH, **fields: Any) -> Fact:  # noqa: ANN401
    """For an offence of Schedule 19ZA and no other."""
    return _sentenced(months, days, on, schedule_15=False, schedule_19za=True, **fields)


def _order(disposal: Disposal, **fields: Any) -> Fact:  # noqa: ANN401
    return _sentenced(0, disposal=disposal, **fields)


_LICENCE = under(date(2027, 3, 2), _LAST)
_OUT = (released(date(2027, 3, 2)), _LICENCE)
"""A year after sentence, from which the years of notification count."""
_ON_LICENCE = (_sentenced(), _LICENCE)
_BOTH = convicted(_MARCH, 12, schedule_15=True)
_MONDAY = date(2027, 3, 1)
_NEW = (_sentenced(on=_MONDAY),)
OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "category_order": three(
            ((_BOTH,), _MARCH, "category 1"),
            ((_BOTH,), date(2036, 3, 2), "category 2"),
            ((_sentenced(), accepted(3, _MARCH)), _MARCH, "category 2"),
        ),
        "category_2_from_months": three(
            ((_sentenced(24),), _MARCH, "category 2"),
            ((_sentenced(12),), _MARCH, "category 2"),
            ((_sentenced(11, 29),), _MARCH, "category none"),
        ),
        "category_2_orders": three(
            ((_order(Disposal.HOSPITAL_ORDER),), _MARCH, "category 2"),
            ((_order(Disposal.GUARDIANSHIP_ORDER),), _MARCH, "category 2"),
            ((_order(Disposal.OTHER),), _MARCH, "category none"),
        ),
        "category_2_counts_suspended": three(
            ((_sentenced(24, suspended=True),), _MARCH, "category 2"),
            ((_sentenced(12, suspended=True),), _MARCH, "category 2"),
            ((_sentenced(11, suspended=True),), _MARCH, "category none"),
        ),
        "category_2_lasts_with": three(
            (_ON_LICENCE, _AFTER, "category none"),
            (_ON_LICENCE, _LAST, "category 2"),
            (
                (_sentenced(), under(_MARCH, _LAST, Supervision.POST_SENTENCE)),
                _AFTER,
                "category 2",
            ),
        ),
        "category_4_since": three(
            ((_terrorist(on=date(2018, 1, 8)),), date(2026, 3, 2), "category 4"),
            ((_terrorist(on=date(2018, 1, 8)),), date(2022, 6, 28), "category 4"),
            ((_terrorist(on=date(2018, 1, 8)),), date(2022, 6, 27), "category none"),
        ),
        "category_4_from_months": three(
            ((_terrorist(24),), _MARCH, "category 4"),
            ((_terrorist(12),), _MARCH, "category 4"),
            ((_terrorist(11, 29),), _MARCH, "category none"),
        ),
        "category_4_from_age": three(
            ((_terrorist(),), _MARCH, "category 4"),
            (
                (_terrorist(on=date(2026, 1, 31), born_on=CHILD),),
                date(2026, 1, 31),
                "category 4",
            ),
            (
                (_terrorist(on=date(2026, 1, 30), born_on=CHILD),),
                date(2026, 1, 31),
                "category none",
            ),
        ),
        "part_4_months": three(
            ((_terrorist(12), *_OUT), _AFTER, "category 4"),
            ((_terrorist(12), *_OUT), date(2037, 3, 1), "category 4"),
            ((_terrorist(12), *_OUT), date(2037, 3, 2), "category none"),
        ),
        "part_4_long_from_months": three(
            ((_terrorist(144), *_OUT), date(2057, 3, 1), "category 4"),
            ((_terrorist(120), *_OUT), date(2057, 3, 1), "category 4"),
            ((_terrorist(119, 29), *_OUT), date(2042, 3, 2), "category none"),
        ),
        "part_4_middle_from_months": three(
            ((_terrorist(72), *_OUT), date(2042, 3, 1), "category 4"),
            ((_terrorist(60), *_OUT), date(2042, 3, 1), "category 4"),
            ((_terrorist(59, 29), *_OUT), date(2037, 3, 2), "category none"),
        ),
        "referred_categories": three(
            ((accepted(3, _MARCH),), date(2026, 6, 1), "category 3"),
            ((accepted(4, _MARCH), closed(date(2026, 6, 2))), date(2026, 6, 1), "category 4"),
            ((accepted(3, _MARCH), closed(date(2026, 6, 1))), date(2026, 6, 1), "category none"),
        ),
        "identification_days": three(
            (_NEW, _MONDAY, f"{_IDENTIFY}: 4 Mar 2027, open"),
            (
                (*_NEW, led(date(2027, 3, 4))),
                date(2027, 3, 5),
                f"{_IDENTIFY}: 4 Mar 2027, done, 4 Mar 2027",
            ),
            (
                (levelled(date(2027, 2, 1), 2), *_NEW),
                _MONDAY,
                f"no milestone: {_IDENTIFY}",
            ),
        ),
        "rescreening_days": three(
            (_ON_LICENCE, _AFTER, f"{_RESCREEN}: 30 Sep 2027, open"),
            (
                (*_ON_LICENCE, rejected(date(2027, 9, 30))),
                date(2027, 10, 1),
                f"{_RESCREEN}: 30 Sep 2027, done, 30 Sep 2027",
            ),
            (_ON_LICENCE, _LAST, f"no milestone: {_RESCREEN}"),
        ),
    }
)
"""By the name of the rule."""
