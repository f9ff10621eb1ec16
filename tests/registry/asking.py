"""How the rules are asked a question of law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.base import Fact
from schemas.register import Duty
from services.registry.domain import Clock, Register, as_of
from services.registry.rules import Rules

Answer = Callable[[Rules], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what the law answers, and how the rules are asked."""

    asks: str
    answer: Any
    by: Answer


def row(facts: tuple[Fact, ...], on: date, rules: Rules) -> Register:
    """What the register keeps of somebody of whom these are told."""
    found = as_of(facts, on, rules)
    assert found is not None
    return found


def clock_of(duty: Duty, facts: tuple[Fact, ...], on: date, rules: Rules) -> Clock | None:
    """The last such duty of the person, if there is one."""
    clocks = [one for one in row(facts, on, rules).clocks if one.duty is duty]
    return clocks[-1] if clocks else None
