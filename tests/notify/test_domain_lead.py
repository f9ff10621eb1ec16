"""The lead goes over to the police where supervision by probation ends and notification goes on."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.base import Fact
from schemas.case import CaseRole, Ground, LeadSettled, SharingEnded
from schemas.supervision import Supervision
from services.agreements.compile import Agreements, load
from services.notify.domain import Delivery
from services.notify.domain.current import MOST
from services.notify.domain.membership import lead_of
from tests.agreements.makers import a_file
from tests.makers import (
    TODAY,
    a_category,
    a_joining,
    a_lead,
    a_leaving,
    a_level,
    a_licence,
    a_licence_ended,
    a_release_date,
    a_taking_back,
    a_transfer,
    admitted,
    later,
)
from tests.notify.telling import Desk, only

POLICE, HEALTH = "derbyshire-police", "mental-health-trust"


def midnight(days: float) -> datetime:
    """Of so many days after today."""
    return later(days=days, hours=-12)


def until(days: int, **fields: Any) -> Fact:
    """A licence whose last day that is."""
    return a_licence(until=TODAY + timedelta(days=days), **fields)


def led(*facts: Fact, by: str = "probation", known: Agreements | None = None) -> Desk:
    """A case of somebody subject to notification, as it is by the newest rules."""
    desk = Desk(known, endings=True)
    for fact in (a_joining(by, role=CaseRole.LEAD), a_category(), *facts):
        desk.say(fact)
    return desk


def lead(desk: Desk) -> str | None:
    assert desk.case is not None
    return lead_of(desk.case.moves)


def settled(things: tuple[Any, ...]) -> list[tuple[str, str | None, bool]]:
    return [(one.agency, one.previous, one.counted) for one in only(LeadSettled, things)]


MOVED = [(POLICE, "probation", True)]
BACK = [("probation", POLICE, True)]


# -- it goes over at that midnight


def test_the_lead_goes_over_at_the_midnight_after_the_last_day_and_not_before() -> None:
    desk = led(until(5))
    assert desk.case is not None
    assert desk.case.next_end == midnight(6)
    assert (settled(desk.steps(midnight(6) - timedelta(seconds=1))), lead(desk)) == (
        [],
        "probation",
    )
    things = desk.steps(midnight(6))
    (fact,) = only(LeadSettled, things)
    assert settled(things) == MOVED
    assert (fact.ground, fact.occurred_at) == (Ground.SENTENCE_ENDED, midnight(6))
    assert (lead(desk), desk.because) == (POLICE, "lead-moved")
    assert POLICE in desk.case.on_case


def test_whichever_tick_shows_it_it_is_the_same_fact_and_is_said_once() -> None:
    early, late = led(until(5)), led(until(5))
    (one,) = only(LeadSettled, early.steps(midnight(6)))
    (other,) = only(LeadSettled, late.steps(midnight(9)))
    assert (one.event_id, one.occurred_at) == (other.event_id, other.occurred_at)
    assert settled(early.steps(midnight(9))) == []


def test_by_the_versions_before_nothing_moves_it_but_somebodys_word() -> None:
    desk = Desk()
    for fact in (a_joining("probation", role=CaseRole.LEAD), a_category(), until(5)):
        desk.say(fact)
    assert (settled(desk.steps(midnight(6))), lead(desk)) == ([], "probation")


def test_once_the_rules_are_adopted_it_goes_over_at_the_midnight_or_with_the_next_word() -> None:
    before = led(until(5))
    ahead, past = Desk(), Desk()
    for desk in (ahead, past):
        for fact in before.log:
            desk.say(fact)
    past.steps(midnight(6))
    for desk in (ahead, past):
        desk.rules = before.rules
    assert settled(ahead.steps(midnight(6))) == MOVED
    assert settled(past.say(a_level(occurred_at=midnight(7)))) == MOVED


@pytest.mark.parametrize(
    "facts",
    [
        (a_category(2, previous=1, occurred_at=later(days=1)), until(5)),
        (a_licence(until=None),),
        (until(5, supervision=Supervision.HOSPITAL_ORDER),),
        (until(5, supervision=Supervision.GUARDIANSHIP_ORDER),),
        (until(5), until(9, supervision_ref="licence-2", begins_on=TODAY + timedelta(days=6))),
        (until(5), a_licence_ended(ended_on=TODAY)),
        (),
    ],
    ids=[
        "not subject to notification",
        "for life",
        "a hospital order",
        "a guardianship order",
        "another begins the day after",
        "it never ran",
        "no supervision was told of",
    ],
)
def test_it_stays_where_supervision_does_not_end_or_notification_does(
    facts: tuple[Fact, ...],
) -> None:
    desk = led(*facts)
    assert (settled(desk.steps(midnight(6))), lead(desk)) == ([], "probation")


@pytest.mark.parametrize("by", [HEALTH, "derby-youth-offending", POLICE])
def test_nobody_is_moved_away_from_who_leads_for_another_reason(by: str) -> None:
    desk = led(until(5), by=by)
    assert (settled(desk.steps(midnight(6))), lead(desk)) == ([], by)


def test_discharged_early_it_goes_over_from_the_first_day_it_binds_no_more() -> None:
    desk = led(until(99), a_licence_ended(ended_on=TODAY + timedelta(days=3)))
    assert settled(desk.steps(midnight(3))) == MOVED


def test_of_an_end_alone_the_beginning_was_before_the_hub() -> None:
    desk = led(a_licence_ended(ended_on=TODAY + timedelta(days=3)))
    assert settled(desk.steps(midnight(3))) == MOVED


def test_the_last_of_several_is_what_counts() -> None:
    desk = led(until(3, supervision_ref="order-1"), until(5))
    assert settled(desk.steps(midnight(4))) == []
    assert settled(desk.steps(midnight(6))) == MOVED


# -- moved, prolonged, late, taken back


def test_prolonged_before_its_end_it_goes_over_later() -> None:
    desk = led(until(5), until(9, occurred_at=later(hours=1)))
    assert settled(desk.steps(midnight(6))) == []
    assert settled(desk.steps(midnight(10))) == MOVED


def test_prolonged_too_late_the_lead_goes_back_until_the_new_end() -> None:
    desk = led(until(5))
    desk.steps(midnight(6))
    assert settled(desk.say(until(9, occurred_at=midnight(5)), midnight(7))) == BACK
    assert settled(desk.steps(midnight(10))) == MOVED


def test_an_end_that_is_told_late_moves_the_lead_at_once_and_from_then() -> None:
    desk = led(until(99))
    desk.now = midnight(7)
    things = desk.say(a_licence_ended(ended_on=TODAY + timedelta(days=3)), midnight(7))
    assert settled(things) == MOVED
    assert desk.case is not None
    assert desk.case.handed[0].at == midnight(3)


def test_subject_to_notification_as_is_learned_late_it_went_over_then() -> None:
    desk = Desk(endings=True)
    for fact in (a_joining("probation", role=CaseRole.LEAD), until(5)):
        desk.say(fact)
    assert settled(desk.steps(midnight(6))) == []
    assert settled(desk.say(a_category(1, occurred_at=later(days=2)), midnight(8))) == MOVED


def test_who_is_not_subject_any_more_later_on_was_on_that_day() -> None:
    desk = led(until(5))
    desk.steps(midnight(6))
    assert settled(desk.say(a_category(2, previous=1, occurred_at=midnight(20)))) == []
    assert lead(desk) == POLICE


def test_a_supervision_that_is_taken_back_moved_nothing_and_comes_back_as_no_other() -> None:
    wrong = until(5, occurred_at=later(hours=1))
    desk = led(until(3), wrong)
    desk.steps(midnight(6))
    assert lead(desk) == POLICE
    assert settled(desk.say(a_taking_back(wrong))) == BACK
    assert settled(desk.say(until(3, supervision_ref="licence-2", begins_on=TODAY))) == MOVED


def test_an_end_that_is_taken_back_leaves_what_was_set() -> None:
    end = a_licence_ended(ended_on=TODAY + timedelta(days=3), occurred_at=later(hours=1))
    desk = led(until(5), end, a_taking_back(end))
    assert settled(desk.steps(midnight(3))) == []
    assert settled(desk.steps(midnight(6))) == MOVED


# -- people's words


def test_what_the_leading_body_decides_counts_as_ever() -> None:
    desk = led(until(5), a_transfer(HEALTH, occurred_at=later(days=1)))
    assert (settled(desk.steps(midnight(6))), lead(desk)) == ([], HEALTH)
    desk = led(until(5))
    desk.steps(midnight(6))
    back = a_transfer("probation", source=POLICE, occurred_at=midnight(8))
    assert settled(desk.say(back)) == BACK
    assert settled(desk.say(a_level(occurred_at=midnight(9)))) == []


def test_a_handover_by_who_led_until_then_changes_nothing_and_to_another_does_not_count() -> None:
    desk = led(until(5))
    desk.steps(midnight(6))
    assert settled(desk.say(a_transfer(POLICE, occurred_at=midnight(6)))) == []
    late = desk.say(a_transfer(HEALTH, occurred_at=midnight(7)))
    assert settled(late) == [(POLICE, POLICE, False)]


def test_who_led_and_had_left_is_off_the_case_from_then_and_told_to_stop() -> None:
    desk = led(until(5), a_leaving("probation", occurred_at=later(days=1)))
    assert desk.case is not None
    assert "probation" in desk.case.on_case
    desk.steps(midnight(6))
    assert desk.case.on_case == (POLICE,)


# -- which police body


def two_forces(folder: Path) -> Agreements:
    """Two invented forces, a probation body, all of the Responsible Authority."""
    body = ("body: housing-authority", "body: police")
    says = ("[tenancy-started, notice-receipted]", "[notice-receipted]")
    for slug in ("example-police", "invented-police"):
        a_file(folder, body, says, slug=slug, kind="responsible-authority")
    served = ("body: housing-authority", "body: probation")
    a_file(folder, served, says, slug="example-probation", kind="responsible-authority")
    return load(folder)


def test_of_several_it_is_the_one_on_the_case_on_that_day(tmp_path: Path) -> None:
    known = two_forces(tmp_path)
    desk = led(
        a_joining("example-police"),
        a_joining("invented-police", occurred_at=midnight(7)),
        until(5),
        by="example-probation",
        known=known,
    )
    things = desk.steps(midnight(8))
    assert settled(things) == [("example-police", "example-probation", True)]
    gone = a_leaving("example-police", occurred_at=midnight(8))
    assert settled(desk.say(gone)) == []
    assert lead(desk) == "example-police"


@pytest.mark.parametrize("on", [(), ("example-police", "invented-police")])
def test_where_no_one_is_meant_it_stays_and_who_leads_is_told_to_hand_over(
    on: tuple[str, ...], tmp_path: Path
) -> None:
    desk = led(*map(a_joining, on), until(5), by="example-probation", known=two_forces(tmp_path))
    things = desk.steps(midnight(6))
    assert settled(things) == [("example-probation", "example-probation", False)]
    (fact,) = only(LeadSettled, things)
    assert fact.ground is Ground.SENTENCE_ENDED
    assert (settled(desk.steps(midnight(9))), lead(desk)) == ([], "example-probation")
    assert settled(desk.say(a_level(occurred_at=midnight(9)))) == []


def test_who_comes_onto_the_case_by_it_learns_what_is_current_once_the_lead_is_settled(
    tmp_path: Path,
) -> None:
    """The grants of a police body may ask for being on the case; a Tick cannot look back."""
    two_forces(tmp_path)
    (tmp_path / "invented-police.yaml").unlink()
    desk = led(a_release_date(), until(5), by="example-probation", known=load(tmp_path))
    (fact,) = only(LeadSettled, desk.steps(midnight(6)))
    told = desk.hear(admitted(fact, at=midnight(6)))
    assert [(one.agency, one.kind) for one in told] == [
        ("example-police", "custody.release-date-set")
    ]
    assert desk.hear(admitted(a_lead("example-police", occurred_at=midnight(7)))) == []


def test_who_leads_no_more_and_is_off_the_case_is_told_to_stop_at_that_tick(
    tmp_path: Path,
) -> None:
    two_forces(tmp_path)
    (tmp_path / "invented-police.yaml").unlink()
    gone = a_leaving("example-probation", occurred_at=later(days=1))
    desk = led(a_release_date(), gone, until(5), by="example-probation", known=load(tmp_path))
    things = desk.steps(midnight(6))
    assert [one.agency for one in only(SharingEnded, things)] == ["example-probation"]
    assert [one.agency for one in only(Delivery, things)] == ["example-probation"]


# -- what is kept


def test_a_row_keeps_so_many_supervisions_and_no_more() -> None:
    facts = [
        until(5, supervision_ref=f"licence-{n}", occurred_at=later(minutes=n))
        for n in range(MOST + 8)
    ]
    desk = led(*facts)
    assert desk.case is not None
    assert len(desk.case.supervised) == MOST
    assert settled(desk.steps(midnight(6))) == MOVED
