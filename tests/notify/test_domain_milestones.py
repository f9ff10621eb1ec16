"""Who is told of milestones, recalls and victim contact, and what of it is current."""

import pytest

from schemas.base import Fact
from schemas.milestone import MilestoneStage
from tests.makers import (
    TODAY,
    a_joining,
    a_milestone,
    a_milestone_missed,
    a_parole_step,
    a_recall_to_custody,
    a_return,
    a_victim_deadline,
    a_victim_step,
    an_absence,
)
from tests.notify.test_domain_membership import a_desk, at, kinds, to

MET = {"stage": MilestoneStage.MET, "done_on": TODAY}
LEADS = {"derbyshire-police", "probation"}


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (a_milestone(), {*LEADS, "prison"}),
        (a_milestone_missed(), {*LEADS, "prison"}),
        (a_victim_deadline(), {"probation", "victim-liaison"}),
        (a_victim_step(source="victim-liaison"), {"probation"}),
        (
            a_recall_to_custody(),
            {"derbyshire-police", "prison", "parole-board", "victim-liaison"},
        ),
        (a_return(), {*LEADS, "parole-board", "victim-liaison"}),
        (an_absence(), {*LEADS, "victim-liaison"}),
        (a_parole_step(), {*LEADS, "parole-board", "victim-liaison"}),
    ],
    ids=lambda one: one.kind() if isinstance(one, Fact) else "",
)
def test_on_the_case_those_are_told_who_need_it_and_nobody_else(fact: Fact, told: set[str]) -> None:
    everybody = ("prison", "parole-board", "victim-liaison", "dwp", "em", "derby-housing")
    desk = a_desk(*(a_joining(agency) for agency in everybody))
    things = desk.say(fact)
    assert {agency for agency in (*LEADS, *everybody) if to(agency, things)} == told


def test_victim_liaison_is_not_shown_why_somebody_is_recalled() -> None:
    desk = a_desk(a_joining("victim-liaison"))
    (notice,) = to("victim-liaison", desk.say(a_recall_to_custody()))
    assert set(notice.record["told"]) & {"recalled_on", "form"} == {"recalled_on", "form"}
    assert not {"group", "new_charge", "terrorist", "category_4"} & set(notice.record["told"])


def test_a_missed_milestone_is_to_be_answered_and_one_that_begins_is_not() -> None:
    desk = a_desk(a_joining("prison"))
    (missed,) = to("prison", desk.say(a_milestone_missed()))
    assert missed.record["act_by"] is not None
    (begun,) = to("prison", desk.say(a_milestone(**at(1))))
    assert begun.record["act_by"] is None


def test_who_joins_is_told_what_is_still_to_be_done_and_nothing_that_is_met() -> None:
    open_, missed = a_milestone(deadline_ref="open"), a_milestone_missed(deadline_ref="missed")
    met = a_milestone(deadline_ref="met")
    desk = a_desk(open_, met, missed, a_milestone(deadline_ref="met", **MET, **at(1)))
    told = to("prison", desk.say(a_joining("prison", **at(2))))
    refs = {
        n.record["told"]["deadline_ref"]: n.kind for n in told if n.kind.startswith("milestone.")
    }
    assert refs == {
        "open": "milestone.milestone-deadline",
        "missed": "milestone.milestone-missed",
    }


def test_who_joins_after_a_recall_is_told_of_it() -> None:
    desk = a_desk(a_recall_to_custody(), a_return(**at(1)))
    things = desk.say(a_joining("victim-liaison", **at(2)))
    assert kinds("victim-liaison", things) == [
        "custody.recalled-to-custody",
        "custody.returned-to-custody",
    ]
