"""A failing schedule, made as small as it gets while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from services.hub.simulation.world import Plan

T = TypeVar("T")


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """The plan without what it does not need to fail: misfortunes and what is said, in turns."""
    while True:
        smaller = _without_sayings(_without_strikes(plan, fails), fails)
        if smaller == plan:
            return plan
        plan = smaller


def _without_strikes(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    strikes = _fewer(plan.strikes, lambda few: fails(replace(plan, strikes=few)))
    return replace(plan, strikes=strikes)


def _without_sayings(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    sayings = _fewer(plan.sayings, lambda few: fails(replace(plan, sayings=few)))
    return replace(plan, sayings=sayings)


def _fewer(things: tuple[T, ...], enough: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Without pieces, half of it at first and single ones at last."""
    size = max(1, len(things) // 2)
    while things:
        at = 0
        while at < len(things):
            fewer = things[:at] + things[at + size :]
            if enough(fewer):
                things = fewer
            else:
                at += size
        if size == 1:
            break
        size //= 2
    return things


def told(story: Sequence[tuple[int, str, str]]) -> list[str]:
    """The story for people: step, process, what happened."""
    return [f"{step:>6}  {who:<22} {what}" for step, who, what in story]
