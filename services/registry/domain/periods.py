"""For how long somebody is subject to notification: category 1 under the arrangements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from schemas.eligibility import Disposal
from schemas.register import Basis
from services.registry.dates import DAY, last_day
from services.registry.domain.record import Standing, bound_until, convictions_of, orders_of
from services.registry.domain.state import Breach, Conviction, Register
from services.registry.domain.terms import Term, terms_of
from services.registry.rules import Rules

_PLAIN: dict[Disposal, Basis] = {
    Disposal.HOSPITAL_ORDER: Basis.HOSPITAL,
    Disposal.HOSPITAL_ORDER_RESTRICTED: Basis.RESTRICTED_HOSPITAL,
    Disposal.GUARDIANSHIP_ORDER: Basis.OTHER,
    Disposal.CAUTION: Basis.CAUTION,
    Disposal.CONDITIONAL_DISCHARGE: Basis.CONDITIONAL_DISCHARGE,
    Disposal.OTHER: Basis.OTHER,
}


@dataclass(frozen=True, slots=True)
class Period:
    """How long one conviction or order keeps a person subject to notification."""

    begins_on: date
    last_day: date | None
    basis: Basis
    halved: bool = False
    in_custody: bool = False
    """Whether the person was held on the day it began."""
    first: bool = True
    """Whether its beginning brings the duty of a first notification; what prolongs does not."""
    under_18: bool = False
    """Whether the person was, on the relevant date."""
    relevant_on: date | None = None
    """Of an order that bound before it was served: the day of service, if it was."""
    sentenced_on: date | None = None
    """Of a conviction: the day of sentence, where it is not the relevant date."""

    @property
    def ends(self) -> date:
        """The last day, or the end of time."""
        return self.last_day or date.max

    @property
    def asks_from(self) -> date:
        """The relevant date, with which the days of the first notification begin."""
        return self.relevant_on or self.begins_on

    @property
    def endless(self) -> bool:
        """Whether it is indefinite by the table, so that only a review ends it."""
        return self.last_day is None and self.basis is not Basis.ORDER

    def holds(self, day: date) -> bool:
        """Whether the person was subject by it on that day."""
        return self.begins_on <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Spell:
    """Periods that overlap or touch: subject to notification without a break."""

    periods: tuple[Period, ...]

    @property
    def begins_on(self) -> date:
        """The first relevant date."""
        return self.periods[0].begins_on

    @property
    def governing(self) -> Period:
        """The period that ends last.

        Source: R-NOT-10, an inference: several periods run side by side, the person is free when
            the last of them ends.
        """
        return max(
            self.periods, key=lambda one: (one.ends, one.basis is not Basis.ORDER, one.basis)
        )

    def holds(self, day: date) -> bool:
        """Whether the person was subject on that day."""
        return self.begins_on <= day <= self.governing.ends


def basis_of(conviction: Conviction, counts: Term, rules: Rules) -> Basis:
    """The row of the table in SOA 2003 s.82(1) that the disposal falls in."""
    if conviction.for_life:
        return Basis.INDEFINITE_TERM
    if conviction.disposal in _PLAIN:
        return _PLAIN[conviction.disposal]
    on = conviction.convicted_on
    if counts >= (rules.indefinite_from_months.on(on), 0):
        return Basis.INDEFINITE_TERM
    if counts > (rules.ten_years_above_months.on(on), 0):
        return Basis.TEN_YEAR_TERM
    return Basis.SEVEN_YEAR_TERM


def periods_of(heard: Register, rules: Rules) -> tuple[Period, ...]:
    """How long notification lasts for each conviction and order that brings or prolongs it."""
    counts = terms_of(convictions_of(heard), rules)
    found = [_by_table(one, counts[one], rules) for one in counts]
    orders = orders_of(heard)
    found += [_by_notification_order(one, rules) for one in orders]
    periods = [_reviewed(period, heard) for period in found if period is not None]
    for order in orders:
        period = _by_prevention_order(order, periods, rules)
        periods += [] if period is None else [period]
    for breach in heard.breaches:
        period = _by_breach(breach, orders, periods, rules)
        periods += [] if period is None else [period]
    return tuple(periods)


def _by_table(conviction: Conviction, counts: Term, rules: Rules) -> Period | None:
    """How long one conviction, finding or caution keeps a person subject; None if not at all.

    A conditional discharge recorded without its length gives no period: there is nothing to count.

    Source: SOA 2003 s.82(1)-(2), (6).
    """
    if not conviction.schedule_3:
        return None
    begins_on, basis = conviction.convicted_on, basis_of(conviction, counts, rules)
    halved = conviction.under_18 and basis in rules.halved.on(begins_on)
    ends: date | None
    if basis is Basis.CONDITIONAL_DISCHARGE:
        if not (conviction.months or conviction.days):
            return None
        ends = last_day(begins_on, months=conviction.months, days=conviction.days)
    else:
        months = rules.months.on(begins_on)[basis]
        ends = None if months is None else last_day(begins_on, months=months // (1 + halved))
    return Period(
        begins_on,
        ends,
        basis,
        halved=halved,
        in_custody=conviction.in_custody,
        under_18=conviction.under_18,
        sentenced_on=conviction.sentenced_on,
    )


def _reviewed(period: Period, heard: Register) -> Period:
    """One without end ends the day before the person is free of it by a review.

    Source: SOA 2003 s.91C(4), s.91E(4); that the day itself is free is an inference.
    """
    free = (one.free_on for one in heard.reviews if one.lifted)
    lifted = min((on for on in free if on > period.begins_on), default=None)
    if lifted is None or not period.endless:
        return period
    return replace(period, last_day=lifted - DAY)


def _by_notification_order(order: Standing, rules: Rules) -> Period | None:
    """As long as the table says, counted from the day abroad; subject from the order or notice on.

    Less long where it is discharged or cancelled. None where the time had run out before.

    Source: SOA 2003 ss.97-99; of a notice of the police since 29 November 2022, ss.96ZA-96ZC.
    """
    if order.foreign is None:
        return None
    abroad = _by_table(order.foreign, terms_of([order.foreign], rules)[order.foreign], rules)
    binds_on = _binds_on(order, rules)
    if abroad is None or binds_on is None:
        return None
    ends = min(abroad.ends, order.ends)
    if ends < binds_on:
        return None
    last = None if ends == date.max else ends
    return _from_order(replace(abroad, begins_on=binds_on, last_day=last), order)


def _by_prevention_order(order: Standing, others: Iterable[Period], rules: Rules) -> Period | None:
    """While it lasts, somebody who was subject when it was made stays so; others become so.

    Who was not subject becomes so, and has to notify for the first time once it is served.

    Source: SOA 2003 s.103G; Sentencing Code s.352; R-ORD-2.
    """
    if order.order not in rules.orders_prolong.on(order.made_on):
        return None
    if any(period.holds(order.made_on) for period in others):
        return Period(order.made_on, order.until, Basis.ORDER, first=False)
    binds_on = _binds_on(order, rules)
    if binds_on is None or order.ends < binds_on:
        return None
    return _from_order(Period(binds_on, order.until, Basis.ORDER), order)


def _binds_on(order: Standing, rules: Rules) -> date | None:
    """From which day it makes somebody subject who was not; None: from no day that was told."""
    return order.made_on if rules.orders_bind_at_once.on(order.made_on) else order.served_on


def _from_order(period: Period, order: Standing) -> Period:
    """The first notification is asked from service on, and not at all before that is told."""
    first = order.served_on is not None and order.served_on <= period.ends
    return replace(period, relevant_on=order.served_on, first=first)


def _by_breach(
    breach: Breach, orders: Iterable[Standing], others: Iterable[Period], rules: Rules
) -> Period | None:
    """From the day a breach of a risk order was proved, for as long as the order lasts.

    An order the hub was not told of has no known end, so the person stays subject until it is said:
    who holds one was not known to the hub before the breach.

    Source: SOA 2003 s.122I, before it s.129 (unconfirmed); the order not told of is a local choice,
        see decision 23.
    """
    ends = bound_until(breach, orders)
    binds = breach.breach in rules.breaches_bind.on(breach.on)
    if not binds or ends < breach.on:
        return None
    subject = any(period.holds(breach.on) for period in others)
    until = None if ends == date.max else ends
    return Period(breach.on, until, Basis.ORDER, first=not subject)


def spells_of(periods: Iterable[Period]) -> tuple[Spell, ...]:
    """The times of being subject without a break, earliest first."""
    spells = list[Spell]()
    for period in sorted(periods, key=lambda period: (period.begins_on, period.ends)):
        if spells and _touches(spells[-1], period):
            spells[-1] = Spell((*spells[-1].periods, period))
        else:
            spells.append(Spell((period,)))
    return tuple(spells)


def spells_in(heard: Register, rules: Rules) -> tuple[Spell, ...]:
    """The times of being subject that follow from what was heard, earliest first."""
    return spells_of(periods_of(heard, rules))


def _touches(spell: Spell, period: Period) -> bool:
    """Whether the period begins before the spell ends, or on the day after."""
    ends = spell.governing.ends
    return ends == date.max or period.begins_on <= ends + DAY
