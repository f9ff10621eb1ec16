"""What is new in one picture of a person against the one before, as facts.

What the end of a day changes has its id from the deadline or the person and the day, not from the
Tick: whichever Tick shows it, nobody is told of it under another number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from schemas.base import Fact, follows
from schemas.log import Tick
from schemas.milestone import Milestone
from schemas.notice import FactTakenBack
from schemas.register import (
    CancelGround,
    CategoryChanged,
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    Duty,
    RequirementEnded,
    RequirementOpened,
)
from services.registry.dates import DAY, end_of, local_day, start_of
from services.registry.domain.cancelling import ground_of
from services.registry.domain.categories import turned_on
from services.registry.domain.notifying import moves_the_year
from services.registry.domain.record import cut_on
from services.registry.domain.state import ENDED, Clock, Register, Requirement, Stage
from services.registry.readings import Step
from services.registry.rules import Rules

ME = "registry"
RULE: Mapping[Duty | Milestone, str] = {
    Duty.INITIAL_NOTIFICATION: "R-NOT-20",
    Duty.ANNUAL_NOTIFICATION: "R-NOT-40",
    Duty.WEEKLY_NOTIFICATION: "R-NOT-43",
    Duty.NAME_NOTIFICATION: "R-NOT-30",
    Duty.HOME_NOTIFICATION: "R-NOT-30",
    Duty.PREMISES_NOTIFICATION: "R-NOT-31",
    Duty.RELEASE_NOTIFICATION: "R-NOT-30",
    Duty.CHILD_HOUSEHOLD_NOTIFICATION: "R-NOT-51",
    Duty.FINANCE_NOTIFICATION: "R-NOT-52",
    Duty.IDENTITY_DOCUMENT_NOTIFICATION: "R-NOT-52",
    Duty.CHANGE_WITHDRAWAL: "R-NOT-32",
    Duty.TRAVEL_NOTIFICATION: "R-NOT-60",
    Duty.TRAVEL_CHANGE_NOTIFICATION: "R-NOT-62",
    Duty.RETURN_NOTIFICATION: "R-NOT-63",
    Duty.ORDER_NOTIFICATION: "R-ORD-2",
    Duty.NAME_AHEAD_NOTIFICATION: "R-NEW-1",
    Duty.AWAY_NOTIFICATION: "R-NEW-1",
}
"""Where each duty stands in the domain rules."""
_PERIODIC = frozenset({Duty.ANNUAL_NOTIFICATION, Duty.WEEKLY_NOTIFICATION})


def news(before: Register, after: Register, cause: Fact, rules: Rules) -> Iterator[Fact]:
    """What a fact heard changes."""
    old, new = before.requirement, after.requirement
    if old and not old.ended and (new is None or new.ended):
        yield follows(cause, RequirementEnded, source=ME, ended_on=_ended_on(before, after, cause))
    if new and not new.ended and (old is None or _terms(old) != _terms(new)):
        yield follows(
            cause,
            RequirementOpened,
            source=ME,
            rules_version=rules.version,
            **_terms(new),
        )
    yield from _of_category(before, after, cause)
    for clock in before.clocks:
        yield from _of_gone(clock, after, cause, rules)
    for clock in after.clocks:
        old_clock = before.clock(clock.duty, clock.since, clock.about)
        yield from _of_clock(old_clock, clock, after, cause, rules)


def over(before: Register, after: Register, tick: Tick, rules: Rules) -> Iterator[Fact]:
    """What the end of a day changes; it happened then, however late the Tick that shows it."""
    old, new = before.requirement, after.requirement
    if old and new and new.last_day and new.ended > old.ended:
        yield follows(
            tick,
            RequirementEnded,
            source=ME,
            of=after.person_id,
            part=_then(new.last_day, after, rules),
            person_id=after.person_id,
            occurred_at=end_of(new.last_day),
            ended_on=new.last_day + DAY,
        )
    yield from _of_category_then(before, after, tick, rules)
    for was, clock in zip(before.clocks, after.clocks, strict=True):
        if was.stage is Stage.AHEAD and clock.stage in (Stage.OPEN, Stage.MISSED):
            yield _begun(clock, after, tick, rules)
        if clock.reminded and not was.reminded:
            yield _reminded(clock, after, tick, rules)
        if clock.stage is Stage.MISSED and was.stage in (Stage.AHEAD, Stage.OPEN):
            yield _missed(clock, after, tick, rules)
        ended = clock.stage in ENDED and was.waits
        if ended and Step.CANCELLED in rules.deadline_steps.value:
            told = _shown(clock, after, rules, end_of(clock.until or clock.due_on))
            yield _cancelled(clock, CancelGround.REQUIREMENT_ENDED, after, tick, **told)


def _ended_on(before: Register, after: Register, cause: Fact) -> date:
    """The first day free of a running requirement that a word took away.

    That of the revision, or where what was left went on beyond it the day after that. Where what
    brought it was taken back, which nobody foresees, that of the word that says so.
    """
    heard_on, left = local_day(cause.occurred_at), after.requirement
    if isinstance(cause, FactTakenBack):
        return heard_on
    days = [cut_on(before, after), left.last_day + DAY if left and left.last_day else None]
    return max((day for day in days if day is not None), default=heard_on)


def _begun(clock: Clock, after: Register, tick: Tick, rules: Rules) -> DeadlineOpened:
    """What was ahead has begun: on that day, whichever Tick shows it."""
    began = start_of(clock.opens_on or clock.since)
    return _opened(clock, after, tick, **_shown(clock, after, rules, began))


def _reminded(clock: Clock, after: Register, tick: Tick, rules: Rules) -> DeadlineReminded:
    return follows(
        tick,
        DeadlineReminded,
        source=ME,
        **_shown(clock, after, rules, start_of(clock.remind_on or clock.due_on)),
        deadline_ref=clock.ref(after.person_id),
        duty=clock.duty,
        due_on=clock.due_on,
        noticed_at=tick.now,
    )


def _missed(clock: Clock, after: Register, tick: Tick, rules: Rules) -> DeadlineMissed:
    return follows(
        tick,
        DeadlineMissed,
        source=ME,
        **_shown(clock, after, rules, end_of(clock.due_on)),
        deadline_ref=clock.ref(after.person_id),
        duty=clock.duty,
        due_on=clock.due_on,
        possible_breach=True,
        noticed_at=tick.now,
        turn=_turn(after, rules),
    )


def _shown(clock: Clock, after: Register, rules: Rules, at: datetime) -> dict[str, Any]:
    """What a Tick shows of a deadline: whichever it is, the same happened then."""
    return {
        "of": UUID(clock.ref(after.person_id)),
        "part": _then(clock.due_on, after, rules),
        "person_id": after.person_id,
        "occurred_at": at,
    }


def _then(day: date, after: Register, rules: Rules) -> str:
    """Tells apart what a day brings from what the same day brings again, once it fell away."""
    turn = _turn(after, rules)
    return str(day) if turn is None else f"{day}:{turn}"


def _turn(after: Register, rules: Rules) -> int | None:
    """None: by these rules nothing falls away, so no word of a deadline is said again."""
    return after.turn if Step.CANCELLED in rules.deadline_steps.value else None


def _terms(requirement: Requirement) -> dict[str, Any]:
    return requirement.model_dump(exclude={"ended"})


def _of_category(before: Register, after: Register, cause: Fact) -> Iterator[Fact]:
    if before.category != after.category:
        yield follows(
            cause,
            CategoryChanged,
            source=ME,
            part=str(after.person_id),
            category=after.category,
            previous=before.category,
        )


def _of_category_then(
    before: Register, after: Register, tick: Tick, rules: Rules
) -> Iterator[Fact]:
    """What becomes of the category when a requirement or a ground began or is over.

    The number of words heard tells apart a day on which it changed, was put right and changed
    again. By rules under which nothing but a requirement ends it has its number from that, and the
    Tick's own time.
    """
    if before.category == after.category:
        return
    told: dict[str, Any] = {"part": str(after.requirement and after.requirement.last_day)}
    turned = turned_on(after, local_day(tick.now)) if rules.status.by_days else None
    if turned is not None:
        told = {"part": f"{turned}:{after.turn}", "occurred_at": start_of(turned)}
    yield follows(
        tick,
        CategoryChanged,
        source=ME,
        of=after.person_id,
        person_id=after.person_id,
        category=after.category,
        previous=before.category,
        **told,
    )


def _of_gone(clock: Clock, after: Register, cause: Fact, rules: Rules) -> Iterator[Fact]:
    """A clock that gave way to the next one was met by the notification that began it.

    Any other that was told of and is not there any more fell away.
    """
    if not clock.waits or after.clock(clock.duty, clock.since, clock.about) is not None:
        return
    met_on = _begun_by(clock, after, rules)
    if met_on is not None:
        yield _met(clock.model_copy(update={"met_on": met_on}), after, cause, rules)
    elif Step.CANCELLED in rules.deadline_steps.value:
        yield _cancelled(clock, ground_of(clock, after, cause, rules), after, cause)


def _begun_by(clock: Clock, after: Register, rules: Rules) -> date | None:
    """The day of the notification with which the next yearly or weekly one began."""
    if clock.duty not in _PERIODIC:
        return None
    later = (n for n in after.notifications if n.made_on > clock.since)
    return next((n.made_on for n in later if moves_the_year(n, rules)), None)


def _of_clock(
    old: Clock | None, new: Clock, after: Register, cause: Fact, rules: Rules
) -> Iterator[Fact]:
    if old is None:
        opens = new.stage not in (Stage.NOT_NEEDED, Stage.AHEAD)
    else:
        opens = new.stage is Stage.OPEN and (old.due_on != new.due_on or not old.waits)
    if opens:
        yield _opened(new, after, cause)
    if _newly_met(old, new):
        needless = new.stage is Stage.NOT_NEEDED
        if needless and Step.CANCELLED in rules.deadline_steps.value:
            yield _cancelled(new, CancelGround.NOT_NEEDED, after, cause)
        else:
            yield _met(new, after, cause, rules)


def _opened(clock: Clock, after: Register, cause: Fact, **told: Any) -> DeadlineOpened:  # noqa: ANN401
    ref = clock.ref(after.person_id)
    return follows(
        cause,
        DeadlineOpened,
        source=ME,
        deadline_ref=ref,
        duty=clock.duty,
        due_on=clock.due_on,
        rule=RULE[clock.duty],
        remind_on=clock.remind_on,
        **{"part": ref, **told},
    )


def _newly_met(old: Clock | None, new: Clock) -> bool:
    """Done, and nobody was told so; what was needless from the start is not told."""
    if new.stage is Stage.MET:
        return old is None or (old.stage, old.met_on) != (new.stage, new.met_on)
    return new.stage is Stage.NOT_NEEDED and old is not None and old.waits


def _cancelled(
    clock: Clock,
    ground: CancelGround,
    after: Register,
    cause: Fact,
    **told: Any,  # noqa: ANN401
) -> DeadlineCancelled:
    ref = clock.ref(after.person_id)
    return follows(
        cause,
        DeadlineCancelled,
        source=ME,
        deadline_ref=ref,
        duty=clock.duty,
        due_on=clock.due_on,
        ground=ground,
        turn=after.turn,
        **{"part": ref, **told},
    )


def _met(clock: Clock, after: Register, cause: Fact, rules: Rules) -> DeadlineMet:
    return follows(
        cause,
        DeadlineMet,
        source=ME,
        part=clock.ref(after.person_id),
        deadline_ref=clock.ref(after.person_id),
        duty=clock.duty,
        met_on=clock.met_on,
        # What turned out not to be needed was not done late.
        late=clock.late and clock.stage is not Stage.NOT_NEEDED,
        turn=_turn(after, rules),
    )
