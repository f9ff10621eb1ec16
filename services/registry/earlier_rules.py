"""The versions of the rules before the newest, as they were: what they led to stays so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from schemas.custody import Presence
from schemas.register import (
    Basis,
    Breached,
    BreachOutcome,
    Circumstance,
    Duty,
    PreventionOrder,
)
from services.registry.act_2026 import PASSED
from services.registry.dates import DAY
from services.registry.order_rules import ON_SERVICE
from services.registry.readings import (
    REGULATIONS_OF_2012,
    Dated,
    Reading,
    always,
    by_section_81,
    since_2012,
)
from services.registry.release_rules import AT_FIRST, WATCHED
from services.registry.review_rules import UNWEIGHED
from services.registry.rule_set import Rules
from services.registry.status_rules import FOREVER
from services.registry.travel_rules import AS_TOLD

SHPO_BEGAN = date(2015, 3, 8)
"""Sexual harm prevention orders replaced those before them (from general knowledge)."""

TABLE: Mapping[Basis, int | None] = MappingProxyType(
    {
        Basis.INDEFINITE_TERM: None,
        Basis.RESTRICTED_HOSPITAL: None,
        Basis.TEN_YEAR_TERM: 120,
        Basis.SEVEN_YEAR_TERM: 84,
        Basis.HOSPITAL: 84,
        Basis.CAUTION: 24,
        Basis.OTHER: 60,
    }
)
_HALVED = frozenset(
    {Basis.TEN_YEAR_TERM, Basis.SEVEN_YEAR_TERM, Basis.HOSPITAL, Basis.CAUTION, Basis.OTHER}
)
_OF_THE_ACT = frozenset(
    {Circumstance.NAME, Circumstance.HOME, Circumstance.PREMISES, Circumstance.RELEASE}
)
OF_THE_REGULATIONS = frozenset(
    {Circumstance.CHILD_HOUSEHOLD, Circumstance.FINANCE, Circumstance.IDENTITY_DOCUMENT}
)
FORESEEN = frozenset({Circumstance.NAME, Circumstance.HOME, Circumstance.PREMISES})
FIRST = Rules(
    version="2026-1",
    months=by_section_81(
        TABLE,
        "how long notification lasts, beginning with the relevant date; a conditional discharge as "
        "long as itself",
        "SOA 2003 s.82(1), (6); R-NOT-4",
    ),
    halved=by_section_81(
        _HALVED,
        "under 18 on the relevant date these are halved",
        "SOA 2003 s.82(2); R-NOT-5",
    ),
    indefinite_from_months=by_section_81(
        30, "a term of so many months or more is indefinite", "SOA 2003 s.82(1)"
    ),
    ten_years_above_months=by_section_81(
        6, "a term of more than so many months is ten years", "SOA 2003 s.82(1)"
    ),
    training_divisor=always(
        2,
        "of a detention and training order the custodial half counts",
        "R-NOT-6 (Youth Justice Legal Centre, secondary)",
        local=True,
    ),
    initial_days=by_section_81(
        3, "days to notify for the first time, the first of them included", "SOA 2003 s.83(1)"
    ),
    earlier_event_lasts=always(
        False,  # noqa: FBT003
        "one first notification is enough for as long as the person is subject without a break",
        "R-NOT-22, as read before the text was seen",
        local=True,
    ),
    orders_prolong=always(
        frozenset(), "orders are not weighed by this version", "R-ORD-2", local=True
    ),
    orders_bind_at_once=always(
        False,  # noqa: FBT003
        "who was not subject becomes so when the order is served",
        "R-ORD-2, as read before the text was seen",
        local=True,
    ),
    breaches_bind=always(
        frozenset(), "breaches of orders are not weighed by this version", "R-ORD table", local=True
    ),
    pauses=always(
        frozenset(),
        "of somebody held on the relevant date the days begin with release; no other day is left "
        "out by this version",
        "R-NOT-20",
        local=True,
    ),
    change_days=always(
        3, "days to notify a change, the day of it included", "SOA 2003 s.84(1); R-NOT-30"
    ),
    changes_watched=Dated(
        (
            Reading(
                _OF_THE_ACT,
                "what has to be notified when it changes",
                "SOA 2003 s.84(1); R-NOT-30",
                until=REGULATIONS_OF_2012 - DAY,
            ),
            Reading(
                _OF_THE_ACT | OF_THE_REGULATIONS,
                "what has to be notified when it changes",
                "SOA 2003 s.84(1); SI 2012/1876, text not seen; R-NOT-30, R-NOT-51, R-NOT-52",
                since=REGULATIONS_OF_2012,
                local=True,
            ),
        )
    ),
    qualifying_days=always(
        7,
        "days at premises not notified that are a qualifying period; the last of them is the first "
        "of those to notify in",
        "SOA 2003 s.84(6); R-NOT-31",
    ),
    qualifying_months=always(
        12,
        "months within which stays at the same premises are added",
        "SOA 2003 s.84(6); R-NOT-31",
    ),
    changes_foreseen=always(
        FORESEEN,
        "changes that may be notified before they happen",
        "SOA 2003 s.84(2), as read before the text was seen",
        local=True,
    ),
    early_days=always(
        2,
        "days by which a change may come before the day notified; earlier, the notice is void",
        "SOA 2003 s.84(3); R-NOT-32",
    ),
    advance_days=always(
        3,
        "days, beginning with the day notified, within which the change has to come",
        "SOA 2003 s.84(4); R-NOT-32",
    ),
    withdraw_days=always(
        6,
        "days, beginning with the day notified, to say that the change did not come",
        "SOA 2003 s.84(4)(b); R-NOT-32",
    ),
    extras=always(
        frozenset(),
        "every notification moves the year by this version",
        "R-NOT-41",
        local=True,
    ),
    weekly_days=since_2012(
        7,
        "days from each notification to the next of somebody without a sole or main residence",
        "SOA 2003 s.85(5)-(6); SI 2012/1876 reg.9; R-NOT-43",
    ),
    resume_days=always(
        3,
        "days to notify where the year or week ended in custody, in hospital or abroad, beginning "
        "with release or return",
        "SOA 2003 s.85(3)-(4); R-NOT-42",
    ),
    travel=AS_TOLD,
    asked=ON_SERVICE,
    review_adult_months=always(
        180,
        "beginning with the first notification after release, so long until a review of indefinite "
        "notification may be asked for the day after, if 18 or over on the relevant date",
        "SOA 2003 s.91B(2)(a); R-REV-3",
    ),
    review_child_months=always(
        96, "the same, if under 18 on the relevant date", "SOA 2003 s.91B(2)(b); R-REV-3"
    ),
    review_again_months=always(
        96,
        "beginning with a refusal, so long until a review may be asked for again the day after, if "
        "no later day was set",
        "SOA 2003 s.91B(3)-(6); R-REV-4",
    ),
    review_after_release=always(
        False,  # noqa: FBT003
        "of somebody not held on the relevant date the first notification of all counts",
        "R-REV-3, as read before the text was seen",
        local=True,
    ),
    orders_block_review=always(
        frozenset(PreventionOrder) - {PreventionOrder.FOREIGN_TRAVEL},
        "while one of these is in force a review may not be asked for",
        "SOA 2003 s.91A; R-REV-2",
    ),
    duties=Reading(
        frozenset({Duty.INITIAL_NOTIFICATION, Duty.ANNUAL_NOTIFICATION}),
        "the duties watched by this version",
        "R-NOT-20, R-NOT-40",
        local=True,
    ),
    remind_days=Reading(
        MappingProxyType({}), "nobody is reminded by this version", "R-NOT-40", local=True
    ),
    taking_back=Reading(
        False,
        "what its source took back still counts",
        "UK GDPR Art. 5(1)(d); R-NOT-12",
        local=True,
    ),
    deadline_steps=Reading(
        frozenset(),
        "a reminder is a day told with its deadline, and one that falls away does so in silence",
        "R-NOT-40, R-NOT-20",
        local=True,
    ),
    breach_decisions=Reading(
        frozenset(), "no officer's decision about a missed duty counts", "R-NOT-72", local=True
    ),
    missed_stays=Reading(
        False,
        "a duty missed is shown as lapsed once the person is subject no more",
        "R-NOT-72, as read before the text was seen",
        local=True,
    ),
    status=FOREVER,
    release=AT_FIRST,
    review=UNWEIGHED,
    act_2026=PASSED,
)
_OF_THE_FIFTH = frozenset(
    {
        Duty.TRAVEL_CHANGE_NOTIFICATION,
        Duty.NAME_AHEAD_NOTIFICATION,
        Duty.AWAY_NOTIFICATION,
    }
)
FOURTH = replace(
    FIRST,
    version="2026-4",
    breaches_bind=always(
        frozenset({Breached.RISK_ORDER}),
        "of what a breach, once proved, makes or keeps a person subject to notification from that "
        "day until the order ends",
        "SOA 2003 s.122I, before it s.129; from general knowledge, unconfirmed; R-ORD table",
        local=True,
    ),
    pauses=always(
        frozenset({Presence.IN_CUSTODY, Presence.IN_HOSPITAL, Presence.ABROAD}),
        "where a person is while the days do not count",
        "SOA 2003 s.83(6), s.84(5), s.85(4); R-NOT-20",
    ),
    extras=always(
        frozenset(
            {
                Circumstance.CHILD_HOUSEHOLD,
                Circumstance.FINANCE,
                Circumstance.IDENTITY_DOCUMENT,
                Circumstance.RETURN,
            }
        ),
        "what may be notified without moving the day of the next yearly notification",
        "SOA 2003 s.85(1)-(2); SI 2012/1876; R-NOT-41",
    ),
    duties=Reading(
        frozenset(Duty) - _OF_THE_FIFTH,
        "the duties watched by this version",
        "R-NOT-20 to R-NOT-63",
        local=True,
    ),
    breach_decisions=Reading(
        frozenset(BreachOutcome),
        "what an officer may decide, once its last day is over, about a duty not done in time",
        "SOA 2003 s.91; R-NOT-72; who decides is a local choice",
        local=True,
    ),
    remind_days=Reading(
        MappingProxyType({Duty.ANNUAL_NOTIFICATION: 28, Duty.WEEKLY_NOTIFICATION: 1}),
        "days before its last day from which a duty is to be called to mind",
        "R-NOT-40, R-NOT-43: no source gives a number",
        local=True,
    ),
    orders_prolong=Dated(
        (
            Reading(
                frozenset(
                    {PreventionOrder.SEXUAL_OFFENCES_PREVENTION, PreventionOrder.FOREIGN_TRAVEL}
                ),
                "orders that make or keep a person subject to notification while they last; those "
                "made before keep doing so",
                "SOA 2003 ss.107, 117, repealed; R-ORD-2, unconfirmed",
                until=SHPO_BEGAN - DAY,
                local=True,
            ),
            Reading(
                frozenset(PreventionOrder),
                "orders that make or keep a person subject to notification while they last",
                "SOA 2003 s.103G; R-ORD-2",
                since=SHPO_BEGAN,
            ),
        )
    ),
    release=WATCHED,
)
