"""What the door goes by: the agreements in force, and the installation's secret for references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from schemas.base import Fact, LogFact
from services.agreements import ours
from services.agreements.compile import Agreements
from services.agreements.references import References

WAITS_FOR = timedelta(hours=72)
"""How long a fact about an unknown person waits. Source: local choice, see decision 7."""
WAITING_AT_MOST = 200
"""Facts that wait under one identifier. Source: local choice, see decision 7."""
WAITING_BYTES = 250_000
"""Bytes of all facts that wait under one identifier: their row stays well below what the broker
takes. Source: local choice, see decision 7."""
WAITING_A_DAY = 200_000
"""Facts of one sender that begin to wait on one day: 72 hours of a flood take some 400 MB, not
all there is. Source: local choice, see decision 7."""
NUMBERS_AT_MOST = 20
"""Numbers of one person in one letter. Source: local choice, see decision 7."""
WORN_AT_MOST = 500
"""Fittings and removals of one device that are kept, the latest. Source: as above."""
REMEMBERED = 100
"""Facts of one source about one person that are told apart from repeats (decision 7)."""
CANARY_EVERY: Mapping[str, timedelta] = MappingProxyType(
    dict.fromkeys(("2026-3", "2026-4", "2026-5", "2026-6"), timedelta(minutes=15))
)
"""How often a canary is sent, by the version of the rules in force; by others none is.

Source: local choice, see decision 19."""
AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead (decision 7)."""
DEPTH = 8
"""Most causes behind a fact (design §2)."""


def of_the_log(speaker: str) -> frozenset[type[Fact]]:
    """The facts about the log itself which that speaker says; nobody else ever does."""
    said = ours.SAYS.get(speaker, ())
    return frozenset(fact for fact in said if issubclass(fact, LogFact))


@dataclass(frozen=True)
class Rules:
    """The agreements in force where the fact stands."""

    agreements: Agreements
    references: References
    version: Callable[[str], Agreements]
    """Those of another version this installation has."""
    canary_every: timedelta | None = None
    """How often a canary is sent; None: none is."""
