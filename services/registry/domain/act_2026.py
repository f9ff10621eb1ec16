"""What the Crime and Policing Act 2026 is to have notified ahead, once it is commenced.

While the rules set no day for a provision, nothing follows from it on any day. Whoever could not
have notified in time, since the last day was before the provision or the person was bound, owes
nothing: an inference (decision 30).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from schemas.register import Circumstance, Duty
from services.registry.act_2026 import Provision
from services.registry.dates import days_before, local_day
from services.registry.domain.changes import Happened, foretells, tells
from services.registry.domain.custody import Away, last_words
from services.registry.domain.notifying import made_in
from services.registry.domain.periods import Spell
from services.registry.domain.state import Clock, Register, Stage
from services.registry.rules import Rules


def name_ahead_clocks(heard: Register, spell: Spell, rules: Rules) -> Iterator[Clock]:
    """Another name is notified so many days before it is used, with a safe day and a hard one.

    Known once it is used: what nobody notified is late from its beginning, as of a journey.

    Source: Crime and Policing Act 2026, not commenced, unconfirmed; R-NEW-1.
    """
    days = rules.act_2026.name_ahead_days
    for on in sorted({one.on for one in heard.changes if one.circumstance is Circumstance.NAME}):
        before = days_before(on, days.on(on))
        if spell.holds(on) and _binds(Provision.NAME_AHEAD, before.hard, spell, rules):
            clock = Clock(
                duty=Duty.NAME_AHEAD_NOTIFICATION,
                since=on,
                due_on=before.hard,
                until=spell.governing.last_day,
                stage=Stage.OPEN,
                remind_on=before.safe,
            )
            yield _foretold(clock, heard, spell, rules)


def away_clocks(heard: Register, spell: Spell, rules: Rules) -> Iterator[Clock]:
    """An absence from home of more than so many days is notified so many hours before leaving.

    Source: Crime and Policing Act 2026, not commenced, unconfirmed; R-NEW-1.
    """
    for away in _last_words(heard):
        left_on = local_day(away.leaves_at)
        if (away.until - left_on).days + 1 <= rules.act_2026.away_over_days.on(left_on):
            continue
        latest = away.leaves_at - timedelta(hours=rules.act_2026.away_hours.on(left_on))
        due_on = local_day(latest)
        if spell.holds(left_on) and _binds(Provision.AWAY, due_on, spell, rules):
            clock = Clock(
                duty=Duty.AWAY_NOTIFICATION,
                since=left_on,
                due_on=due_on,
                until=spell.governing.last_day,
                stage=Stage.OPEN,
                about=away.absence_ref,
            )
            if away.notified_at is not None:
                clock = clock.settled(Stage.MET, local_day(away.notified_at))
                too_late = clock.met_on == due_on and away.notified_at > latest
                clock = clock.model_copy(update={"too_late": too_late})
            yield clock


def _binds(provision: Provision, due_on: date, spell: Spell, rules: Rules) -> bool:
    """Whether the provision and the person were bound on the last day to notify."""
    begins_on = rules.act_2026.begins_on(provision)
    return begins_on is not None and max(begins_on, spell.begins_on) <= due_on


def _foretold(clock: Clock, heard: Register, spell: Spell, rules: Rules) -> Clock:
    """The clock as the first notification of that name leaves it; one made after it is late."""
    change = Happened(Circumstance.NAME, clock.since)
    days = (
        one.made_on
        for one in made_in(heard, spell)
        if foretells(one, change, rules) or (one.made_on >= change.on and tells(one, change))
    )
    return clock.met_by(days)


def _last_words(heard: Register) -> Iterator[Away]:
    """Each absence as said last, and notified as soon as any word of it tells."""
    for ref, last in last_words(heard.away, lambda one: one.absence_ref).items():
        told = (one.notified_at for one in heard.away if one.absence_ref == ref)
        notified_at = min((at for at in told if at is not None), default=None)
        yield last.model_copy(update={"notified_at": notified_at})
