"""What the register goes by, by version: each rule with its source, and from when until when.

A rule of law is looked up for the day its question is about, so an old case decided again is
decided by the law of its own time. A change of law is another reading or another version, never
an edit: old decisions stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from schemas.custody import Presence
from schemas.register import (
    Basis,
    Breached,
    BreachOutcome,
    Circumstance,
    Duty,
    OtherOrder,
    PreventionOrder,
)
from services.registry.act_2026 import PASSED, Act2026
from services.registry.dates import DAY
from services.registry.readings import (
    PART_2_BEGAN,
    REGULATIONS_OF_2012,
    Dated,
    Reading,
    Step,
    always,
    by_section_81,
    confirmed,
    each,
    since_2012,
)
from services.registry.release_rules import AT_FIRST, FOLLOWED, WATCHED, ReleaseRules
from services.registry.review_rules import TIMED, UNWEIGHED, ReviewRules
from services.registry.status_rules import ENDING, FOREVER, StatusRules

SHPO_BEGAN = date(2015, 3, 8)
"""Sexual harm prevention orders replaced those before them (from general knowledge)."""


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
    orders_prolong: Dated[frozenset[PreventionOrder]]
    """Orders that make or keep a person subject to notification while they last."""
    orders_bind_at_once: Dated[bool]
    """Whether who was not subject is so from the making of an order, or only from service."""
    orders_notified: Dated[frozenset[OtherOrder]]
    """Orders on whose service name and address are notified."""
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
    travel_days: Dated[int | None]
    travel_hours: Dated[int]
    travel_change_hours: Dated[int | None]
    """None: there is no such duty."""
    travel_change_warn_hours: Dated[int]
    return_days: Dated[int]
    order_days: Dated[int]
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


_TABLE: Mapping[Basis, int | None] = MappingProxyType(
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
_OF_THE_REGULATIONS = frozenset(
    {Circumstance.CHILD_HOUSEHOLD, Circumstance.FINANCE, Circumstance.IDENTITY_DOCUMENT}
)
_FORESEEN = frozenset({Circumstance.NAME, Circumstance.HOME, Circumstance.PREMISES})
_FIRST = Rules(
    version="2026-1",
    months=by_section_81(
        _TABLE,
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
    orders_prolong=always(
        frozenset(), "orders are not weighed by this version", "R-ORD-2", local=True
    ),
    orders_bind_at_once=always(
        False,  # noqa: FBT003
        "who was not subject becomes so when the order is served",
        "R-ORD-2, as read before the text was seen",
        local=True,
    ),
    orders_notified=always(
        frozenset(
            {
                OtherOrder.SEXUAL_RISK,
                OtherOrder.INTERIM_SEXUAL_RISK,
                OtherOrder.RISK_OF_SEXUAL_HARM,
            }
        ),
        "on the service of which orders name and address are notified",
        "SOA 2003 s.122F, unconfirmed; R-ORD table",
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
                _OF_THE_ACT | _OF_THE_REGULATIONS,
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
        _FORESEEN,
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
    travel_days=since_2012(
        7,
        "days before departure by which a journey of any length abroad is notified; so many clear "
        "days are worked to, later than so many days is late",
        "SOA 2003 s.86; SI 2004/1220 as amended 2012; R-NOT-60, R-DT-3",
    ),
    travel_hours=always(
        12,
        "hours before departure by which it is notified if not known earlier",
        "SI 2004/1220 as amended 2012, text not seen; R-NOT-60",
        local=True,
    ),
    travel_change_hours=always(
        None, "that details changed before departure is not weighed", "R-NOT-62", local=True
    ),
    travel_change_warn_hours=always(
        24,
        "hours before departure from whose day on a change of details is called to mind",
        "Nacro, secondary; R-NOT-62",
        local=True,
    ),
    return_days=always(
        3,
        "days after the return by which it is notified; worked to with the day itself as the first",
        "SI 2004/1220, secondary; R-NOT-63",
        local=True,
    ),
    order_days=always(
        3,
        "days to notify name and address once a sexual risk order is served, that day included",
        "SOA 2003 s.122F, unconfirmed; R-ORD table",
        local=True,
    ),
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
_FOURTH = replace(
    _FIRST,
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
_FIFTH = replace(
    _FOURTH,
    version="2026-5",
    months=Dated(
        (
            Reading(
                MappingProxyType({**_TABLE, Basis.CAUTION: 60}),
                "how long notification lasts, beginning with the relevant date; a caution before "
                "the Act is of any other description",
                "SOA 2003 s.81(1), s.82(1), (6): its row for cautions is of s.80(1)(d) alone",
                until=PART_2_BEGAN - DAY,
            ),
            _FOURTH.months.readings[1],
        )
    ),
    orders_prolong=Dated(
        (
            Reading(
                frozenset({PreventionOrder.SEXUAL_OFFENCES_PREVENTION}),
                "orders that make or keep a person subject to notification while they last",
                "SOA 2003 s.107(3)-(5), s.109(5)",
                until=SHPO_BEGAN - DAY,
            ),
            Reading(
                frozenset(PreventionOrder) - {PreventionOrder.FOREIGN_TRAVEL},
                "orders that make or keep a person subject to notification while they last; a "
                "foreign travel order brings the duties of travel alone (s.117(4))",
                "SOA 2003 s.103G(1)-(4); Sentencing Code s.352; s.107 as saved",
                since=SHPO_BEGAN,
            ),
        )
    ),
    orders_bind_at_once=always(
        True,  # noqa: FBT003
        "who was not subject is so from the making of the order; the relevant date, from which "
        "the days of the first notification count, is that of service",
        "SOA 2003 s.103G(2)-(3), s.98, s.107(4)-(5); Sentencing Code s.352(2)-(3)",
    ),
    orders_notified=always(
        frozenset({OtherOrder.SEXUAL_RISK, OtherOrder.INTERIM_SEXUAL_RISK}),
        "on the service of which orders name and address are notified",
        "SOA 2003 s.122F(1)",
    ),
    changes_foreseen=Dated(
        (
            Reading(
                _FORESEEN,
                "changes that may be notified before they happen",
                "SOA 2003 s.84(2)",
                until=REGULATIONS_OF_2012 - DAY,
            ),
            Reading(
                _FORESEEN | _OF_THE_REGULATIONS,
                "changes that may be notified before they happen",
                "SOA 2003 s.84(2), (5A); SI 2012/1876 regs 11, 13, 15",
                since=REGULATIONS_OF_2012,
            ),
        )
    ),
    review_after_release=always(
        True,  # noqa: FBT003
        "the first notification counted is that after release from the sentence itself",
        "SOA 2003 s.91B(10)",
    ),
    breaches_bind=confirmed(_FOURTH.breaches_bind, "SOA 2003 s.122I(1)-(7); before, s.129"),
    order_days=confirmed(_FOURTH.order_days, "SOA 2003 s.122F(1)"),
    weekly_days=confirmed(_FOURTH.weekly_days, "SOA 2003 s.85(5)-(6); SI 2012/1876 reg.9"),
    changes_watched=confirmed(
        _FOURTH.changes_watched,
        "SOA 2003 s.84(1), (1)(ca) from the regulations on; SI 2012/1876 regs 11, 13, 15",
    ),
    extras=always(
        _FOURTH.extras.readings[0].value,
        "what may be notified without moving the day of the next yearly notification",
        "Home Office help page, 31 Mar 2023; SOA 2003 s.85(2)(b) with SI 2012/1876 regs 11, 13, 15 "
        "reads otherwise: the earlier day is worked to; R-NOT-41",
        local=True,
    ),
    duties=Reading(
        frozenset(Duty), "the duties watched by this version", "R-NOT-20 to R-NOT-63", local=True
    ),
    travel_change_hours=since_2012(
        12,
        "hours before departure by which a change of the details of a journey is notified; one of "
        "the last hours opens nothing",
        "SI 2004/1220 as amended 2012, text not seen; R-NOT-62",
    ),
    taking_back=Reading(
        True,
        "what its own source took back never was so, on any day; another's word is nobody's to "
        "take back",
        "UK GDPR Art. 5(1)(d), DPA 2018 s.38, from general knowledge; R-NOT-12",
        local=True,
    ),
    deadline_steps=Reading(
        frozenset(Step),
        "said of a deadline beside that it opened, was met or was missed: that the day has come to "
        "call it to mind, and that it fell away without being met",
        "R-NOT-12, R-NOT-20, R-NOT-40: no source asks for it",
        local=True,
    ),
    status=ENDING,
    release=FOLLOWED,
    review=TIMED,
)
RULES: Mapping[str, Rules] = MappingProxyType(
    {
        rules.version: rules
        for rules in (
            _FIRST,
            *(replace(_FIRST, version=version) for version in ("2026-2", "2026-3")),
            _FOURTH,
            _FIFTH,
        )
    }
)
"""The rules this build can decide by."""
