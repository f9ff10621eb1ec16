"""What tracking goes by, by version. All of it local standard: see decision 4."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from schemas.tracking import Mechanism


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules."""

    version: str
    late_after: timedelta = timedelta(minutes=15)
    """Received longer than this after it was found, a position is of the past, not live."""
    clock_ahead: timedelta = timedelta(minutes=5)
    """Found longer than this after it was received: the device's clock cannot be trusted."""
    remember: timedelta = timedelta(hours=72)
    """How far back a position is still judged; its topic keeps no more."""
    most_marks: int = 200
    """How many marks of one zone are kept: whoever walks along a line all day fills no row."""
    coarse: frozenset[Mechanism] = frozenset({Mechanism.CELL, Mechanism.RF})
    """How a position is found that is no breach on its own if its radius is wide."""
    max_precision_m: int = 100
    """The widest radius with which a position found that way may be a breach."""


RULES: Mapping[str, Rules] = MappingProxyType({"2026-1": Rules(version="2026-1")})
"""The rules this build can decide by."""
