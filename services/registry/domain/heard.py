"""What the register keeps of each fact: days, terms and coded words, nothing that identifies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.custody import PresenceChanged, Released
from schemas.eligibility import ConvictionRecorded, ConvictionRevised, Sentence
from schemas.register import (
    AddressChanged,
    BreachDecided,
    BreachProved,
    Circumstance,
    CircumstanceChanged,
    NotificationMade,
    NotificationNoticeGiven,
    NotificationOrderMade,
    OrderChanged,
    OtherOrderMade,
    PreventionOrderMade,
    ReviewAsked,
    ReviewDecided,
    TravelChanged,
    TravelNotified,
)
from services.registry.dates import age_on, term
from services.registry.domain import heard_of_custody, heard_of_status
from services.registry.domain.journeys import Travel, TravelChange, Whereabouts
from services.registry.domain.state import (
    Breach,
    BreachDecision,
    Change,
    Conviction,
    Notification,
    Order,
    OrderChange,
    Reviewed,
    Revision,
)
from services.runtime.decision import State


def _conviction(fact: ConvictionRecorded) -> Conviction:
    """Age counts on the relevant date, not when the offence was committed (R-NOT-5)."""
    on = relevant_on(fact)
    months, days = term(on, fact.term_months, fact.term_days)
    age = age_on(fact.born_on, fact.sentenced_on or fact.convicted_on)
    return Conviction(
        convicted_on=on,
        disposal=fact.disposal,
        for_life=fact.for_life,
        months=months,
        days=days,
        under_18=age_on(fact.born_on, on) < 18,
        schedule_3=fact.schedule_3,
        schedule_15=fact.schedule_15,
        in_custody=fact.in_custody,
        sentence_ref=fact.sentence_ref,
        consecutive_to=fact.consecutive_to,
        overlap=(fact.overlap_months or 0, fact.overlap_days or 0),
        sentenced_on=fact.sentenced_on,
        schedule_19za=bool(fact.schedule_19za),
        suspended=bool(fact.suspended),
        child_aged=age if age < 18 else None,
    )


def relevant_on(fact: ConvictionRecorded) -> date:
    """The day of conviction; of an offence listed only by its sentence, that of sentence.

    Source: SOA 2003 s.82(6), s.132(3).
    """
    return (fact.sentenced_on if fact.by_sentence else None) or fact.convicted_on


def _revision(fact: ConvictionRevised) -> Revision:
    """What an appeal or a correction made of a conviction: R-NOT-12; SOA 2003 s.82(5)."""
    becomes = None if fact.sentence is None else _sentenced(fact.sentence, fact.sentence_ref)
    return Revision(
        sentence_ref=fact.sentence_ref,
        on=fact.revised_on,
        corrects=fact.corrects,
        said_at=fact.occurred_at,
        becomes=becomes,
    )


def _order(fact: PreventionOrderMade | OtherOrderMade) -> Order:
    """An order that brings notification, prolongs it or binds otherwise: SOA 2003 Part 2."""
    return Order(order_ref=fact.order_ref, order=fact.order, made_on=fact.made_on, until=fact.until)


def _notification_order(fact: NotificationOrderMade) -> Order:
    """What was decided abroad, as if here: SOA 2003 ss.97-99."""
    return Order(
        order_ref=fact.order_ref,
        order=None,
        made_on=fact.made_on,
        foreign=_sentenced(fact.sentence, None),
    )


def _notification_notice(fact: NotificationNoticeGiven) -> Order:
    """The same by a notice of the police, given in person: SOA 2003 s.96ZA."""
    return Order(
        order_ref=fact.order_ref,
        order=None,
        made_on=fact.given_on,
        foreign=_sentenced(fact.sentence, None),
        given=True,
    )


def _order_change(fact: OrderChanged) -> OrderChange:
    return OrderChange(
        order_ref=fact.order_ref,
        step=fact.step,
        on=fact.changed_on,
        said_at=fact.occurred_at,
        until=fact.until,
    )


def _notification(fact: NotificationMade) -> Notification:
    """A notification does the duties it answers and starts the time to the next: ss.83-85."""
    return Notification(
        made_on=fact.made_on,
        kind=fact.notification,
        circumstances=tuple(sorted(set(fact.circumstances or ()))),
        expected_on=fact.expected_on,
        not_happened=bool(fact.not_happened),
        premises_ref=fact.premises_ref,
        no_fixed_home=fact.no_fixed_home,
    )


def _move(fact: AddressChanged) -> Change:
    return Change(circumstance=Circumstance.HOME, on=fact.moved_on)


def _change(fact: CircumstanceChanged) -> Change:
    return Change(
        circumstance=fact.circumstance,
        on=fact.changed_on,
        until=fact.until,
        premises_ref=fact.premises_ref,
    )


def _whereabouts(fact: PresenceChanged) -> Whereabouts:
    return Whereabouts(
        on=fact.since_on,
        presence=fact.presence,
        journey_ref=fact.journey_ref,
        as_notified=fact.as_notified,
    )


def _travel(fact: TravelNotified) -> Travel:
    return Travel(
        journey_ref=fact.journey_ref,
        made_at=fact.made_at,
        departs_at=fact.departs_at,
        learned_late=fact.learned_late,
    )


def _travel_change(fact: TravelChanged) -> TravelChange:
    return TravelChange(journey_ref=fact.journey_ref, changed_at=fact.changed_at)


def _review(fact: ReviewDecided) -> Reviewed:
    """What was decided of notification without end: SOA 2003 ss.91A-91F."""
    return Reviewed(
        on=fact.decided_on,
        lifted=fact.lifted,
        next_from=fact.next_from,
        received_on=fact.received_on,
    )


def _sentenced(sentence: Sentence, ref: str | None) -> Conviction:
    months, days = term(sentence.relevant_on, sentence.term_months, sentence.term_days)
    return Conviction(
        convicted_on=sentence.relevant_on,
        disposal=sentence.disposal,
        for_life=sentence.for_life,
        months=months,
        days=days,
        under_18=sentence.under_18,
        schedule_3=sentence.schedule_3,
        schedule_15=sentence.schedule_15,
        in_custody=False,
        sentence_ref=ref,
        consecutive_to=sentence.consecutive_to,
        overlap=(sentence.overlap_months, sentence.overlap_days),
        schedule_19za=bool(sentence.schedule_19za),
        suspended=bool(sentence.suspended),
    )


def _breach(fact: BreachProved) -> Breach:
    return Breach(
        on=fact.proved_on,
        breach=fact.breach,
        cautioned=fact.cautioned,
        order_ref=fact.order_ref,
    )


def _breach_decision(fact: BreachDecided) -> BreachDecision:
    """Kept whatever is known of the deadline: it may be heard of, or be missed, only later."""
    return BreachDecision(
        deadline_ref=fact.deadline_ref,
        at=fact.occurred_at,
        outcome=fact.outcome,
        reasons=tuple(sorted(set(fact.reasons))),
    )


OF: Mapping[type[Fact], tuple[str, Callable[[Any], State | date]]] = MappingProxyType(
    {
        ConvictionRecorded: ("convictions", _conviction),
        Released: ("releases", attrgetter("released_on")),
        ConvictionRevised: ("revisions", _revision),
        PreventionOrderMade: ("orders", _order),
        OtherOrderMade: ("orders", _order),
        NotificationOrderMade: ("orders", _notification_order),
        NotificationNoticeGiven: ("orders", _notification_notice),
        OrderChanged: ("order_changes", _order_change),
        PresenceChanged: ("whereabouts", _whereabouts),
        NotificationMade: ("notifications", _notification),
        AddressChanged: ("changes", _move),
        CircumstanceChanged: ("changes", _change),
        TravelNotified: ("travels", _travel),
        TravelChanged: ("travel_changes", _travel_change),
        ReviewAsked: ("reviews_asked", attrgetter("asked_on")),
        ReviewDecided: ("reviews", _review),
        **heard_of_custody.OF,
        **heard_of_status.OF,
        BreachProved: ("breaches", _breach),
        BreachDecided: ("breach_decisions", _breach_decision),
    }
)
"""Which part of the row a fact goes to, and what of it."""
