"""What the door goes by: the agreements in force, and the installation's secret for references."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.agreements.compile import Agreements
from services.agreements.references import References

WAITS_FOR = timedelta(hours=72)
"""How long a fact about an unknown person waits. Source: local choice, see decision 7."""
WAITING_AT_MOST = 200
"""Facts that wait under one identifier. Source: local choice, see decision 7."""
REMEMBERED = 100
"""Facts of one source about one person that are told apart from repeats (decision 7)."""
AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead (decision 7)."""
DEPTH = 8
"""Longest chain of causes (design §2)."""


@dataclass(frozen=True)
class Rules:
    """The agreements in force where the fact stands."""

    agreements: Agreements
    references: References
