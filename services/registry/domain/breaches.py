"""What an officer decided about duties that were not done in time. Pure; it changes no deadline.

The hub raises a possible breach and never more (R-NOT-72). A decision is kept whatever is known of
its deadline, and counts where that deadline is one of the person's and was not done in time.
"""

from __future__ import annotations

from datetime import timedelta

from services.registry.dates import local_day
from services.registry.domain.notifying import late_periodic_clocks
from services.registry.domain.pauses import pauses_of
from services.registry.domain.periods import spells_in
from services.registry.domain.state import BreachDecision, Clock, Register
from services.registry.rules import Rules


def decided(register: Register, rules: Rules) -> tuple[tuple[Clock, BreachDecision], ...]:
    """Each duty not done in time about which an officer decided, with what counts of it.

    Those too which were done late and gave way to the next, as a yearly notification does.
    """
    if not register.breach_decisions:
        return ()
    found = []
    for clock in (*register.clocks, *_given_way(register, rules)):
        decision = _last_word(register, clock, rules)
        if decision is not None:
            found.append((clock, decision))
    return tuple(found)


def _last_word(register: Register, clock: Clock, rules: Rules) -> BreachDecision | None:
    """The last by time; at one instant that it is a breach, so that nothing is excused by chance.

    One made while the duty could still be done is about no breach of it, whatever came of it.
    """
    if not clock.not_in_time:
        return None
    ref = clock.ref(register.person_id)
    over_from = clock.due_on + timedelta(days=0 if clock.too_late else 1)
    return max(
        (
            one
            for one in register.breach_decisions
            if one.deadline_ref == ref
            and one.outcome in rules.breach_decisions.value
            and local_day(one.at) >= over_from
        ),
        key=lambda one: (one.at, one.outcome, one.reasons),
        default=None,
    )


def _given_way(register: Register, rules: Rules) -> tuple[Clock, ...]:
    pauses = pauses_of(register, rules)
    return tuple(
        clock
        for spell in spells_in(register, rules)
        for clock in late_periodic_clocks(register, spell, pauses, rules)
        if clock.duty in rules.duties.value
    )
