"""Examples of the rules on the form of a recall and the days of a fixed term."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.case import LevelSet
from schemas.custody import NewCharge, ParoleStep, RecallForm, SentenceGroup
from services.hub.register.examples import Example, three
from services.hub.register.invented_release import back, levelled, parole, planned, recalled
from services.hub.register.readiness import PHASED

YOUTH = SentenceGroup.YOUTH_DETERMINATE
_JUNE = date(2026, 6, 1)
_LAST_DAY = date(2026, 3, 30)
"""The last of the law before the Sentencing Act 2026."""
_LEVEL_1, _LEVEL_2 = levelled(date(2026, 1, 2), 1), levelled(date(2026, 1, 2), 2)
_FORM = "form of the recall: no day, not decided; by the rules"
_ENDS = "end of the fixed term"


def _says(on: date, months: int | None, form: str, *facts: Fact, **fields: Any) -> _Told:  # noqa: ANN401
    return (*facts, recalled(on, months, **fields)), on, f"{_FORM} {form}"


def _then(told: _Told, later: LevelSet) -> _Told:
    """The same, looked at once a level was set after it."""
    facts, _, shown = told
    return (*facts, later), later.set_on, shown


def _before_the_act(months: int, shown: str, *facts: Fact, **fields: Any) -> _Told:  # noqa: ANN401
    """Of a standard recall of February 2026, and back in custody."""
    on = date(2026, 2, 2)
    decided = {"form": RecallForm.STANDARD, "decided_on": on, **fields}
    recall = recalled(on, months, **decided)
    return (_LEVEL_1, recall, back(on), *facts), _LAST_DAY, f"{PHASED}: {shown}"


def _ends(on: date, back_on: date, ends: str, months: int, **fields: Any) -> _Told:  # noqa: ANN401
    decided = {"form": RecallForm.FIXED_TERM, "decided_on": on, **fields}
    facts = (_LEVEL_1, recalled(on, months, **decided), back(back_on))
    return facts, back_on, f"{_ENDS}: {ends}, the prison told no day"


_Told = tuple[tuple[Fact, ...], date, str]

OF: Mapping[str, tuple[Example, ...]] = MappingProxyType(
    {
        "fixed_term_below_months": three(
            _says(_JUNE, 60, "a fixed term", _LEVEL_1),
            _says(_LAST_DAY, 47, "a fixed term", _LEVEL_1, term_days=30),
            _says(_LAST_DAY, 48, "a choice (length of the sentence)", _LEVEL_1),
        ),
        "fixed_term_bars": three(
            _says(
                _JUNE,
                24,
                "a standard recall (terrorist or national security offence)",
                _LEVEL_1,
                terrorist=True,
            ),
            _says(_JUNE, 24, "a standard recall (level 2 or 3)"),
            _says(_JUNE, 24, "a fixed term", _LEVEL_1, new_charge=NewCharge.CONVICTED),
        ),
        "transitional_bars": three(
            _says(
                _JUNE,
                24,
                "a standard recall (discretionary conditional release)",
                _LEVEL_1,
                discretionary_conditional=True,
            ),
            _says(
                date(2026, 3, 31),
                24,
                "a standard recall (repatriated for murder)",
                _LEVEL_1,
                repatriated_for_murder=None,
            ),
            _says(_LAST_DAY, 24, "a fixed term", _LEVEL_1, discretionary_conditional=True),
        ),
        "barred_form": three(
            _says(_JUNE, 24, "a standard recall (level 2 or 3)", _LEVEL_2),
            _says(date(2026, 3, 31), 24, "a standard recall (level 2 or 3)", _LEVEL_2),
            _says(_LAST_DAY, 24, "a choice (level 2 or 3)", _LEVEL_2),
        ),
        "youth_below_months": three(
            _says(_JUNE, 6, "a fixed term", _LEVEL_1, group=YOUTH),
            _says(_JUNE, 11, "a fixed term", _LEVEL_1, group=YOUTH, term_days=30),
            _says(_JUNE, 12, "a choice (length of the sentence)", _LEVEL_1, group=YOUTH),
        ),
        "youth_bars": three(
            _says(
                _JUNE,
                6,
                "a choice (charged with a serious offence)",
                _LEVEL_1,
                group=YOUTH,
                serious_charge=True,
            ),
            _says(_JUNE, 6, "a choice (under 18)", _LEVEL_1, group=YOUTH, under_18=None),
            _says(_JUNE, 6, "a fixed term", _LEVEL_1, group=YOUTH, category_4=True),
        ),
        "referred_form": three(
            _says(
                _JUNE,
                6,
                "a standard recall (referred to the board before release)",
                _LEVEL_1,
                group=YOUTH,
                referred_before_release=True,
            ),
            _says(
                _JUNE,
                6,
                "a choice (referred to the board before release)",
                _LEVEL_1,
                group=YOUTH,
                referred_before_release=None,
            ),
            _says(_JUNE, 6, "a fixed term", _LEVEL_1, group=YOUTH),
        ),
        "form_level": three(
            _then(
                _says(_JUNE, 24, "a standard recall (level 2 or 3)", _LEVEL_2),
                levelled(date(2026, 6, 3), 1),
            ),
            _says(_JUNE, 24, "a standard recall (level 2 or 3)", _LEVEL_1, levelled(_JUNE, 2)),
            _then(
                _says(_JUNE, 24, "a fixed term", _LEVEL_1),
                levelled(date(2026, 6, 3), 2),
            ),
        ),
        "form_law": three(
            (
                (_LEVEL_1, recalled(date(2026, 3, 20), 60), back(_JUNE)),
                _JUNE,
                f"{_FORM} a fixed term",
            ),
            (
                (_LEVEL_1, recalled(date(2026, 3, 20), 60), back(date(2026, 3, 31))),
                date(2026, 3, 31),
                f"{_FORM} a fixed term",
            ),
            (
                (_LEVEL_1, recalled(date(2026, 3, 20), 60), back(_LAST_DAY)),
                _JUNE,
                f"{_FORM} a choice (length of the sentence)",
            ),
        ),
        "adult_fixed_days": three(
            _ends(_JUNE, _JUNE, "26 Jul 2026", 24),
            _ends(date(2026, 3, 20), date(2026, 3, 31), "25 May 2026", 24),
            _ends(date(2026, 3, 20), _LAST_DAY, "26 Apr 2026", 24),
        ),
        "short_below_months": three(
            _ends(date(2026, 1, 5), date(2026, 1, 5), "18 Jan 2026", 6),
            _ends(date(2026, 1, 5), date(2026, 1, 5), "18 Jan 2026", 11, term_days=30),
            _ends(date(2026, 1, 5), date(2026, 1, 5), "1 Feb 2026", 12),
        ),
        "short_fixed_days": three(
            _ends(_JUNE, _JUNE, "14 Jun 2026", 6, group=YOUTH),
            (
                (
                    _LEVEL_1,
                    recalled(_JUNE, 6, group=YOUTH),
                    back(_JUNE),
                    planned(date(2026, 6, 2), date(2026, 6, 14)),
                ),
                date(2026, 6, 14),
                f"{_ENDS}: 14 Jun 2026, the prison told the same day",
            ),
            _ends(_JUNE, _JUNE, "28 Jun 2026", 12, group=YOUTH),
        ),
        "long_fixed_days": three(
            _ends(_JUNE, _JUNE, "28 Jun 2026", 18, group=YOUTH),
            _ends(_JUNE, _JUNE, "20 Jun 2026", 18, group=YOUTH, sentence_ends_on=date(2026, 6, 20)),
            _ends(_JUNE, _JUNE, "14 Jun 2026", 6, group=YOUTH, requisite_on=date(2026, 6, 10)),
        ),
        "curfew_term": three(
            _ends(_JUNE, _JUNE, "20 Aug 2026", 24, requisite_on=date(2026, 8, 20)),
            _ends(_JUNE, _JUNE, "27 Jul 2026", 24, requisite_on=date(2026, 7, 27)),
            _ends(_JUNE, _JUNE, "26 Jul 2026", 24, requisite_on=date(2026, 7, 20)),
        ),
        "phased": three(
            _before_the_act(60, "14 Apr 2026, the prison told no day"),
            _before_the_act(
                56,
                "no day, a person looks at the day",
                parole(ParoleStep.REFUSED, date(2026, 3, 2)),
            ),
            (
                (_LEVEL_1, recalled(_JUNE, 60), back(_JUNE)),
                _JUNE,
                f"{_ENDS}: 26 Jul 2026, the prison told no day",
            ),
        ),
    }
)
"""By the name of the rule."""
