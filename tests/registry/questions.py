"""Questions of law about invented people, each with its answer: read off the Acts, not the rules.

What the pages of the law show by example is one answer a rule; these ask the rest of its values:
every row of a table, every kind of order, every bar, on both sides of each change of law.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from schemas.base import Fact
from schemas.custody import NewCharge, Presence, RecalledToCustody, RecallForm, SentenceGroup
from schemas.eligibility import Disposal
from schemas.milestone import Milestone
from schemas.register import (
    Breached,
    Circumstance,
    Duty,
    NotificationKind,
    PreventionOrder,
)
from services.registry.dates import start_of
from services.registry.domain import Register, Stage, as_of
from services.registry.domain.milestones import OF_VICTIMS
from services.registry.domain.pauses import pauses_of
from services.registry.domain.phasing import phased_on
from services.registry.domain.recall import releases_on, weighed, weighed_of
from services.registry.domain.review import review_of
from services.registry.release_rules import Bar
from services.registry.rules import Rules
from tests.makers import (
    a_breach,
    a_change,
    a_level,
    a_notification,
    a_presence,
    a_prevention_order,
    a_recall_to_custody,
    a_release_date,
    a_return,
    a_zone,
    admitted,
)
from tests.registry.person import convicted
from tests.registry.question import Question
from tests.registry.questions_of_reviews import questions_of_reviews
from tests.registry.questions_of_status import questions_of_status
from tests.registry.questions_of_travel import questions_of_risk_orders, questions_of_travel
from tests.registry.recall_vectors import OURS, form_of, kept, level_of, recall_of, rows


def questions() -> Iterator[Question]:
    """All of them."""
    yield from _how_long()
    yield from _cautions()
    yield from _first_notification()
    yield from _orders()
    yield from _breaches()
    yield from _pauses()
    yield from _changes()
    yield from _foreseen()
    yield from _extras()
    yield from _reviews()
    yield from _recalls()
    yield from _milestones()
    yield from questions_of_status()
    yield from questions_of_travel()
    yield from questions_of_risk_orders()
    yield from questions_of_reviews()


def _row(facts: tuple[Fact, ...], on: date, rules: Rules) -> Register:
    found = as_of(facts, on, rules)
    assert found is not None
    return found


def _how_long() -> Iterator[Question]:
    """SOA 2003 s.82(1)-(2), and s.81 for what was decided before it: the same table."""
    years = {10: (2013, 2036), 7: (2010, 2033), 5: (2008, 2031), 2: (2005, 2028), 1: (2004, 2027)}
    ends: dict[float, tuple[date, date]] = {
        length: (date(then, 6, 1), date(now, 3, 1)) for length, (then, now) in years.items()
    }
    ends[3.5] = (date(2006, 12, 1), date(2029, 9, 1))
    ends[2.5] = (date(2005, 12, 1), date(2028, 9, 1))
    table: tuple[tuple[str, dict[str, Any], float | None, float | None], ...] = (
        ("life", {"for_life": True}, None, None),
        ("thirty months", {"term_months": 30}, None, None),
        ("a day less", {"term_months": 29, "term_days": 30}, 10, 5),
        ("six months and a day", {"term_months": 6, "term_days": 1}, 10, 5),
        ("six months", {"term_months": 6}, 7, 3.5),
        ("hospital, restricted", {"disposal": Disposal.HOSPITAL_ORDER_RESTRICTED}, None, None),
        ("hospital", {"disposal": Disposal.HOSPITAL_ORDER}, 7, 3.5),
        ("anything else", {"disposal": Disposal.OTHER}, 5, 2.5),
        ("discharge", {"disposal": Disposal.CONDITIONAL_DISCHARGE, "term_months": 12}, 1, 1),
        ("training, half of fourteen months", _training(14), 10, 5),
        ("training, half of twelve months", _training(12), 7, 3.5),
    )
    # The row for cautions is of s.80(1)(d): one before the Act is of any other description.
    now = (("caution", {"disposal": Disposal.CAUTION}, 2, 1),)
    for when, relevant in enumerate((date(2003, 6, 2), date(2026, 3, 2))):
        for child in (False, True):
            born_on = relevant.replace(year=relevant.year - (16 if child else 40))
            before = (("caution", {"disposal": Disposal.CAUTION}, 5, 2.5),)
            rows_of = (*table, *(before if when == 0 else now))
            for what, how, adult, halved in rows_of:
                length = halved if child else adult
                last = None if length is None else ends[length][when]
                facts = (convicted(relevant, born_on=born_on, **how),)
                yield Question(
                    f"{what}, {'child' if child else 'adult'}, {relevant}",
                    (last, child and adult != halved),
                    partial(_ends, facts, relevant),
                )


def _cautions() -> Iterator[Question]:
    """SOA 2003 s.82(1): the row for cautions is of s.80(1)(d), of cautions since the Act began."""
    for on, last in (
        (date(2004, 4, 30), date(2009, 4, 29)),
        (date(2004, 5, 1), date(2006, 4, 30)),
    ):
        facts = (convicted(on, disposal=Disposal.CAUTION),)
        yield Question(f"caution on {on}", (last, False), partial(_ends, facts, on))


def _training(months: int) -> dict[str, Any]:
    return {"disposal": Disposal.DETENTION_AND_TRAINING, "term_months": months}


def _ends(facts: tuple[Fact, ...], on: date, rules: Rules) -> tuple[date | None, bool] | None:
    requirement = _row(facts, on, rules).requirement
    return None if requirement is None else (requirement.last_day, requirement.halved)


def _first_notification() -> Iterator[Question]:
    """SOA 2003 s.83(1), also for relevant dates before it."""
    for relevant, last in (
        (date(2003, 6, 2), date(2003, 6, 4)),
        (date(2026, 3, 2), date(2026, 3, 4)),
    ):
        facts = (convicted(relevant, disposal=Disposal.CAUTION),)
        yield Question(
            f"first notification, {relevant}",
            {Duty.INITIAL_NOTIFICATION: last},
            partial(_due, facts, relevant),
        )


def _due(facts: tuple[Fact, ...], on: date, rules: Rules) -> dict[Any, date]:
    return {clock.duty: clock.due_on for clock in _row(facts, on, rules).clocks}


def _due_of(duty: Duty, facts: tuple[Fact, ...], on: date, rules: Rules) -> date | None:
    return _due(facts, on, rules).get(duty)


def _orders() -> Iterator[Question]:
    """SOA 2003 s.103G, before it ss.107 and 117: which order keeps somebody subject."""
    new = {
        PreventionOrder.SEXUAL_HARM_PREVENTION,
        PreventionOrder.INTERIM_SEXUAL_HARM_PREVENTION,
    }
    old = {PreventionOrder.SEXUAL_OFFENCES_PREVENTION}
    until, cautioned_until = date(2030, 1, 1), date(2016, 5, 31)
    for order in PreventionOrder:
        for made_on in (date(2015, 3, 7), date(2015, 3, 8)):
            keeps = order in old or (order in new and made_on == date(2015, 3, 8))
            made = a_prevention_order(order=order, made_on=made_on, until=until)
            facts = (convicted(date(2014, 6, 1), disposal=Disposal.CAUTION), admitted(made))
            yield Question(
                f"{order} made on {made_on}",
                (until if keeps else cautioned_until, False),
                partial(_ends, facts, made_on),
            )


def _breaches() -> Iterator[Question]:
    """SOA 2003 s.122I: a breach of a risk order alone puts on the register."""
    on = date(2026, 3, 2)
    for breach in Breached:
        facts = (admitted(a_breach(breach=breach, proved_on=on)),)
        yield Question(
            f"breach of {breach}",
            (None, False) if breach is Breached.RISK_ORDER else None,
            partial(_ends, facts, on),
        )


def _pauses() -> Iterator[Question]:
    """SOA 2003 s.83(6): on remand or serving, detained in a hospital, outside the Kingdom."""
    on = date(2026, 3, 2)
    for presence in Presence:
        facts = (admitted(a_presence(presence, since_on=on)),)
        yield Question(
            f"pause: {presence}",
            0 if presence is Presence.AT_LIBERTY else 1,
            partial(_pauses_on, facts, on),
        )


def _pauses_on(facts: tuple[Fact, ...], on: date, rules: Rules) -> int:
    return len(pauses_of(_row(facts, on, rules), rules))


_ACT = {
    Circumstance.NAME: Duty.NAME_NOTIFICATION,
    Circumstance.HOME: Duty.HOME_NOTIFICATION,
    Circumstance.PREMISES: Duty.PREMISES_NOTIFICATION,
    Circumstance.RELEASE: Duty.RELEASE_NOTIFICATION,
}
_REGULATIONS = {
    Circumstance.CHILD_HOUSEHOLD: Duty.CHILD_HOUSEHOLD_NOTIFICATION,
    Circumstance.FINANCE: Duty.FINANCE_NOTIFICATION,
    Circumstance.IDENTITY_DOCUMENT: Duty.IDENTITY_DOCUMENT_NOTIFICATION,
}


def _changes() -> Iterator[Question]:
    """SOA 2003 s.84(1), and from 13 August 2012 the regulations beside it."""
    subject = convicted(date(2011, 6, 1), disposal=Disposal.OTHER)
    told = admitted(a_notification(made_on=date(2011, 6, 1)))
    for on in (date(2012, 8, 12), date(2012, 8, 13)):
        watched = {**_ACT, **(_REGULATIONS if on == date(2012, 8, 13) else {})}
        for circumstance in Circumstance:
            facts = (subject, told, *_changed(circumstance, on))
            yield Question(
                f"{circumstance} on {on}",
                {watched[circumstance]} if circumstance in watched else set(),
                partial(_change_duties, facts, on),
            )


def _foreseen() -> Iterator[Question]:
    """SOA 2003 s.84(2): what may be notified before it happens, so that nothing is owed then."""
    subject = convicted(date(2011, 6, 1), disposal=Disposal.OTHER)
    told = admitted(a_notification(made_on=date(2011, 6, 1)))
    old = {Circumstance.NAME, Circumstance.HOME, Circumstance.PREMISES}
    for made_on in (date(2012, 8, 12), date(2012, 8, 13)):
        foreseen = old | (set(_REGULATIONS) if made_on == date(2012, 8, 13) else set())
        for circumstance in (*_ACT, *_REGULATIONS):
            on = date(2012, 8, 20)
            premises = "premises-1" if circumstance is Circumstance.PREMISES else None
            notice = a_notification(
                made_on=made_on,
                notification=NotificationKind.CHANGE,
                circumstances=(circumstance,),
                expected_on=on,
                premises_ref=premises,
            )
            facts = (subject, told, admitted(notice), *_changed(circumstance, on))
            yield Question(
                f"{circumstance} foretold on {made_on}",
                Stage.NOT_NEEDED if circumstance in foreseen else Stage.OPEN,
                partial(_stage_of, {**_ACT, **_REGULATIONS}[circumstance], facts, on),
            )


def _stage_of(duty: Duty, facts: tuple[Fact, ...], on: date, rules: Rules) -> Stage | None:
    clocks = _row(facts, on, rules).clocks
    return next((one.stage for one in clocks if one.duty is duty), None)


def _changed(circumstance: Circumstance, on: date) -> tuple[Fact, ...]:
    if circumstance is Circumstance.RELEASE:
        inside = admitted(a_presence(Presence.IN_CUSTODY, since_on=on - timedelta(days=9)))
        return inside, admitted(a_presence(Presence.AT_LIBERTY, since_on=on))
    stay = circumstance is Circumstance.PREMISES
    since_on = on - timedelta(days=6) if stay else on
    fields = {"until": on, "premises_ref": "premises-1"} if stay else {}
    return (admitted(a_change(circumstance, changed_on=since_on, **fields)),)


def _change_duties(facts: tuple[Fact, ...], on: date, rules: Rules) -> set[Any]:
    """Which duties a change brought; a stay begins before and ends that day."""
    periodic = {Duty.INITIAL_NOTIFICATION, Duty.ANNUAL_NOTIFICATION}
    return {clock.duty for clock in _row(facts, on, rules).clocks} - periodic


def _extras() -> Iterator[Question]:
    """SOA 2003 s.85(1)-(2); SI 2012/1876: what moves the day of the next yearly notification."""
    moves = set(_ACT)
    first, then = date(2025, 3, 10), date(2025, 9, 5)
    subject = convicted(first, disposal=Disposal.OTHER)
    for circumstance in Circumstance:
        change = a_notification(
            made_on=then, notification=NotificationKind.CHANGE, circumstances=(circumstance,)
        )
        facts = (subject, admitted(a_notification(made_on=first)), admitted(change))
        due_on = date(2026, 9, 5) if circumstance in moves else date(2026, 3, 10)
        yield Question(
            f"{circumstance} notified",
            due_on,
            partial(_due_of, Duty.ANNUAL_NOTIFICATION, facts, then),
        )


def _reviews() -> Iterator[Question]:
    """SOA 2003 s.91A: while which order is in force a review may not be asked for."""
    on = date(2026, 3, 2)
    for order in PreventionOrder:
        made = a_prevention_order(order=order, made_on=date(2016, 3, 2), until=None)
        facts = (convicted(date(2006, 9, 1), term_months=96), admitted(made))
        yield Question(
            f"review with {order}",
            order is not PreventionOrder.FOREIGN_TRAVEL,
            partial(_blocked, facts, on),
        )


def _blocked(facts: tuple[Fact, ...], on: date, rules: Rules) -> bool:
    review = review_of(_row(facts, on, rules), on, rules)
    assert review is not None
    return bool(review.blocked_by)


_OF_2025: dict[Bar, dict[str, Any]] = {
    Bar.NEW_CHARGE: {"new_charge": NewCharge.CHARGED},
    Bar.CATEGORY_4: {"category_4": True},
    Bar.TERRORIST: {"terrorist": True},
}
_OF_2026: dict[Bar, dict[str, Any]] = {
    Bar.FOREIGN_POWER: {"foreign_power": True},
    Bar.REPATRIATED: {"repatriated_for_murder": True},
    Bar.PARTICULAR_CONCERN: {"particular_concern": True},
    Bar.DISCRETIONARY: {"discretionary_conditional": True},
}
_SERIOUS: dict[Bar, dict[str, Any]] = {Bar.SERIOUS_CHARGE: {"serious_charge": True}}
_YOUNG: dict[Bar, dict[str, Any]] = {Bar.UNDER_18: {"under_18": True}}
_REFERRED: dict[Bar, dict[str, Any]] = {Bar.REFERRED: {"referred_before_release": True}}
_ORDER_OF_2024, _ORDER_OF_2025, _ACT_OF_2026 = (
    date(2024, 4, 2),
    date(2025, 9, 2),
    date(2026, 3, 31),
)
_STANDARD = RecallForm.STANDARD


def _recalls() -> Iterator[Question]:
    """CJA 2003 ss.255A-255C as they were and are; R-RCL-2 to R-RCL-10."""
    for row in rows(OURS):
        yield Question(
            f"recall {row['id']}",
            form_of(row),
            partial(_form, recall_of(row), level_of(row)),
        )
    yield from _bars()
    yield from _barred()
    yield from _lengths()
    yield from _levels()
    yield from _reach()
    yield from _curfews()
    yield from _phases()
    yield from _referrals()


def _form(fact: RecalledToCustody, level: int | None, rules: Rules) -> RecallForm | None:
    return weighed(kept(fact), level, rules.release).form


def _bars_of(fact: RecalledToCustody, level: int, rules: Rules) -> tuple[Bar, ...]:
    return weighed(kept(fact), level, rules.release).bars


def _mandatory(fact: RecalledToCustody, rules: Rules) -> bool:
    return _bars_of(fact, 1, rules) == ()


def _of_victims(facts: tuple[Fact, ...], on: date, rules: Rules) -> set[tuple[Any, date]]:
    clocks = _row(facts, on, rules).milestones
    return {(one.duty, one.due_on) for one in clocks if one.duty in OF_VICTIMS}


def _milestones() -> Iterator[Question]:
    """Victims' Code of 2020, from April 2021; a week's notice of zones is a local standard."""
    for sentenced_on, due in (
        (date(2021, 3, 31), set()),
        (
            date(2021, 4, 1),
            {
                (Milestone.VICTIM_REFERRAL, date(2021, 4, 19)),
                (Milestone.VICTIM_CONTACT, date(2021, 5, 4)),
            },
        ),
    ):
        facts = (convicted(sentenced_on, term_months=24),)
        yield Question(
            f"victim contact, sentenced on {sentenced_on}",
            due,
            partial(_of_victims, facts, sentenced_on),
        )
    out = date(2026, 9, 1)
    zone = a_zone(occurred_at=start_of(date(2026, 3, 2)), in_force_from=start_of(out))
    planned = a_release_date(occurred_at=start_of(date(2026, 3, 2)), release_on=out)
    yield Question(
        "zones live on the day of release, called to mind a week before",
        [(out, date(2026, 8, 25))],
        lambda rules: [
            (one.due_on, one.remind_on)
            for one in _row((admitted(zone), admitted(planned)), date(2026, 3, 2), rules).milestones
            if one.duty is Milestone.ZONES_LIVE
        ],
    )


def _bars() -> Iterator[Question]:
    every: dict[Bar, dict[str, Any]] = {
        **_OF_2025,
        **_OF_2026,
        **_SERIOUS,
        **_YOUNG,
        **_REFERRED,
        Bar.LEVEL: {},
    }
    changes = (_ORDER_OF_2024, _ORDER_OF_2025, _ACT_OF_2026)
    for on in (day for change in changes for day in (change - timedelta(days=1), change)):
        for group in (SentenceGroup.ADULT_DETERMINATE, SentenceGroup.YOUTH_DETERMINATE):
            counts = _count(on, youth=group is SentenceGroup.YOUTH_DETERMINATE)
            long = (Bar.TERM,) if on < _ORDER_OF_2024 else ()
            for bar, fields in every.items():
                fact = _recalled(on, group=group, **{"term_months": 6, **fields})
                level = 2 if bar is Bar.LEVEL else 1
                yield Question(
                    f"{bar} of {group} on {on}",
                    ((bar,) if bar in counts else ()) + long,
                    partial(_bars_of, fact, level),
                )


def _count(on: date, *, youth: bool) -> set[Bar]:
    """What bars on that day: SI 2024/408 art.2, SI 2025/833, Sentencing Act 2026 s.30."""
    if on < _ORDER_OF_2024:
        return {Bar.REFERRED}
    if youth:
        return {Bar.REFERRED, Bar.LEVEL, *_SERIOUS, *_YOUNG}
    if on < _ORDER_OF_2025:
        return {Bar.REFERRED, Bar.LEVEL, *_SERIOUS}
    return {Bar.REFERRED, Bar.LEVEL, *_OF_2025, *(_OF_2026 if on >= _ACT_OF_2026 else ())}


def _barred() -> Iterator[Question]:
    """Which form an adult's recall has that is barred by level: a choice, then s.255A(7)(b)."""
    for on in (date(2024, 4, 1), date(2024, 4, 2), date(2026, 3, 30), date(2026, 3, 31)):
        yield Question(
            f"an adult at level 2 recalled on {on}",
            _STANDARD if on >= _ACT_OF_2026 else None,
            partial(_form, _recalled(on, term_months=6), 2),
        )
    for group in (SentenceGroup.ADULT_DETERMINATE, SentenceGroup.YOUTH_DETERMINATE):
        for on in (date(2024, 4, 1), date(2026, 3, 30), date(2026, 3, 31)):
            yield Question(
                f"{group} referred under s.244ZB, recalled on {on}",
                _STANDARD,
                partial(_form, _recalled(on, group=group, referred_before_release=True), 1),
            )


def _levels() -> Iterator[Question]:
    """CJA 2003 s.255A(8)(i): the level immediately before the recall, whatever comes after."""
    for on in (date(2026, 3, 2), date(2026, 6, 1)):
        for before, after in ((1, 2), (2, 1)):
            barred = None if on < _ACT_OF_2026 else _STANDARD
            levels = (
                _at_level(before, date(2026, 1, 5)),
                _at_level(after, on + timedelta(days=2)),
            )
            facts = (_recalled(on, term_months=24), *levels)
            yield Question(
                f"level {before} before a recall on {on}, {after} after it",
                RecallForm.FIXED_TERM if before == 1 else barred,
                partial(_form_heard, facts, on),
            )


def _at_level(level: int, on: date) -> Fact:
    return admitted(a_level(level, set_on=on, occurred_at=start_of(on)))


def _form_heard(facts: tuple[Fact, ...], back_on: date, rules: Rules) -> RecallForm | None:
    heard = _row(facts, date(2026, 12, 1), rules)
    return weighed_of(heard, heard.recalls[0], back_on, rules.release).form


def _reach() -> Iterator[Question]:
    """Sentencing Act 2026 s.33(14): who was recalled before it and not in custody then."""
    facts = (_at_level(1, date(2026, 1, 5)), _recalled(date(2026, 3, 11), term_months=72))
    for back_on in (date(2026, 3, 30), date(2026, 3, 31)):
        yield Question(
            f"recalled on 11 Mar 2026, back on {back_on}",
            RecallForm.FIXED_TERM if back_on == _ACT_OF_2026 else None,
            partial(_form_heard, facts, back_on),
        )


def _curfews() -> Iterator[Question]:
    """CJA 2003 s.255BA(2)(b), s.255B(1B): from curfew the later of the two ends."""
    for on in (date(2026, 3, 30), date(2026, 3, 31)):
        yield Question(
            f"from curfew, back on {on}",
            date(2026, 7, 1),
            partial(_released_on, _recalled(on, requisite_on=date(2026, 7, 1)), on),
        )


def _released_on(fact: RecalledToCustody, back_on: date, rules: Rules) -> date:
    return releases_on(kept(fact), back_on, rules.release)


def _phases() -> Iterator[Question]:
    """SI 2026/86 reg.4(3): when the Act reached a standard recall of before it."""
    on = date(2026, 2, 2)
    for months, days, ends_on in (
        (55, 20, date(2026, 3, 31)),
        (56, 0, date(2026, 4, 14)),
        (69, 20, date(2026, 4, 14)),
        (70, 0, date(2026, 4, 21)),
        (84, 10, date(2026, 4, 21)),
        (84, 25, date(2026, 4, 28)),
        (108, 10, date(2026, 4, 28)),
        (108, 25, date(2026, 5, 5)),
        (145, 10, date(2026, 5, 5)),
        (146, 0, date(2026, 5, 12)),
    ):
        fact = _recalled(on, term_months=months, term_days=days, form=_STANDARD, decided_on=on)
        facts = (_at_level(1, date(2026, 1, 5)), fact)
        yield Question(
            f"a standard recall of before the Act, {months} months {days} days",
            ends_on,
            partial(_phased_on, facts, on),
        )


def _phased_on(facts: tuple[Fact, ...], back_on: date, rules: Rules) -> date | None:
    heard = _row(facts, date(2026, 12, 1), rules)
    return phased_on(heard, heard.recalls[0], back_on, rules.release)


def _referrals() -> Iterator[Question]:
    """CJA 2003 s.255C(4): 28 days beginning with the return; s.255BA(9): determined after them."""
    on = date(2026, 6, 1)
    yield Question(
        "a standard recall, back on 1 Jun 2026",
        [date(2026, 6, 28)],
        partial(_referred_by, (_at_level(2, date(2026, 1, 5)), _recalled(on)), on),
    )
    for decided_on in (date(2026, 3, 30), date(2026, 3, 31)):
        on = date(2026, 3, 2)
        fields = {"term_months": 24, "form": _STANDARD, "decided_on": decided_on}
        facts = (_at_level(1, date(2026, 1, 5)), _recalled(on, **fields))
        yield Question(
            f"a fixed term decided on {decided_on} to be none",
            [decided_on if decided_on >= _ACT_OF_2026 else date(2026, 3, 29)],
            partial(_referred_by, facts, on),
        )


def _referred_by(facts: tuple[Fact, ...], back_on: date, rules: Rules) -> list[date]:
    row = _row((*facts, admitted(a_return(returned_on=back_on))), date(2026, 6, 1), rules)
    return [one.due_on for one in row.milestones if one.duty is Milestone.PAROLE_REFERRAL]


def _lengths() -> Iterator[Question]:
    """Which lengths of sentence a fixed term is mandatory for, before and after each change."""
    adult, youth = SentenceGroup.ADULT_DETERMINATE, SentenceGroup.YOUTH_DETERMINATE
    for group, on, months, mandatory in (
        (adult, date(2024, 4, 1), 0, False),
        (adult, date(2024, 4, 2), 11, True),
        (adult, date(2024, 4, 2), 12, False),
        (adult, date(2025, 9, 1), 12, False),
        (adult, date(2025, 9, 2), 47, True),
        (adult, date(2025, 9, 2), 48, False),
        (adult, date(2026, 3, 30), 48, False),
        (adult, date(2026, 3, 31), 48, True),
        (youth, date(2024, 4, 1), 0, False),
        (youth, date(2024, 4, 2), 11, True),
        (youth, date(2024, 4, 2), 12, False),
        (youth, date(2025, 9, 2), 11, True),
        (youth, date(2025, 9, 2), 12, False),
        (youth, date(2026, 3, 31), 11, True),
        (youth, date(2026, 3, 31), 12, False),
    ):
        fact = _recalled(on, group=group, term_months=months)
        yield Question(
            f"{months} months of {group} on {on}",
            mandatory,
            partial(_mandatory, fact),
        )


def _recalled(on: date, **fields: Any) -> RecalledToCustody:
    return admitted(a_recall_to_custody(recalled_on=on, occurred_at=start_of(on), **fields))
