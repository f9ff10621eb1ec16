"""The picture of a topic's clock, made from one of its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from schemas.bank_holidays import BANK_HOLIDAYS
from schemas.milestone import Milestone
from schemas.register import Duty
from services.hub.register import invented
from services.hub.register.examples import Example
from services.hub.register.picture import Row, drawn
from services.hub.register.topics import Counting, Topic
from services.hub.register.words import said
from services.registry.dates import DAY, Pause, working_day_after
from services.registry.domain import Clock, Register, as_of
from services.registry.domain.as_of import took_effect_on
from services.registry.domain.pauses import pauses_of
from services.registry.domain.recall import releases_on, running
from services.registry.domain.releasing import releasing
from services.registry.domain.review import review_of
from services.registry.rules import Rules

_MOST_NUMBERED = 31
_OF_RELEASE = frozenset({Milestone.LEVEL_SET, Milestone.FORM_J, Milestone.ZONES_LIVE})
"""Counted back from the day of release."""
_BACKWARDS = frozenset({Counting.BEFORE, Counting.WORKING_BEFORE})
_WORKING = frozenset({Counting.WORKING_AFTER, Counting.WORKING_BEFORE})


@dataclass(frozen=True, slots=True)
class Run:
    """From which day is counted, to which, and what does not count or is called to mind."""

    counted_from: date
    last_on: date
    remind_on: date | None = None
    pauses: tuple[Pause, ...] = ()


def picture(topic: Topic, rules: Rules) -> str | None:
    """The SVG; None where no clock runs."""
    example, counting = topic.example, topic.counting
    if example is None or counting is None:
        return None
    return drawn(topic.title, tuple(_rows(topic, example, run_of(topic, rules), counting)))


def run_of(topic: Topic, rules: Rules) -> Run:
    """The clock of the topic's example, as the register decides it.

    Raises:
        LookupError: the example has no such clock; a test holds that each has.
    """
    example = topic.example
    register = None if example is None else as_of(example.facts, example.on, rules)
    if example is None or register is None:
        raise LookupError("no clock")
    if not isinstance(topic.about, Duty | Milestone):
        return _OTHERS[topic.about](register, example, rules)
    clocks = (one for one in (*register.clocks, *register.milestones) if one.duty is topic.about)
    clock = next(clocks, None)
    if clock is None:
        raise LookupError("no clock")
    counted_from = _counted_from(clock, register)
    within = () if isinstance(topic.about, Milestone) else _within(clock, register, rules)
    return Run(counted_from, clock.due_on, clock.remind_on, within)


def numbers(run: Run, counting: Counting) -> Mapping[date, int]:
    """Of each day that counts, which it is."""
    ahead = counting not in _BACKWARDS
    skipped = None if counting is Counting.WITH else run.counted_from
    days = [day for day in _days(run) if day != skipped and _counts(day, run, counting)]
    return {day: number for number, day in enumerate(days if ahead else days[::-1], 1)}


def _counted_from(clock: Clock, register: Register) -> date:
    release = releasing(register)
    return release.on if clock.duty in _OF_RELEASE and release is not None else clock.since


def _within(clock: Clock, register: Register, rules: Rules) -> tuple[Pause, ...]:
    """The pauses that begin in the time of the clock."""
    found = pauses_of(register, rules)
    return tuple(one for one in found if clock.since < one.begins_on <= clock.due_on)


def _requirement(register: Register, _example: Example, _rules: Rules) -> Run:
    found = register.requirement
    if found is None or found.last_day is None:
        raise LookupError("no clock")
    return Run(found.begins_on, found.last_day)


def _review(register: Register, example: Example, rules: Rules) -> Run:
    """Until the day before a review may be asked for."""
    found = review_of(register, example.on, rules)
    if found is None or found.opens_on is None:
        raise LookupError("no clock")
    return Run(register.notifications[0].made_on, found.opens_on - DAY)


def _fixed_term(register: Register, _example: Example, rules: Rules) -> Run:
    recall, back_on = next(running(register))
    if back_on is None:
        raise LookupError("no clock")
    return Run(back_on, releases_on(recall, back_on, rules.release))


_OTHERS: Mapping[str, Callable[[Register, Example, Rules], Run]] = MappingProxyType(
    {"notification": _requirement, "review": _review, "recall": _fixed_term}
)


def _days(run: Run) -> Iterator[date]:
    day, last = sorted((run.counted_from, run.last_on))
    while day <= last:
        yield day
        day += DAY


def _counts(day: date, run: Run, counting: Counting) -> bool:
    if any(pause.holds(day) for pause in run.pauses):
        return False
    return counting not in _WORKING or working_day_after(day - DAY, 1, BANK_HOLIDAYS) == day


def _rows(topic: Topic, example: Example, run: Run, counting: Counting) -> Iterator[Row]:
    told = (fact for fact in example.facts if took_effect_on(fact) <= example.on)
    for fact in sorted(told, key=took_effect_on):
        yield Row(invented.told(fact), mark=("told", took_effect_on(fact)))
    for pause in run.pauses:
        over = (pause.over_on or run.last_on + DAY) - DAY
        says = f"days that do not count: {said(pause.begins_on)} to {said(over)}"
        yield Row(says, days=(("stands", pause.begins_on, over),))
    if run.remind_on is not None:
        says = f"to be called to mind from {said(run.remind_on)}"
        yield Row(says, mark=("mind", run.remind_on))
    first, last = sorted((run.counted_from, run.last_on))
    days = numbers(run, counting)
    yield Row(
        f"{_runs(topic)}: counted from {said(run.counted_from)}, last day {said(run.last_on)}",
        days=(("runs", first, last), ("last", run.last_on, run.last_on)),
        numbers=days if len(days) <= _MOST_NUMBERED else None,
    )
    yield Row(
        f"on {said(example.on)} is shown: {example.shows}",
        mark=("seen", example.on),
    )


def _runs(topic: Topic) -> str:
    """What runs, in the words of its row."""
    if isinstance(topic.about, Duty | Milestone):
        return topic.title
    return _CALLED[topic.about]


_CALLED = {
    "notification": "subject to notification",
    "review": "no review may be asked for yet",
    "recall": "the fixed term",
}
