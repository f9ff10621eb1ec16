"""Questions on categories: which sentence brings one, with what it ends, which is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from schemas.base import Fact
from schemas.custody import Presence
from schemas.eligibility import Disposal
from schemas.milestone import Milestone
from schemas.register import DeadlineCancelled, Duty
from schemas.supervision import Supervision
from services.registry.domain import BY_FACT, as_of, on_tick
from services.registry.rules import Rules
from tests.makers import a_licence, a_presence, a_referral, a_release, admitted
from tests.registry.desk import Desk, of_kind
from tests.registry.person import convicted
from tests.registry.question import Question

ON, LAST = date(2026, 3, 2), date(2027, 9, 1)


def questions_of_status() -> Iterator[Question]:
    """All of them."""
    yield from _orders()
    yield from _ends()
    yield from _part_4()
    yield from _recorded()
    yield from _screened()
    yield from _said_to_fall_away()


def _category(facts: tuple[Fact, ...], on: date, rules: Rules) -> int | None:
    found = as_of(facts, on, rules)
    return None if found is None else found.category


def _sentenced(on: date = ON, **fields: Any) -> Fact:
    """For an offence under Schedule 15 and no other."""
    told = {"schedule_3": False, "schedule_15": True, "term_months": 0, "sentence_ref": "one"}
    return convicted(on, **{**told, **fields})


def _orders() -> Iterator[Question]:
    """CJA 2003 s.327(3)(b): which disposal brings category 2 whatever its length."""
    brings = {
        Disposal.HOSPITAL_ORDER,
        Disposal.HOSPITAL_ORDER_RESTRICTED,
        Disposal.GUARDIANSHIP_ORDER,
    }
    for disposal in Disposal:
        yield Question(
            f"category by {disposal} of no length",
            2 if disposal in brings else None,
            partial(_category, (_sentenced(disposal=disposal),), ON),
        )


def _ends() -> Iterator[Question]:
    """MAPPA FAQ: with the end of the licence or order that belongs to the sentence."""
    suspended: dict[str, Any] = {"term_months": 12, "suspended": True}
    for supervision, fields in (
        (Supervision.LICENCE, {"term_months": 24}),
        (Supervision.HOSPITAL_ORDER, {"disposal": Disposal.HOSPITAL_ORDER}),
        (Supervision.GUARDIANSHIP_ORDER, {"disposal": Disposal.GUARDIANSHIP_ORDER}),
        (Supervision.SUSPENDED_ORDER, suspended),
    ):
        order = a_licence(supervision=supervision, begins_on=ON, until=LAST, sentence_ref="one")
        facts = (_sentenced(**fields), admitted(order))
        for day, category in ((LAST, 2), (LAST + timedelta(days=1), None)):
            yield Question(
                f"category with {supervision} on {day}", category, partial(_category, facts, day)
            )


def _part_4() -> Iterator[Question]:
    """CTA 2008 s.53: thirty, fifteen or ten years from the day of being dealt with."""
    for months, last in (
        (120, date(2056, 3, 1)),
        (119, date(2041, 3, 1)),
        (60, date(2041, 3, 1)),
        (59, date(2036, 3, 1)),
        (12, date(2036, 3, 1)),
    ):
        facts = (
            _sentenced(schedule_15=False, schedule_19za=True, term_months=months),
            admitted(a_release(released_on=ON)),
            admitted(a_licence(begins_on=ON, until=LAST, sentence_ref="one")),
        )
        for day, category in ((last, 4), (last + timedelta(days=1), None)):
            yield Question(
                f"category 4 by {months} months on {day}",
                category,
                partial(_category, facts, day),
            )


def _recorded() -> Iterator[Question]:
    """R-MAP-6: which is recorded where several apply."""
    terrorist = _sentenced(schedule_19za=True, term_months=24)
    registered = convicted(ON)
    accepted = admitted(a_referral(3, decided_on=ON))
    for asks, facts, category in (
        ("1 and 2", (registered, _sentenced(term_months=24)), 1),
        ("1 and 4", (registered, terrorist), 4),
        ("2 and 4", (terrorist,), 4),
        ("2 and 3", (_sentenced(term_months=24), accepted), 2),
        ("3 alone", (accepted,), 3),
    ):
        yield Question(f"recorded of {asks}", category, partial(_category, facts, ON))


def _screened() -> Iterator[Question]:
    """Both local, watched from 1 January 2027 on: who is loaded late is no backlog."""
    for sentenced_on, due in ((date(2026, 12, 31), None), (date(2027, 1, 1), date(2027, 1, 4))):
        facts = (_sentenced(sentenced_on, term_months=24),)
        yield Question(
            f"identification, sentenced on {sentenced_on}",
            due,
            partial(_milestone, Milestone.IDENTIFICATION, facts, sentenced_on),
        )
    for out_on, due in ((date(2026, 12, 31), None), (date(2027, 1, 1), date(2027, 1, 29))):
        caution = convicted(out_on.replace(year=out_on.year - 2), disposal=Disposal.CAUTION)
        yield Question(
            f"re-screening, out on {out_on}",
            due,
            partial(_milestone, Milestone.RESCREENING, (caution,), out_on),
        )


def _milestone(
    milestone: Milestone, facts: tuple[Fact, ...], on: date, rules: Rules
) -> date | None:
    found = as_of(facts, on, rules)
    assert found is not None
    return next((one.due_on for one in found.milestones if one.duty is milestone), None)


def _said_to_fall_away() -> Iterator[Question]:
    """Whoever was told of a duty is told that it fell away: of somebody held no clock runs."""
    held = admitted(a_presence(Presence.IN_CUSTODY, since_on=date(2026, 3, 3)))
    yield Question("held after conviction", [Duty.INITIAL_NOTIFICATION], partial(_fell_away, held))


def _fell_away(held: Fact, rules: Rules) -> list[Duty]:
    desk = Desk(BY_FACT, on_tick, rules)
    desk.hear(convicted(ON), held)
    return [one.duty for one in of_kind(desk.said, DeadlineCancelled)]
