"""Examples of the duties to notify a change that share one rule: each duty has three of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.custody import Presence
from schemas.register import Circumstance, Duty
from services.hub.register.examples import Example, three
from services.hub.register.invented import changed, convicted, notified, released, there
from services.hub.register.words import DUTIES

_SUBJECT = (convicted(date(2026, 1, 5), 30), notified(date(2026, 1, 6)))
"""Indefinitely since 5 January 2026, and notified."""
_BEFORE = date(2026, 1, 4)
"""The day before the relevant date."""
_RELEASE = DUTIES[Duty.RELEASE_NOTIFICATION][0]


def _march(day: int) -> date:
    return date(2026, 3, day)


_HELD = (
    *_SUBJECT,
    there(Presence.IN_CUSTODY, _march(2)),
    there(Presence.AT_LIBERTY, _march(10)),
)


def _of(circumstance: Circumstance, duty: Duty) -> tuple[Example, ...]:
    """Still to do; done on the last day; and a change before the person was subject."""
    what, change = DUTIES[duty][0], (*_SUBJECT, changed(circumstance, _march(10)))
    return three(
        (change, _march(11), f"{what}: 12 Mar 2026, open"),
        (
            (*change, notified(_march(12), circumstance)),
            _march(13),
            f"{what}: 12 Mar 2026, done, 12 Mar 2026",
        ),
        ((*_SUBJECT, changed(circumstance, _BEFORE)), _march(11), f"no duty: {what}"),
    )


OF_DUTY: Mapping[Duty, tuple[Example, ...]] = MappingProxyType(
    {
        Duty.NAME_NOTIFICATION: _of(Circumstance.NAME, Duty.NAME_NOTIFICATION),
        Duty.RELEASE_NOTIFICATION: three(
            (_HELD, _march(11), f"{_RELEASE}: 12 Mar 2026, open"),
            (
                (*_HELD, notified(_march(12), Circumstance.RELEASE)),
                _march(13),
                f"{_RELEASE}: 12 Mar 2026, done, 12 Mar 2026",
            ),
            (
                (convicted(date(2026, 1, 5), 30, in_custody=True), released(_march(10))),
                _march(11),
                f"no duty: {_RELEASE}",
            ),
        ),
        Duty.CHILD_HOUSEHOLD_NOTIFICATION: _of(
            Circumstance.CHILD_HOUSEHOLD, Duty.CHILD_HOUSEHOLD_NOTIFICATION
        ),
        Duty.FINANCE_NOTIFICATION: _of(Circumstance.FINANCE, Duty.FINANCE_NOTIFICATION),
        Duty.IDENTITY_DOCUMENT_NOTIFICATION: _of(
            Circumstance.IDENTITY_DOCUMENT, Duty.IDENTITY_DOCUMENT_NOTIFICATION
        ),
    }
)
"""By the duty."""
