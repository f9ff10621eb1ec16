"""What a question of law about an invented person is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.registry.rules import Rules


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, what the law answers, and how the rules are asked."""

    asks: str
    answer: Any
    by: Callable[[Rules], Any]
