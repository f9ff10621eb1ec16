"""What is new of milestones in one picture of a person against the one before, as facts.

Those of victim contact are facts of their own: only those are told who may know of it (R-VIC-4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from schemas.base import Fact, follows
from schemas.log import Tick
from schemas.milestone import (
    Milestone,
    MilestoneDeadline,
    MilestoneMissed,
    MilestoneStage,
)
from schemas.victim import VictimDeadline
from services.registry.dates import end_of, start_of
from services.registry.domain.milestones import OF_VICTIMS, OWED, is_local
from services.registry.domain.state import Clock, Register, Stage
from services.registry.rules import Rules

ME = "registry"


def milestone_news(before: Register, after: Register, cause: Fact, rules: Rules) -> Iterator[Fact]:
    """What a fact heard changes: begun, moved, met, or asked no more."""
    for clock in before.milestones:
        gone = after.clock(clock.duty, clock.since, clock.about) is None
        if gone and clock.waits:
            yield _told(clock, MilestoneStage.FELL_AWAY, after, cause, rules)
    for clock in after.milestones:
        old = before.clock(clock.duty, clock.since, clock.about)
        stage = _new_stage(old, clock)
        if stage is not None:
            yield _told(clock, stage, after, cause, rules)


def milestones_over(before: Register, after: Register, tick: Tick, rules: Rules) -> Iterator[Fact]:
    """What the end of a day changes: it happened then, however late the Tick that shows it."""
    for was, clock in zip(before.milestones, after.milestones, strict=True):
        if was.stage is Stage.AHEAD and clock.waits:
            yield _begun(clock, after, tick, rules)
        if clock.stage is Stage.MISSED and was.stage in (Stage.AHEAD, Stage.OPEN):
            yield _missed(clock, after, tick, rules)


def missed(fact: Fact) -> bool:
    """Whether it says that a milestone was missed."""
    if isinstance(fact, VictimDeadline):
        return fact.stage is MilestoneStage.MISSED
    return isinstance(fact, MilestoneMissed)


def _new_stage(old: Clock | None, new: Clock) -> MilestoneStage | None:
    """What is to be told of it; None: nothing. What was needless from the start is not told."""
    if new.stage is Stage.AHEAD:
        return None
    if new.stage is Stage.MET:
        told = old is not None and (old.stage, old.met_on) == (new.stage, new.met_on)
        return None if told else MilestoneStage.MET
    if new.stage is Stage.NOT_NEEDED:
        return MilestoneStage.FELL_AWAY if old is not None and old.waits else None
    moved = old is None or old.due_on != new.due_on or not old.waits
    return MilestoneStage.OPENED if moved else None


def _begun(clock: Clock, after: Register, tick: Tick, rules: Rules) -> Fact:
    """What was ahead has begun: on that day, whichever Tick shows it."""
    ref, began = clock.ref(after.person_id), start_of(clock.opens_on or clock.since)
    told = {"of": UUID(ref), "part": f"{clock.due_on}:{after.turn}:{MilestoneStage.OPENED}"}
    about = {"person_id": after.person_id, "occurred_at": began}
    return _told(clock, MilestoneStage.OPENED, after, tick, rules, **told, **about)


def _told(
    clock: Clock,
    stage: MilestoneStage,
    after: Register,
    cause: Fact,
    rules: Rules,
    **more: Any,  # noqa: ANN401
) -> MilestoneDeadline | VictimDeadline:
    ref = clock.ref(after.person_id)
    met = stage is MilestoneStage.MET
    told = {
        **_about(clock, after, rules),
        "rule": OWED[_of(clock)].rule,
        "source": ME,
        "part": f"{ref}:{stage}",
        "stage": stage,
        "done_on": clock.met_on if met else None,
        "late": met and clock.late,
        **more,
    }
    if clock.duty in OF_VICTIMS:
        return follows(cause, VictimDeadline, **told)
    return follows(cause, MilestoneDeadline, remind_on=clock.remind_on, **told)


def _missed(
    clock: Clock, after: Register, tick: Tick, rules: Rules
) -> MilestoneMissed | VictimDeadline:
    """The number of words heard tells apart a day that was missed, moved and is missed again."""
    told = {
        **_about(clock, after, rules),
        "source": ME,
        "of": UUID(clock.ref(after.person_id)),
        "part": f"{clock.due_on}:{after.turn if rules.taking_back.value else after.words}",
        "person_id": after.person_id,
        "occurred_at": end_of(clock.due_on),
        "noticed_at": tick.now,
    }
    if clock.duty in OF_VICTIMS:
        stage, rule = MilestoneStage.MISSED, OWED[_of(clock)].rule
        return follows(tick, VictimDeadline, stage=stage, rule=rule, **told)
    return follows(tick, MilestoneMissed, **told)


def _about(clock: Clock, after: Register, rules: Rules) -> dict[str, Any]:
    milestone = _of(clock)
    return {
        "deadline_ref": clock.ref(after.person_id),
        "milestone": milestone,
        "owed_by": OWED[milestone].by,
        "due_on": clock.due_on,
        "local": is_local(milestone, clock.since, rules),
    }


def _of(clock: Clock) -> Milestone:
    """The milestone it is of: those of the register are of nothing else."""
    return Milestone(clock.duty)
