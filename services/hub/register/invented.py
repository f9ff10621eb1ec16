"""Facts of one invented person, as examples of the rules are made of them, and in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from schemas.base import Fact
from schemas.case import LevelSet
from schemas.custody import Presence, PresenceChanged, Released, ReleaseKind
from schemas.eligibility import ConvictionRecorded, Disposal
from schemas.notice import FactTakenBack, Mistake
from schemas.register import (
    AddressChanged,
    BreachDecided,
    Breached,
    BreachOutcome,
    BreachProved,
    BreachReason,
    Circumstance,
    CircumstanceChanged,
    Duty,
    NotificationKind,
    NotificationMade,
    OrderChanged,
    OrderStep,
    OtherOrder,
    OtherOrderMade,
    PreventionOrder,
    PreventionOrderMade,
    ReviewDecided,
    TravelChanged,
    TravelNotified,
)
from services.hub.register import invented_release, invented_reviews, invented_status
from services.hub.register.making import NOBODY, made
from services.hub.register.words import length, said
from services.registry.dates import LONDON, age_on, local_day
from services.registry.domain import Clock, Stage

ADULT, CHILD = date(1980, 1, 31), date(2010, 1, 31)
JOURNEY = "journey-1"
_ORDER, _INTERIM = "order-1", "interim-1"


def convicted(
    on: date,
    months: int = 0,
    days: int = 0,
    disposal: Disposal = Disposal.IMPRISONMENT,
    born_on: date = ADULT,
    **fields: Any,  # noqa: ANN401
) -> ConvictionRecorded:
    """Of an offence under Schedule 3, unless said otherwise."""
    fields = {"schedule_3": True, "term_months": months, "term_days": days, **fields}
    name = {"family_name": "Testperson", "given_names": "Exemplar", "born_on": born_on}
    return made(ConvictionRecorded, on, convicted_on=on, disposal=disposal, **name, **fields)


def notified(on: date, *circumstances: Circumstance, **fields: Any) -> NotificationMade:  # noqa: ANN401
    """A first notification, or of a change if any is named."""
    kind = NotificationKind.CHANGE if circumstances else NotificationKind.INITIAL
    fields = {"notification": kind, "circumstances": circumstances, **fields}
    return made(NotificationMade, on, made_on=on, **fields)


def changed(what: Circumstance, on: date, until: date | None = None) -> CircumstanceChanged:
    """A change that has to be notified; a stay with its last day."""
    premises = "premises-1" if what is Circumstance.PREMISES else None
    told = {"circumstance": what, "until": until, "premises_ref": premises}
    return made(CircumstanceChanged, on, changed_on=on, **told)


def there(presence: Presence, since_on: date, **fields: Any) -> PresenceChanged:  # noqa: ANN401
    """In custody, in hospital, abroad, or at liberty again."""
    return made(PresenceChanged, since_on, presence=presence, since_on=since_on, **fields)


def released(on: date) -> Released:
    """On licence."""
    return made(Released, on, released_on=on, release=ReleaseKind.LICENCE, prison_code="ZZZ")


def ordered(
    on: date,
    until: date | None = None,
    order: PreventionOrder = PreventionOrder.SEXUAL_HARM_PREVENTION,
) -> PreventionOrderMade:
    """A sexual harm prevention order, unless another is named."""
    return made(PreventionOrderMade, on, order_ref=_ORDER, order=order, made_on=on, until=until)


def risk_ordered(
    on: date, until: date | None = None, order: OtherOrder = OtherOrder.SEXUAL_RISK
) -> OtherOrderMade:
    """A sexual risk order, unless another is named; an interim one is another order."""
    ref = _INTERIM if order is OtherOrder.INTERIM_SEXUAL_RISK else _ORDER
    return made(OtherOrderMade, on, order_ref=ref, order=order, made_on=on, until=until)


def served(on: date, *, interim: bool = False) -> OrderChanged:
    """Either of them, or an interim sexual risk order, served."""
    ref = _INTERIM if interim else _ORDER
    return made(OrderChanged, on, order_ref=ref, step=OrderStep.SERVED, changed_on=on)


def reviewed(on: date, *, lifted: bool, next_from: date | None = None) -> ReviewDecided:
    """A review of indefinite notification, decided."""
    return made(ReviewDecided, on, decided_on=on, lifted=lifted, next_from=next_from)


def taken_back(fact: Fact, on: date, by: str = "example") -> FactTakenBack:
    """Its source, unless another is named, says that it was not so."""
    word = {"fact_ref": fact.event_id, "mistake": Mistake.NOT_SO}
    return made(FactTakenBack, on, **word).model_copy(update={"source": by})


def breached(on: date, breach: Breached = Breached.RISK_ORDER) -> BreachProved:
    """A conviction for a breach, of the sexual risk order unless said otherwise."""
    order = _ORDER if breach is Breached.RISK_ORDER else None
    return made(BreachProved, on, proved_on=on, breach=breach, order_ref=order)


def decided(on: date, outcome: BreachOutcome, reason: BreachReason, since: date) -> BreachDecided:
    """An officer's word about the first notification that a conviction of that day brought."""
    clock = Clock(
        duty=Duty.INITIAL_NOTIFICATION, since=since, due_on=since, until=None, stage=Stage.OPEN
    )
    said_of = {"deadline_ref": clock.ref(NOBODY), "outcome": outcome, "reasons": (reason,)}
    return made(BreachDecided, on, agency="example", **said_of)


def managed(level: int, on: date) -> LevelSet:
    """A level of management."""
    return made(LevelSet, on, set_on=on, level=level)


def journey(made_at: datetime, departs_at: datetime, *, late: bool = False) -> TravelNotified:
    """A journey notified; both moments as the clocks in London show them."""
    moments = {
        "made_at": made_at.replace(tzinfo=LONDON),
        "departs_at": departs_at.replace(tzinfo=LONDON),
    }
    told = {"journey_ref": JOURNEY, "learned_late": late}
    return made(TravelNotified, made_at.date(), **moments, **told)


def journey_changed(at: datetime) -> TravelChanged:
    """Details of it changed at that moment, as the clocks in London show it."""
    moment = at.replace(tzinfo=LONDON)
    return made(TravelChanged, at.date(), changed_at=moment, journey_ref=JOURNEY)


def told(fact: Fact) -> str:
    """The fact in words."""
    return _WORDS[type(fact)](fact)


def _conviction(fact: ConvictionRecorded) -> str:
    how = "life" if fact.for_life else fact.disposal.value.replace("-", " ")
    term = f", {length(fact.term_months, fact.term_days)}" if fact.term_months else ""
    more = ", under 18" if fact.born_on == CHILD else ""
    more += ", under 16" if age_on(fact.born_on, fact.convicted_on) < 16 else ""
    more += ", consecutive" if fact.consecutive_to else ""
    more += ", held" if fact.in_custody else ""
    more += "" if fact.schedule_3 else ", not under Schedule 3"
    more += ", under Schedule 15" if fact.schedule_15 else ""
    more += ", under Schedule 19ZA" if fact.schedule_19za else ""
    more += ", suspended" if fact.suspended else ""
    more += f", sentenced {said(fact.sentenced_on)}" if fact.sentenced_on else ""
    return f"{said(fact.convicted_on)}: {how}{term}{more}"


def _notification(fact: NotificationMade) -> str:
    what = " and ".join(one.value.replace("-", " ") for one in fact.circumstances or ())
    ahead = f", expected on {said(fact.expected_on)}" if fact.expected_on else ""
    home = ", no fixed home" if fact.no_fixed_home else ""
    not_so = " that did not come" if fact.not_happened else ""
    kind = f"change of {what}{not_so}" if what else "for the first time"
    return f"{said(fact.made_on)}: notifies, {kind}{ahead}{home}"


def _change(fact: CircumstanceChanged) -> str:
    stay = f" until {said(fact.until)}" if fact.until else ""
    stay = stay or " that day" if fact.circumstance is Circumstance.PREMISES else stay
    what = "stays at premises" if fact.circumstance is Circumstance.PREMISES else "changes"
    kind = "" if fact.circumstance is Circumstance.PREMISES else f" {fact.circumstance.value}"
    return f"{said(fact.changed_on)}: {what}{kind.replace('-', ' ')}{stay}"


def _presence(fact: PresenceChanged) -> str:
    journey = ", on the journey notified" if fact.journey_ref else ""
    return f"{said(fact.since_on)}: {fact.presence.value.replace('-', ' ')}{journey}"


def _travel(fact: TravelNotified) -> str:
    made, departs = (at.astimezone(LONDON) for at in (fact.made_at, fact.departs_at))
    late = ", not known earlier" if fact.learned_late else ""
    return (
        f"{said(made.date())} {made:%H:%M}: notifies a journey of "
        f"{said(departs.date())} {departs:%H:%M}{late}"
    )


def _travel_change(fact: TravelChanged) -> str:
    at = fact.changed_at.astimezone(LONDON)
    return f"{said(at.date())} {at:%H:%M}: details of the journey change"


def _review(fact: ReviewDecided) -> str:
    again = f", next from {said(fact.next_from)}" if fact.next_from else ""
    told = f", notice received {said(fact.received_on)}" if fact.received_on else ""
    what = "lifts it" if fact.lifted else "refused"
    return f"{said(fact.decided_on)}: review {what}{again}{told}"


def _taking_back(fact: FactTakenBack) -> str:
    who = "its source" if fact.source == "example" else "another source"
    return f"{said(local_day(fact.occurred_at))}: {who} takes it back"


def _prevention(fact: PreventionOrderMade) -> str:
    until = f"until {said(fact.until)}" if fact.until else "until further order"
    return f"{said(fact.made_on)}: {fact.order.value.replace('-', ' ')} order {until}"


def _risk_order(fact: OtherOrderMade) -> str:
    until = f" until {said(fact.until)}" if fact.until else ""
    return f"{said(fact.made_on)}: {fact.order.value.replace('-', ' ')} order{until}"


_WORDS: Mapping[type[Fact], Callable[[Any], str]] = MappingProxyType(
    {
        ConvictionRecorded: _conviction,
        NotificationMade: _notification,
        CircumstanceChanged: _change,
        AddressChanged: lambda fact: f"{said(fact.moved_on)}: moves",
        PresenceChanged: _presence,
        Released: lambda fact: f"{said(fact.released_on)}: released",
        PreventionOrderMade: _prevention,
        OtherOrderMade: _risk_order,
        OrderChanged: lambda fact: f"{said(fact.changed_on)}: it is served",
        TravelNotified: _travel,
        TravelChanged: _travel_change,
        FactTakenBack: _taking_back,
        ReviewDecided: _review,
        **invented_release.WORDS,
        **invented_status.WORDS,
        **invented_reviews.WORDS,
        BreachDecided: lambda fact: (
            f"{said(local_day(fact.occurred_at))}: an officer decides, of the first notification: "
            f"{fact.outcome} ({', '.join(fact.reasons)})"
        ),
        BreachProved: lambda fact: f"{said(fact.proved_on)}: convicted of a breach of it",
    }
)
