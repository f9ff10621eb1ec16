"""What one version of the rules holds: each rule by its name, with all its readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.custody import Presence
from schemas.register import (
    Basis,
    Breached,
    BreachOutcome,
    Circumstance,
    Duty,
    PreventionOrder,
)
from services.registry.act_2026 import Act2026
from services.registry.order_rules import OrderRules
from services.registry.readings import (
    Dated,
    Reading,
    Step,
    each,
)
from services.registry.release_rules import ReleaseRules
from services.registry.review_rules import ReviewRules
from services.registry.status_rules import StatusRules
from services.registry.travel_rules import TravelRules


@dataclass(frozen=True)
class Rules:
    """One version of the rules, as `RulesAdopted` puts it in force."""

    version: str
    months: Dated[Mapping[Basis, int | None]]
    """Months of notification by row of the table; None is indefinite."""
    halved: Dated[frozenset[Basis]]
    indefinite_from_months: Dated[int]
    ten_years_above_months: Dated[int]
    training_divisor: Dated[int]
    initial_days: Dated[int]
    earlier_event_lasts: Dated[bool]
    """Whether a first notification is needless only while the person stays subject by something
    earlier for all its days."""
    orders_prolong: Dated[frozenset[PreventionOrder]]
    """Orders that make or keep a person subject to notification while they last."""
    orders_bind_at_once: Dated[bool]
    """Whether who was not subject is so from the making of an order, or only from service."""
    breaches_bind: Dated[frozenset[Breached]]
    """Of what a breach makes a person subject to notification while the order lasts."""
    pauses: Dated[frozenset[Presence]]
    """Where the clocks of notification stand still."""
    change_days: Dated[int]
    changes_watched: Dated[frozenset[Circumstance]]
    """Changes that have to be notified at all."""
    qualifying_days: Dated[int]
    qualifying_months: Dated[int]
    changes_foreseen: Dated[frozenset[Circumstance]]
    """Changes that may be notified before they happen."""
    early_days: Dated[int]
    advance_days: Dated[int]
    withdraw_days: Dated[int]
    extras: Dated[frozenset[Circumstance]]
    """What may be notified without moving the year."""
    weekly_days: Dated[int | None]
    """None: there is no such duty yet."""
    resume_days: Dated[int]
    travel: TravelRules
    """By when a journey abroad, what changes of it, and the return from it are notified."""
    asked: OrderRules
    """What a sexual risk order asks of somebody who is not on the register."""
    review_adult_months: Dated[int]
    review_child_months: Dated[int]
    review_again_months: Dated[int]
    review_after_release: Dated[bool]
    """Whether only what was notified after a release from the sentence counts."""
    orders_block_review: Dated[frozenset[PreventionOrder]]
    duties: Reading[frozenset[Duty]]
    """Configuration: the duties these rules watch."""
    remind_days: Reading[Mapping[Duty, int]]
    """Configuration: how many days before its last a duty is to be called to mind."""
    taking_back: Reading[bool]
    """Configuration: whether what its own source took back counts no more."""
    deadline_steps: Reading[frozenset[Step]]
    """Configuration: what is said of a deadline beside that it opened, was met or missed."""
    breach_decisions: Reading[frozenset[BreachOutcome]]
    """Configuration: what an officer may decide about a duty that was not done in time."""
    missed_stays: Reading[bool]
    status: StatusRules
    """In which category somebody is, from when until when."""
    release: ReleaseRules
    """What is done before a release, on a recall and in parole, and for who comes and goes."""
    review: ReviewRules
    """Since when notification without end is reviewed, and by when what is answered."""
    act_2026: Act2026
    """What is passed and not commenced."""

    def each(self) -> Iterator[tuple[str, Reading[Any]]]:
        """Every reading by the name of its rule."""
        return each(self)
