"""The tables of the annual report that the register owes, for the year to a 31 March. Pure.

Tables 1 and 3 are of that day, of people in the community: nobody in custody or detained in a
hospital. The others count from 1 April to 31 March, by the day of the act. Who is limited to named
bodies is in no number. Source: domain rules §7.2; choices: see decision 23.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from schemas.register import Breached, OtherOrder, PreventionOrder
from services.hub.register.counts import CATEGORIES, GRID
from services.hub.register.people import Told
from services.hub.register.population import Population
from services.hub.register.suppression import ALL, Cell, Counts, alone, suppressed
from services.registry.dates import DAY
from services.registry.domain import Register
from services.registry.domain.pauses import held_on
from services.registry.domain.record import bound_until, orders_of

REGISTERED: Cell = ("1", ALL)
"""Of table 1, those subject to notification."""
IMPOSED: Mapping[PreventionOrder | OtherOrder | None, str] = {
    PreventionOrder.SEXUAL_HARM_PREVENTION: "sexual harm prevention orders",
    PreventionOrder.INTERIM_SEXUAL_HARM_PREVENTION: "interim sexual harm prevention orders",
    None: "notification orders",
    PreventionOrder.FOREIGN_TRAVEL: "foreign travel orders",
}
"""The orders of table 6."""
BREACHES = "cautioned or convicted for a breach of notification"
LIFTED = "notification for life revoked on application"
AFTER_BREACH = "notification for the first time after a breach of a sexual risk order"
_PER = 100_000


@dataclass(frozen=True, slots=True)
class Statistics:
    """The tables, as far as they may be shown."""

    last: date
    """The 31 March."""
    eligible: Counts
    """Table 1, by category and level."""
    numbers: Mapping[str, int]
    """Tables 4 to 7 by what is counted, each a number in no sum."""
    population: Population | None

    @property
    def registered(self) -> int | None:
        """Of table 3, shown where table 1 shows it."""
        return self.eligible.number(REGISTERED)

    @property
    def per_100_000(self) -> Decimal | None:
        """Of table 3, with one decimal, halves up; None: hidden, or no population is set."""
        if self.registered is None or self.population is None:
            return None
        rate = Decimal(self.registered * _PER) / self.population.aged_10_and_over
        return rate.quantize(Decimal("0.1"), ROUND_HALF_UP)

    def of_year(self) -> Mapping[int, Mapping[str, int | None]]:
        """Tables 4 to 7; None where a number is hidden."""
        tables = {4: (BREACHES,), 5: (LIFTED,), 6: IMPOSED.values(), 7: (AFTER_BREACH,)}
        return {
            table: {what: alone(self.numbers.get(what, 0)) for what in counted}
            for table, counted in tables.items()
        }


@dataclass(slots=True)
class Tally:
    """What was counted so far, person by person."""

    last: date
    eligible: Counter[Cell] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def first(self) -> date:
        """The 1 April."""
        return self.last.replace(year=self.last.year - 1) + DAY

    def count(self, told: Told) -> None:
        """One more person; each counts once in a table, but for the orders of table 6."""
        register = None if told.limits.any else told.register(self.last)
        if register is None:
            return
        if str(register.category) in CATEGORIES and not held_on(register, self.last):
            level = told.level(self.last)
            self.eligible[str(register.category), str(level or "none")] += 1
        for what, counts in (
            (BREACHES, self._breached(register, Breached.NOTIFICATION)),
            (LIFTED, any(one.lifted and self._in_year(one.on) for one in register.reviews)),
            (AFTER_BREACH, self._put_on(told, register)),
        ):
            self.numbers[what] += counts
        for order in orders_of(register):
            imposed = IMPOSED.get(order.order)
            if imposed is not None and self._in_year(order.made_on):
                self.numbers[imposed] += 1

    def _in_year(self, day: date) -> bool:
        return self.first <= day <= self.last

    def _breached(self, register: Register, what: Breached) -> bool:
        return any(one.breach is what and self._in_year(one.on) for one in register.breaches)

    def _put_on(self, told: Told, register: Register) -> bool:
        """Whether a breach of a risk order in force came about while nobody had to notify."""
        orders = orders_of(register)
        return any(
            one.breach is Breached.RISK_ORDER
            and self._in_year(one.on)
            and bound_until(one, orders) >= one.on
            and not _subject(told.register(one.on - DAY))
            for one in register.breaches
        )


def statistics(people: Iterable[Told], last: date, population: Population | None) -> Statistics:
    """The tables of the year to that 31 March."""
    tally = Tally(last)
    for told in people:
        tally.count(told)
    return Statistics(last, suppressed(GRID, tally.eligible), tally.numbers, population)


def _subject(register: Register | None) -> bool:
    requirement = None if register is None else register.requirement
    return requirement is not None and not requirement.ended
