"""In which form somebody is recalled, by the law of the day, and when a fixed term ends by itself.

Nothing of it is kept: it is counted anew from what was heard, so that a level, category or
circumstance told late or put right counts. The level is that immediately before the recall; one set
after it changes no form and is what a person looks at (R-RCL-10). What is decided is for people;
this says what the rules make of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from schemas.custody import NewCharge, RecallForm, SentenceGroup
from services.registry.dates import last_day
from services.registry.domain.custody import Level, Recall, last_words
from services.registry.domain.pauses import free_on
from services.registry.domain.state import Register
from services.registry.release_rules import (
    SENTENCING_ACT_2026,
    Bar,
    CurfewTerm,
    LevelOf,
    Reach,
    ReleaseRules,
)

_SAID: Mapping[Bar, str] = MappingProxyType(
    {
        Bar.SERIOUS_CHARGE: "serious_charge",
        Bar.TERRORIST: "terrorist",
        Bar.FOREIGN_POWER: "foreign_power",
        Bar.REFERRED: "referred_before_release",
        Bar.REPATRIATED: "repatriated_for_murder",
        Bar.PARTICULAR_CONCERN: "particular_concern",
        Bar.DISCRETIONARY: "discretionary_conditional",
        Bar.CATEGORY_4: "category_4",
        Bar.UNDER_18: "under_18",
    }
)
"""Which field of a recall says so."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules make of a recall."""

    form: RecallForm | None
    """None: whoever decides chooses."""
    bars: tuple[Bar, ...]
    """What keeps a fixed term from being mandatory, known or not."""
    unknown: tuple[Bar, ...]
    """Those of them that count only since nobody said."""


def law_on(recall: Recall, back_on: date | None, rules: ReleaseRules) -> date:
    """The day by whose law the form goes: that of the recall.

    The Act of 2026 reaches whoever was recalled before it, and not in custody the day before; of
    those who were, see `phasing`.

    Source: Sentencing Act 2026 s.33(14); R-RCL-6.
    """
    on = recall.recalled_on
    reached = on < SENTENCING_ACT_2026 <= (back_on or on)
    if reached and rules.form_law.on(on) is Reach.CUSTODY:
        return SENTENCING_ACT_2026
    return on


def weighed(
    recall: Recall,
    level: int | None,
    rules: ReleaseRules,
    on: date | None = None,
    *,
    category_4: bool = False,
) -> Weighed:
    """The form by the law of that day, or of the day of the recall; `level` None: not known.

    What is not known counts as if it stood in the way of a mandatory fixed term, and never makes a
    standard recall by itself.

    Of category 4 the record says so, or the register: either keeps from a fixed term.

    Source: CJA 2003 ss.255A-255C; Sentencing Act 2026 ss.30-33; R-RCL-2 to R-RCL-8.
    """
    if recall.group in (SentenceGroup.EXTENDED, SentenceGroup.INDETERMINATE):
        return Weighed(RecallForm.STANDARD, (Bar.SENTENCE,), ())
    youth = recall.group is SentenceGroup.YOUTH_DETERMINATE
    on = on or recall.recalled_on
    known = {bar: _holds(bar, recall, level) for bar in sorted(_asked(youth, on, rules))}
    if category_4 and Bar.CATEGORY_4 in known:
        known[Bar.CATEGORY_4] = True
    below = rules.youth_below_months.on(on) if youth else rules.fixed_term_below_months.on(on)
    known[Bar.TERM] = _too_long(recall, below)
    bars = tuple(bar for bar, holds in known.items() if holds is not False)
    unknown = tuple(bar for bar, holds in known.items() if holds is None)
    if not bars:
        return Weighed(RecallForm.FIXED_TERM, (), ())
    form = None if youth else rules.barred_form.on(on)
    if known.get(Bar.REFERRED):
        form = rules.referred_form.on(on) or form
    return Weighed(form, bars, unknown)


def releases_on(
    recall: Recall, returned_on: date, rules: ReleaseRules, on: date | None = None
) -> date:
    """The day a fixed term that began with that return ends by itself: the day of release.

    Of somebody recalled from home detention curfew it ends with the requisite custodial period, if
    that is later; with the sentence at the latest. Release is on the last day of each of them, so
    no day is added. The law is that of the day of the return, if no other is given: the 56 days
    reach those recalled before them. An unknown length of sentence counts as long.

    Source: CJA 2003 ss.255B, 255BA(2), (11); R-RCL-2, R-RCL-4, R-RCL-5, R-RCL-6, R-RCL-9.
    """
    days, on = None, on or returned_on
    if recall.group is not SentenceGroup.YOUTH_DETERMINATE:
        days = rules.adult_fixed_days.on(on)
    if days is None:
        short = _too_long(recall, rules.short_below_months.on(on)) is False
        days = (rules.short_fixed_days if short else rules.long_fixed_days).on(on)
    ends_on = last_day(returned_on, days=days)
    if rules.curfew_term.on(on) is CurfewTerm.LATER:
        ends_on = max(ends_on, recall.requisite_on or ends_on)
    return min(ends_on, recall.sentence_ends_on or ends_on)


def recalls_of(heard: Register) -> tuple[Recall, ...]:
    """Each recall as the last word on it has it, in their order."""
    last = last_words(heard.recalls, lambda one: one.recall_ref)
    return tuple(sorted(last.values(), key=lambda one: (one.recalled_on, one.recall_ref)))


def returned_on(heard: Register, recall: Recall) -> date | None:
    """The day of the return to custody, as it was said last."""
    said = (one for one in heard.returns if one.recall_ref == recall.recall_ref)
    last = max(said, key=lambda one: (one.said_at, one.on), default=None)
    return None if last is None else last.on


def running(heard: Register) -> Iterator[tuple[Recall, date | None]]:
    """The recalls after which nobody was released again, with the day of return if there was one.

    A release on the day of the return itself is none of that recall: it was before.
    """
    for recall in recalls_of(heard):
        back_on = returned_on(heard, recall)
        after = (back_on or recall.recalled_on) + timedelta(days=1)
        if free_on(heard, after) is None:
            yield recall, back_on


def level_on(heard: Register, day: date = date.max) -> int | None:
    """The level in force on that day, or as set last; None: nobody set one."""
    said = (one for one in heard.levels if one.on <= day)
    found = max(said, key=in_force, default=None)
    return None if found is None else found.level


def changed_since(heard: Register, recall: Recall) -> Level | None:
    """The word after the day of the recall that brought the level there is now, if it is another.

    It changes no form. A person looks at it: the Secretary of State may determine that there is no
    automatic release if the person would be managed at level 2 or 3, and so may any change matter.

    Source: CJA 2003 s.255BA(5)-(9); R-RCL-10.
    """
    found, then = None, level_on(heard, recall.recalled_on)
    for word in sorted(heard.levels, key=in_force):
        if word.on > recall.recalled_on:
            if word.level == then:
                found = None
            elif found is None or found.level != word.level:
                found = word
    return found


def weighed_of(
    heard: Register, recall: Recall, back_on: date | None, rules: ReleaseRules
) -> Weighed:
    """What the rules make of it by the level that counts and the law of its day."""
    return weighed_by(heard, recall, law_on(recall, back_on, rules), rules)


def weighed_by(heard: Register, recall: Recall, on: date, rules: ReleaseRules) -> Weighed:
    """The same by the law of that day; category 4 counts as the level does.

    Source: CJA 2003 s.255A(8)(f), (g), (i); R-RCL-10.
    """
    level, category_4 = _level_of(heard, recall, rules), _category_4(heard, recall, rules)
    return weighed(recall, level, rules, on, category_4=category_4)


def level_before(heard: Register, day: date) -> int | None:
    """The level immediately before something of that day; None: not known.

    Whether a level set on the day itself came before is not told: that which bars counts, and what
    is not known bars less than level 2 or 3 and more than level 1, a local choice.

    Source: CJA 2003 s.255A(8)(i); R-RCL-7, R-RCL-10.
    """
    either = level_on(heard, day - timedelta(days=1)), level_on(heard, day)
    most = max((level for level in either if level is not None), default=None)
    return None if most == 1 and None in either else most


def _level_of(heard: Register, recall: Recall, rules: ReleaseRules) -> int | None:
    if rules.form_level.on(recall.recalled_on) is LevelOf.RECALL:
        return level_before(heard, recall.recalled_on)
    return level_on(heard, recall.decided_on or date.max)


def _category_4(heard: Register, recall: Recall, rules: ReleaseRules) -> bool:
    """Whether the register has the person in it, on whichever ground, on the day of the recall.

    By the rules before it counts up to the day of the decision.
    """
    until = recall.recalled_on
    if rules.form_level.on(until) is LevelOf.DECISION:
        until = recall.decided_on or date.max
    return any(
        ground.category == 4
        and ground.begins_on <= until
        and (ground.last_day or date.max) >= recall.recalled_on
        for ground in heard.grounds
    )


def in_force(word: Level) -> tuple[date, datetime, int]:
    """Of two set on one day the one said later holds; of two said at once the higher."""
    return word.on, word.said_at, word.level


def _asked(youth: bool, on: date, rules: ReleaseRules) -> frozenset[Bar]:  # noqa: FBT001
    if youth:
        return rules.youth_bars.on(on)
    return rules.fixed_term_bars.on(on) | rules.transitional_bars.on(on)


def _holds(bar: Bar, recall: Recall, level: int | None) -> bool | None:
    """Whether it stands in the way; None: nobody said."""
    if bar is Bar.LEVEL:
        return None if level is None else level > 1
    if bar is Bar.NEW_CHARGE:
        charge = recall.new_charge
        return None if charge is None else charge is NewCharge.CHARGED
    said: bool | None = getattr(recall, _SAID[bar])
    return said


def _too_long(recall: Recall, below_months: int | None) -> bool | None:
    """Whether the sentence is of so many months or more; None: its length is not known."""
    if below_months is None:
        return False
    if below_months == 0:
        return True
    return None if recall.months is None else (recall.months, recall.days) >= (below_months, 0)
