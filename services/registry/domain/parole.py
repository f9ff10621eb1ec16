"""What is due on a recall and in parole (CJA 2003 s.255C; R-PAR-1, R-PAR-2, R-RCL-10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from schemas.bank_holidays import BANK_HOLIDAYS
from schemas.custody import ParoleStep, RecallForm
from schemas.milestone import Milestone
from services.registry.dates import DAY, last_day, last_day_within, working_day_after
from services.registry.domain.custody import Recall
from services.registry.domain.pauses import free_on
from services.registry.domain.recall import changed_since, running, weighed_of
from services.registry.domain.state import Clock, Register, Stage
from services.registry.release_rules import ReleaseRules

_DECIDED = frozenset({ParoleStep.REFUSED, ParoleStep.DIRECTED})


def recall_clocks(heard: Register, rules: ReleaseRules) -> Iterator[Clock]:
    """Until release: the referral of what is no fixed term, and the form that is looked at anew.

    What is neither decided nor settled by the rules is referred in time, as if it were standard.
    Any step after the return shows that it was referred. Representations, on which it is referred
    at once, are no fact of the hub: its day is the last one in any case.

    Source: CJA 2003 s.255C(4); R-PAR-1; R-RCL-10.
    """
    for recall, back_on in running(heard):
        changed = changed_since(heard, recall)
        if changed is not None:
            due_on = working_day_after(
                changed.on, rules.recall_form_days.on(changed.on), BANK_HOLIDAYS
            )
            clock = Clock.of_milestone(Milestone.RECALL_FORM, changed.on, due_on, recall.recall_ref)
            decided = (one for one in heard.recalls if one.recall_ref == recall.recall_ref)
            days = (one.decided_on for one in decided if one.decided_on is not None)
            yield clock.met_by(day for day in days if day >= changed.on)
        by_rules = weighed_of(heard, recall, back_on, rules).form
        if back_on is not None and (recall.form or by_rules) is not RecallForm.FIXED_TERM:
            due_on = last_day(back_on, days=rules.parole_referral_days.on(back_on))
            if by_rules is RecallForm.FIXED_TERM:
                due_on = max(due_on, _determined_by(recall, rules) or due_on)
            clock = Clock.of_milestone(
                Milestone.PAROLE_REFERRAL, back_on, due_on, recall.recall_ref
            )
            yield clock.met_by(_days(heard, back_on, *ParoleStep))


def _determined_by(recall: Recall, rules: ReleaseRules) -> date | None:
    """By when it is referred what was to be a fixed term until it was decided otherwise.

    Source: CJA 2003 s.255BA(5), (9); s.255C(4)(b).
    """
    on = recall.decided_on
    days = None if on is None else rules.determined_days.on(on)
    return None if on is None or days is None else last_day(on, days=days)


def parole_clocks(heard: Register, rules: ReleaseRules) -> Iterator[Clock]:
    """Until release: the hearing after each referral, the decision after it, and the next review.

    What is decided on the papers needs no hearing.

    Source: R-PAR-1, R-PAR-2.
    """
    for step in heard.parole:
        if free_on(heard, _held_since(heard, step.on)) is not None:
            continue
        if step.step is ParoleStep.REFERRED:
            weeks = rules.parole_hearing_weeks.on(step.on)
            due_on = last_day_within(step.on, days=7 * weeks)
            clock = Clock.of_milestone(Milestone.PAROLE_HEARING, step.on, due_on)
            heard_on = _days(heard, step.on, ParoleStep.HEARD)
            yield _on_the_papers(clock.met_by(heard_on), heard)
        elif step.step is ParoleStep.HEARD:
            days = rules.parole_decision_days.on(step.on)
            due_on = last_day_within(step.on, days=days)
            clock = Clock.of_milestone(Milestone.PAROLE_DECISION, step.on, due_on)
            yield clock.met_by(_days(heard, step.on, *_DECIDED))
        elif step.step is ParoleStep.REFUSED:
            months = rules.parole_review_months.on(step.on)
            due_on = last_day_within(step.on, months=months)
            clock = Clock.of_milestone(Milestone.PAROLE_REVIEW, step.on, due_on)
            yield clock.met_by(_days(heard, step.on + DAY, *_DECIDED))


def _held_since(heard: Register, day: date) -> date:
    """From when a release ends what began on that day: one on the day of a return was before it."""
    back_on = max((one.on for one in heard.returns if one.on <= day), default=day - DAY)
    return max(day, back_on + DAY)


def _on_the_papers(clock: Clock, heard: Register) -> Clock:
    """A hearing is needless where it was decided before one, or with none."""
    decided = min(_days(heard, clock.since, *_DECIDED), default=None)
    if decided is None or (clock.met_on is not None and clock.met_on <= decided):
        return clock
    return clock.settled(Stage.NOT_NEEDED, decided)


def _days(heard: Register, since: date, *steps: ParoleStep) -> Iterator[date]:
    return (one.on for one in heard.parole if one.step in steps and one.on >= since)
