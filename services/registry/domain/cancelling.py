"""Why a duty that was told of is there no more."""

from __future__ import annotations

from schemas.base import Fact
from schemas.notice import FactTakenBack
from schemas.register import CancelGround, Duty
from services.registry.dates import DAY
from services.registry.domain.clocks import clocks_of
from services.registry.domain.pauses import pauses_of
from services.registry.domain.periods import Spell, spells_in
from services.registry.domain.state import Clock, Register
from services.registry.rules import Rules


def ground_of(clock: Clock, after: Register, cause: Fact, rules: Rules) -> CancelGround:
    """Why the clock does not follow any more from what is known after the cause.

    Taken back, if that is the cause; not subject, if by what is known now the person was not, on
    the day it began or on its last; held or away, if it would run were the person free; else
    something else stands in its place.
    """
    if isinstance(cause, FactTakenBack):
        return CancelGround.TAKEN_BACK
    spells = spells_in(after, rules)
    if clock.duty is not Duty.ORDER_NOTIFICATION and not _subject(clock, spells):
        return CancelGround.NOT_SUBJECT
    free = _let_go(after, rules)
    if any(one.key == clock.key for one in clocks_of(free, spells_in(free, rules), rules)):
        return CancelGround.HELD_OR_AWAY
    return CancelGround.REPLACED


def _subject(clock: Clock, spells: tuple[Spell, ...]) -> bool:
    within = (spell for spell in spells if spell.holds(clock.since))
    return any(clock.due_on <= spell.governing.ends for spell in within)


def _let_go(after: Register, rules: Rules) -> Register:
    """The person as if every pause that goes on had ended on the day after the last began."""
    begun = [pause.begins_on for pause in pauses_of(after, rules) if pause.over_on is None]
    if not begun:
        return after
    return after.model_copy(update={"releases": (*after.releases, max(begun) + DAY)})
