"""Examples of the rules on duties and their days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from schemas.base import Fact
from schemas.custody import Presence
from schemas.eligibility import Disposal
from schemas.register import Circumstance
from services.hub.register.examples import Example, three
from services.hub.register.invented import (
    changed,
    convicted,
    notified,
    released,
    there,
)

HOME, PREMISES, FINANCE = Circumstance.HOME, Circumstance.PREMISES, Circumstance.FINANCE


def _march(day: int) -> date:
    return date(2026, 3, day)


_SUBJECT = (convicted(date(2026, 1, 5), 30), notified(date(2026, 1, 6)))
"""Indefinitely since 5 January 2026, and notified."""
_STAYS = (
    *_SUBJECT,
    changed(PREMISES, _march(1), _march(3)),
    changed(PREMISES, date(2026, 6, 1), date(2026, 6, 3)),
)
"""Six days at premises not notified, the first of them on 1 March."""
_AHEAD = notified(_march(1), HOME, expected_on=_march(10))
_FIRST, _YEARLY = "first notification", "yearly notification"
_MOVED, _WITHDRAW = "notify a new home", "say that a change notified ahead did not come"
_STAYED = "notify other premises stayed at"


def _moves(day: int) -> Fact:
    return changed(HOME, _march(day))


def _held(begins_on: date, over_on: date) -> tuple[Fact, ...]:
    return there(Presence.IN_CUSTODY, begins_on), there(Presence.AT_LIBERTY, over_on)


_OLD_SUBJECT = (convicted(date(2012, 1, 2), 30), notified(date(2012, 1, 3)))
_PAID = "notify bank or card details"
_CAUTIONED = (convicted(date(2024, 3, 2), disposal=Disposal.CAUTION), notified(date(2024, 3, 2)))
"""Until 1 March 2026, and notified."""
OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "initial_days": three(
            ((convicted(_march(2), 12),), _march(3), f"{_FIRST}: 4 Mar 2026, open"),
            ((convicted(_march(2), 12),), _march(4), f"{_FIRST}: 4 Mar 2026, open"),
            (
                (convicted(_march(2), 12),),
                _march(5),
                f"{_FIRST}: 4 Mar 2026, missed: possible breach",
            ),
        ),
        "earlier_event_lasts": three(
            (
                (*_CAUTIONED, convicted(date(2026, 2, 27), 12)),
                date(2026, 2, 27),
                f"{_FIRST}: 1 Mar 2026, not needed, 2 Mar 2024",
            ),
            (
                (*_CAUTIONED, convicted(date(2026, 2, 28), 12)),
                date(2026, 2, 28),
                f"{_FIRST}: 2 Mar 2026, open",
            ),
            (
                (*_CAUTIONED, convicted(_march(2), 12)),
                _march(2),
                f"{_FIRST}: 4 Mar 2026, open",
            ),
        ),
        "pauses": three(
            (
                (convicted(_march(2), 12, in_custody=True), released(date(2026, 6, 1))),
                date(2026, 6, 1),
                f"{_FIRST}: 3 Jun 2026, open",
            ),
            (
                (convicted(_march(2), 12), *_held(_march(4), date(2026, 6, 1))),
                date(2026, 6, 1),
                f"{_FIRST}: 1 Jun 2026, open",
            ),
            (
                (convicted(_march(2), 12), *_held(_march(5), date(2026, 6, 1))),
                date(2026, 6, 1),
                f"{_FIRST}: 4 Mar 2026, missed: possible breach",
            ),
        ),
        "change_days": three(
            ((*_SUBJECT, _moves(10)), _march(11), f"{_MOVED}: 12 Mar 2026, open"),
            (
                (*_SUBJECT, _moves(10), notified(_march(12), HOME)),
                _march(13),
                f"{_MOVED}: 12 Mar 2026, done, 12 Mar 2026",
            ),
            (
                (*_SUBJECT, _moves(10)),
                _march(13),
                f"{_MOVED}: 12 Mar 2026, missed: possible breach",
            ),
        ),
        "changes_watched": three(
            (
                (*_OLD_SUBJECT, changed(FINANCE, date(2012, 9, 3))),
                date(2012, 9, 3),
                f"{_PAID}: 5 Sep 2012, open",
            ),
            (
                (*_OLD_SUBJECT, changed(FINANCE, date(2012, 8, 13))),
                date(2012, 8, 13),
                f"{_PAID}: 15 Aug 2012, open",
            ),
            (
                (*_OLD_SUBJECT, changed(FINANCE, date(2012, 8, 12))),
                date(2012, 8, 13),
                f"no duty: {_PAID}",
            ),
        ),
        "qualifying_days": three(
            (
                (*_SUBJECT, changed(PREMISES, _march(10), _march(20))),
                _march(18),
                f"{_STAYED}: 18 Mar 2026, open",
            ),
            (
                (*_SUBJECT, changed(PREMISES, _march(10), _march(16))),
                _march(16),
                f"{_STAYED}: 18 Mar 2026, open",
            ),
            (
                (*_SUBJECT, changed(PREMISES, _march(10), _march(15))),
                _march(18),
                f"no duty: {_STAYED}",
            ),
        ),
        "qualifying_months": three(
            (
                (*_STAYS, changed(PREMISES, date(2026, 9, 1))),
                date(2026, 9, 1),
                f"{_STAYED}: 3 Sep 2026, open",
            ),
            (
                (*_STAYS, changed(PREMISES, date(2027, 2, 28))),
                date(2027, 2, 28),
                f"{_STAYED}: 2 Mar 2027, open",
            ),
            (
                (*_STAYS, changed(PREMISES, date(2027, 3, 1))),
                date(2027, 3, 1),
                f"no duty: {_STAYED}",
            ),
        ),
        "changes_foreseen": three(
            (
                (*_SUBJECT, _AHEAD, _moves(10)),
                _march(20),
                f"{_MOVED}: 12 Mar 2026, not needed, 1 Mar 2026",
            ),
            (
                (
                    *_SUBJECT,
                    notified(_march(1), FINANCE, expected_on=_march(10)),
                    changed(FINANCE, _march(10)),
                ),
                _march(20),
                "notify bank or card details: 12 Mar 2026, not needed, 1 Mar 2026",
            ),
            (
                (*_SUBJECT, notified(_march(1), Circumstance.RELEASE, expected_on=_march(10)))
                + (*_held(_march(3), _march(10)),),
                _march(20),
                "notify release: 12 Mar 2026, missed: possible breach",
            ),
        ),
        "early_days": three(
            (
                (*_SUBJECT, _AHEAD, _moves(9)),
                _march(20),
                f"{_MOVED}: 11 Mar 2026, not needed, 1 Mar 2026",
            ),
            (
                (*_SUBJECT, _AHEAD, _moves(8)),
                _march(20),
                f"{_MOVED}: 10 Mar 2026, not needed, 1 Mar 2026",
            ),
            ((*_SUBJECT, _AHEAD, _moves(7)), _march(9), f"{_MOVED}: 9 Mar 2026, open"),
        ),
        "advance_days": three(
            (
                (*_SUBJECT, _AHEAD, _moves(11)),
                _march(20),
                f"{_MOVED}: 13 Mar 2026, not needed, 1 Mar 2026",
            ),
            (
                (*_SUBJECT, _AHEAD, _moves(12)),
                _march(20),
                f"{_MOVED}: 14 Mar 2026, not needed, 1 Mar 2026",
            ),
            ((*_SUBJECT, _AHEAD, _moves(13)), _march(14), f"{_MOVED}: 15 Mar 2026, open"),
        ),
        "withdraw_days": three(
            ((*_SUBJECT, _AHEAD), _march(13), f"{_WITHDRAW}: 15 Mar 2026, open"),
            (
                (*_SUBJECT, _AHEAD, notified(_march(15), HOME, not_happened=True)),
                _march(16),
                f"{_WITHDRAW}: 15 Mar 2026, done, 15 Mar 2026",
            ),
            (
                (*_SUBJECT, _AHEAD, _moves(12)),
                _march(16),
                f"{_WITHDRAW}: 15 Mar 2026, not needed, 12 Mar 2026",
            ),
        ),
        "extras": three(
            (
                (*_SUBJECT, notified(date(2026, 8, 1), FINANCE)),
                date(2026, 8, 1),
                f"{_YEARLY}: 6 Jan 2027, open; remind from 9 Dec 2026",
            ),
            (
                (*_SUBJECT, notified(date(2026, 8, 1), FINANCE, HOME)),
                date(2026, 8, 1),
                f"{_YEARLY}: 1 Aug 2027, open; remind from 4 Jul 2027",
            ),
            (
                (*_SUBJECT, notified(date(2026, 9, 5), HOME)),
                date(2026, 9, 5),
                f"{_YEARLY}: 5 Sep 2027, open; remind from 8 Aug 2027",
            ),
        ),
        "weekly_days": three(
            (
                (convicted(date(2026, 6, 1), 30), notified(date(2026, 6, 1), no_fixed_home=True)),
                date(2026, 6, 1),
                "weekly notification: no fixed home: 8 Jun 2026, open; remind from 7 Jun 2026",
            ),
            (
                (convicted(date(2012, 8, 13), 30), notified(date(2012, 8, 13), no_fixed_home=True)),
                date(2012, 8, 20),
                "weekly notification: no fixed home: 20 Aug 2012, open; reminded from 19 Aug 2012",
            ),
            (
                (convicted(date(2012, 8, 12), 30), notified(date(2012, 8, 12), no_fixed_home=True)),
                date(2012, 8, 20),
                f"{_YEARLY}: 12 Aug 2013, open; remind from 15 Jul 2013",
            ),
        ),
        "resume_days": three(
            (
                (*_SUBJECT, *_held(date(2027, 1, 1), date(2027, 6, 1))),
                date(2027, 6, 1),
                f"{_YEARLY}: 3 Jun 2027, open; reminded from 6 May 2027",
            ),
            (
                (*_SUBJECT, *_held(date(2027, 1, 6), date(2027, 1, 7))),
                date(2027, 1, 7),
                f"{_YEARLY}: 9 Jan 2027, open; reminded from 12 Dec 2026",
            ),
            (
                (*_SUBJECT, *_held(date(2027, 1, 1), date(2027, 1, 6))),
                date(2027, 1, 6),
                f"{_YEARLY}: 6 Jan 2027, open; reminded from 9 Dec 2026",
            ),
        ),
        "duties": three(
            ((*_SUBJECT, _moves(10)), _march(10), f"{_MOVED}: 12 Mar 2026, open"),
            (_SUBJECT, _march(10), f"{_FIRST}: 7 Jan 2026, done, 6 Jan 2026"),
            (_SUBJECT, _march(10), f"no duty: {_MOVED}"),
        ),
        "deadline_steps": three(
            (
                _SUBJECT,
                date(2026, 12, 9),
                f"{_YEARLY}: 6 Jan 2027, open; reminded from 9 Dec 2026",
            ),
            (_SUBJECT, date(2026, 12, 8), f"{_YEARLY}: 6 Jan 2027, open; remind from 9 Dec 2026"),
            (
                (*_SUBJECT, notified(date(2026, 12, 8), HOME)),
                date(2026, 12, 9),
                f"{_YEARLY}: 8 Dec 2027, open; remind from 10 Nov 2027",
            ),
        ),
        "remind_days": three(
            (
                _SUBJECT,
                _march(10),
                f"{_YEARLY}: 6 Jan 2027, open; remind from 9 Dec 2026",
            ),
            (
                (convicted(_march(2), 30), notified(_march(2))),
                _march(2),
                f"{_YEARLY}: 2 Mar 2027, open; remind from 2 Feb 2027",
            ),
            ((convicted(_march(2), 30),), _march(2), f"{_FIRST}: 4 Mar 2026, open"),
        ),
    }
)
"""By the name of the rule."""
