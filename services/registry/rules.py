"""What the register goes by, by version: each rule with its source, and from when until when.

A rule of law is looked up for the day its question is about, so an old case decided again is
decided by the law of its own time. A change of law is another reading or another version, never
an edit: old decisions stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from schemas.register import (
    Basis,
    Duty,
    PreventionOrder,
)
from services.registry.dates import DAY
from services.registry.earlier_rules import (
    FIRST,
    FORESEEN,
    FOURTH,
    OF_THE_REGULATIONS,
    SHPO_BEGAN,
    TABLE,
)
from services.registry.order_rules import BY_SECTION_122F
from services.registry.readings import (
    PART_2_BEGAN,
    REGULATIONS_OF_2012,
    Dated,
    Reading,
    Step,
    always,
    confirmed,
)
from services.registry.recall_readings import PUT_RIGHT
from services.registry.review_rules import TIMED
from services.registry.rule_set import Rules
from services.registry.status_rules import ENDING
from services.registry.travel_rules import BY_THE_TEXT

_FIFTH = replace(
    FOURTH,
    version="2026-5",
    months=Dated(
        (
            Reading(
                MappingProxyType({**TABLE, Basis.CAUTION: 60}),
                "how long notification lasts, beginning with the relevant date; a caution before "
                "the Act is of any other description",
                "SOA 2003 s.81(1), s.82(1), (6): its row for cautions is of s.80(1)(d) alone",
                until=PART_2_BEGAN - DAY,
            ),
            FOURTH.months.readings[1],
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
    changes_foreseen=Dated(
        (
            Reading(
                FORESEEN,
                "changes that may be notified before they happen",
                "SOA 2003 s.84(2)",
                until=REGULATIONS_OF_2012 - DAY,
            ),
            Reading(
                FORESEEN | OF_THE_REGULATIONS,
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
    breaches_bind=confirmed(FOURTH.breaches_bind, "SOA 2003 s.122I(1)-(7); before, s.129"),
    weekly_days=confirmed(FOURTH.weekly_days, "SOA 2003 s.85(5)-(6); SI 2012/1876 reg.9"),
    changes_watched=confirmed(
        FOURTH.changes_watched,
        "SOA 2003 s.84(1), (1)(ca) from the regulations on; SI 2012/1876 regs 11, 13, 15",
    ),
    extras=always(
        FOURTH.extras.readings[0].value,
        "what may be notified without moving the day of the next yearly notification",
        "Home Office help page, 31 Mar 2023; SOA 2003 s.85(2)(b) with SI 2012/1876 regs 11, 13, 15 "
        "reads otherwise: the earlier day is worked to; R-NOT-41",
        local=True,
    ),
    duties=Reading(
        frozenset(Duty), "the duties watched by this version", "R-NOT-20 to R-NOT-63", local=True
    ),
    travel=BY_THE_TEXT,
    asked=BY_SECTION_122F,
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
    missed_stays=Reading(
        True,
        "a duty whose last day was over while the person was subject stays missed when they are "
        "subject no more",
        "SOA 2003 s.91(3): the offence is committed on the day of the first failure; that it goes "
        "on no longer than the duty is an inference; R-NOT-72",
    ),
    status=ENDING,
    release=PUT_RIGHT,
    review=TIMED,
)
_SIXTH = replace(
    _FIFTH,
    version="2026-6",
    earlier_event_lasts=always(
        True,  # noqa: FBT003
        "a first notification is needless where the person was subject just before by an earlier "
        "event, had notified, and stays subject by that event for all the days there are to notify",
        "SOA 2003 s.83(2)(a)-(c), (4), (6); R-NOT-22",
    ),
)
RULES: Mapping[str, Rules] = MappingProxyType(
    {
        rules.version: rules
        for rules in (
            FIRST,
            *(replace(FIRST, version=version) for version in ("2026-2", "2026-3")),
            FOURTH,
            _FIFTH,
            _SIXTH,
        )
    }
)
"""The rules this build can decide by."""

__all__ = ["RULES", "SHPO_BEGAN", "Rules"]
