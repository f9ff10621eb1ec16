"""Who is told what an officer decided about a possible breach, and which decision is current."""

from itertools import permutations

from schemas.register import BreachOutcome
from services.notify.domain.current import offsets, with_fact
from tests.makers import a_breach_decision, a_joining, later
from tests.notify.test_domain_membership import a_desk, to

LEADS = {"derbyshire-police", "probation"}
OTHERS = ("prison", "parole-board", "victim-liaison", "dwp", "em", "derby-housing")


def test_the_bodies_that_are_to_look_at_it_are_told_and_nobody_else() -> None:
    youth = ("derby-youth-offending", "derbyshire-youth-offending")
    desk = a_desk(*(a_joining(agency) for agency in (*OTHERS, *youth)))
    things = desk.say(a_breach_decision(BreachOutcome.EXCUSED))
    assert {who for who in (*LEADS, *OTHERS, *youth) if to(who, things)} == LEADS
    (notice,) = to("probation", things)
    assert notice.record["told"]["outcome"] == "excused"
    assert notice.record["act_by"] is None


def test_of_several_about_one_deadline_the_last_by_time_is_current() -> None:
    said = {
        1: a_breach_decision(BreachOutcome.FOUND),
        2: a_breach_decision(BreachOutcome.EXCUSED, occurred_at=later(hours=1)),
        3: a_breach_decision(deadline_ref="deadline-2"),
    }
    for order in permutations(said):
        current = with_fact((), said[order[0]], order[0], 0)
        for offset in order[1:]:
            current = with_fact(current, said[offset], offset, 0)
        assert offsets(current) == (2, 3)
