"""What the register promises of any facts: order, repeats, causes, ends, storage."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact, derived_id
from schemas.case import CaseRole
from schemas.custody import (
    NewCharge,
    ParoleStep,
    Presence,
    RecallForm,
    ReleaseKind,
    SentenceGroup,
)
from schemas.eligibility import Disposal
from schemas.log import Tick
from schemas.milestone import Milestone, MilestoneDeadline, MilestoneMissed
from schemas.register import (
    Basis,
    Breached,
    BreachOutcome,
    Circumstance,
    DeadlineCancelled,
    DeadlineReminded,
    Duty,
    NotificationKind,
    OrderStep,
    OtherOrder,
    PreventionOrder,
)
from schemas.supervision import Supervision
from schemas.victim import VictimDeadline, VictimStep
from services.registry.dates import start_of
from services.registry.domain import Because, Clock, Register, Stage, as_of, on_tick
from services.registry.domain.as_of import took_effect_on
from services.registry.rules import RULES
from services.runtime.decision import Context
from tests.makers import (
    PERSON,
    a_breach,
    a_breach_decision,
    a_change,
    a_conviction,
    a_deregistration,
    a_fitting,
    a_form_j,
    a_joining,
    a_level,
    a_licence,
    a_licence_ended,
    a_notification,
    a_notification_order,
    a_parole_step,
    a_presence,
    a_prevention_order,
    a_recall_to_custody,
    a_referral,
    a_referral_rejected,
    a_release,
    a_release_date,
    a_removal,
    a_return,
    a_review,
    a_review_asked,
    a_revision,
    a_sentence,
    a_taking_back,
    a_tick,
    a_travel_change,
    a_travel_notice,
    a_victim_step,
    a_zone,
    a_zone_ending,
    admitted,
    an_absence,
    an_absence_from_home,
    an_address_change,
    an_order_change,
    another_order,
)
from tests.registry.desk import Desk
from tests.registry.person import BEFORE_FIFTH, EARLY, NEWEST, a_desk

DAYS = (
    st.dates(date(2019, 1, 1), date(2027, 5, 1))
    | st.dates(date(2024, 2, 20), date(2024, 3, 10))
    | st.dates(date(2026, 12, 20), date(2027, 1, 20))
)
"""Any, and often near each other: about a 29 February, and when screening begins."""
THE_END = datetime(2200, 1, 1, tzinfo=UTC)


REFS = st.sampled_from(["one", "two"])


@st.composite
def convictions(draw: st.DrawFn) -> Fact:
    return admitted(
        a_conviction(
            convicted_on=draw(DAYS),
            born_on=draw(st.sampled_from([date(1980, 1, 31), date(2005, 6, 1)])),
            disposal=draw(st.sampled_from(Disposal)),
            for_life=draw(st.integers(0, 9)) == 0,
            term_months=draw(st.sampled_from([0, 1, 6, 12, 29, 30])),
            term_days=draw(st.sampled_from([0, 1, 200])),
            schedule_3=draw(st.booleans()),
            schedule_15=draw(st.booleans()),
            in_custody=draw(st.booleans()),
            sentence_ref=draw(st.none() | REFS),
            sentenced_on=draw(st.none() | DAYS),
            schedule_19za=draw(st.none() | st.booleans()),
            suspended=draw(st.none() | st.booleans()),
        )
    )


@st.composite
def releases(draw: st.DrawFn) -> Fact:
    return admitted(a_release(released_on=draw(DAYS), release=draw(st.sampled_from(ReleaseKind))))


@st.composite
def notifications(draw: st.DrawFn) -> Fact:
    made = {
        "made_on": draw(DAYS),
        "notification": draw(st.sampled_from(NotificationKind)),
        "circumstances": tuple(draw(st.lists(st.sampled_from(Circumstance), max_size=3))),
        "expected_on": draw(st.none() | DAYS),
        "not_happened": draw(st.integers(0, 5)) == 0,
        "premises_ref": draw(st.none() | REFS),
        "no_fixed_home": draw(st.none() | st.booleans()),
    }
    return admitted(a_notification(**made))


@st.composite
def happenings(draw: st.DrawFn) -> Fact:
    """Something that has to be notified, or a day from which no clock runs."""
    day, ref = draw(DAYS), draw(st.none() | REFS)
    kind = draw(
        st.sampled_from(
            [
                *("move", "change", "presence", "travel", "details", "away"),
                *("asked", "review", "breach", "decision"),
            ]
        )
    )
    if kind == "move":
        return admitted(an_address_change(moved_on=day))
    if kind == "change":
        until = draw(st.none() | DAYS)
        circumstance = draw(st.sampled_from(Circumstance))
        return admitted(a_change(circumstance, changed_on=day, until=until, premises_ref=ref))
    if kind == "details":
        return admitted(a_travel_change(journey_ref=draw(REFS), changed_at=start_of(day)))
    if kind == "asked":
        return admitted(a_review_asked(asked_on=day))
    if kind == "away":
        told = {"absence_ref": draw(REFS), "leaves_at": start_of(day), "until": draw(DAYS)}
        return admitted(an_absence_from_home(**told))
    if kind == "breach":
        breach = draw(st.sampled_from(Breached))
        return admitted(a_breach(breach, proved_on=day, order_ref=ref))
    if kind == "decision":
        duty = draw(st.sampled_from([Duty.INITIAL_NOTIFICATION, Duty.ANNUAL_NOTIFICATION]))
        clock = Clock(duty=duty, since=day, due_on=day, until=None, stage=Stage.OPEN)
        about = {"occurred_at": start_of(draw(DAYS)), "deadline_ref": clock.ref(PERSON)}
        return admitted(a_breach_decision(draw(st.sampled_from(BreachOutcome)), **about))
    if kind == "review":
        lifted, again = draw(st.booleans()), draw(st.none() | DAYS)
        return admitted(a_review(decided_on=day, lifted=lifted, next_from=again))
    if kind == "presence":
        back = draw(st.booleans())
        presence = draw(st.sampled_from(Presence))
        return admitted(a_presence(presence, since_on=day, journey_ref=ref, as_notified=back))
    hours, late = draw(st.integers(0, 300)), draw(st.booleans())
    made_at = datetime(day.year, day.month, day.day, hours % 24, tzinfo=UTC)
    departs_at = made_at + timedelta(hours=hours)
    return admitted(
        a_travel_notice(
            journey_ref=draw(REFS), made_at=made_at, departs_at=departs_at, learned_late=late
        )
    )


@st.composite
def revisions(draw: st.DrawFn) -> Fact:
    sentence = a_sentence(
        draw(st.sampled_from([0, 6, 12, 30])),
        relevant_on=draw(DAYS),
        disposal=draw(st.sampled_from(Disposal)),
    )
    return admitted(
        a_revision(
            draw(st.none() | st.just(sentence)),
            sentence_ref=draw(REFS),
            revised_on=draw(DAYS),
            corrects=draw(st.booleans()),
        )
    )


@st.composite
def orders(draw: st.DrawFn) -> Fact:
    made = {"order_ref": draw(REFS), "made_on": draw(DAYS)}
    until = draw(st.none() | DAYS)
    order = draw(st.sampled_from([*PreventionOrder, *OtherOrder, None]))
    if order is None:
        sentence = a_sentence(draw(st.sampled_from([6, 30])), relevant_on=draw(DAYS))
        return admitted(a_notification_order(sentence=sentence, **made))
    if isinstance(order, OtherOrder):
        return admitted(another_order(order, until=until, **made))
    return admitted(a_prevention_order(order=order, until=until, **made))


@st.composite
def order_changes(draw: st.DrawFn) -> Fact:
    return admitted(
        an_order_change(
            draw(st.sampled_from(OrderStep)),
            order_ref=draw(REFS),
            changed_on=draw(DAYS),
            until=draw(st.none() | DAYS),
        )
    )


@st.composite
def preparations(draw: st.DrawFn) -> Fact:
    """What milestones follow from."""
    return admitted(draw(st.sampled_from(PREPARED))(draw, draw(DAYS)))


def _at(draw: st.DrawFn) -> datetime:
    return start_of(draw(DAYS))


STATUS: tuple[Callable[[st.DrawFn, date], Fact], ...] = (
    lambda draw, on: a_licence(
        supervision_ref=draw(REFS),
        supervision=draw(st.sampled_from(Supervision)),
        begins_on=on,
        until=draw(st.none() | DAYS),
        sentence_ref=draw(st.none() | REFS),
        occurred_at=_at(draw),
    ),
    lambda draw, on: a_licence_ended(
        supervision_ref=draw(REFS), ended_on=on, occurred_at=_at(draw)
    ),
    lambda draw, on: a_referral(
        draw(st.sampled_from([3, 4])), referral_ref=draw(REFS), decided_on=on
    ),
    lambda draw, on: a_referral_rejected(referral_ref=draw(REFS), decided_on=on),
    lambda draw, on: a_deregistration(referral_ref=draw(REFS), decided_on=on),
    lambda draw, _: a_joining(role=draw(st.sampled_from(CaseRole)), occurred_at=_at(draw)),
)
"""What categories other than 1 begin and end by, and who is on a case."""
PREPARED: tuple[Callable[[st.DrawFn, date], Fact], ...] = (
    lambda draw, on: a_level(draw(st.integers(1, 3)), set_on=on, occurred_at=_at(draw)),
    lambda draw, on: a_release_date(release_on=on, occurred_at=_at(draw)),
    lambda draw, on: a_recall_to_custody(
        recall_ref=draw(REFS),
        recalled_on=on,
        occurred_at=_at(draw),
        group=draw(st.sampled_from(SentenceGroup)),
        term_months=draw(st.none() | st.sampled_from([6, 12, 60])),
        category_4=draw(st.none() | st.booleans()),
        new_charge=draw(st.none() | st.sampled_from(NewCharge)),
        form=draw(st.none() | st.sampled_from(RecallForm)),
        decided_on=draw(st.none() | DAYS),
    ),
    lambda draw, on: a_return(recall_ref=draw(REFS), returned_on=on, occurred_at=_at(draw)),
    lambda draw, on: an_absence(
        absence_ref=draw(REFS), leaves_on=on, notified_on=draw(DAYS), occurred_at=_at(draw)
    ),
    lambda draw, on: a_parole_step(draw(st.sampled_from(ParoleStep)), taken_on=on),
    lambda draw, on: a_form_j(sent=draw(st.booleans()), settled_on=on),
    lambda draw, on: a_victim_step(draw(st.sampled_from(VictimStep)), taken_on=on),
    lambda draw, on: a_zone(
        zone_ref=draw(REFS),
        zone_version=draw(st.integers(1, 2)),
        in_force_from=start_of(on),
        in_force_to=draw(st.none() | st.just(start_of(on) + timedelta(days=400))),
        occurred_at=_at(draw),
    ),
    lambda draw, _: a_zone_ending(zone_ref=draw(REFS), occurred_at=_at(draw)),
    lambda draw, _: a_fitting(device_ref=draw(REFS), occurred_at=_at(draw)),
    lambda draw, _: a_removal(device_ref=draw(REFS), occurred_at=_at(draw)),
)


@st.composite
def status_words(draw: st.DrawFn) -> Fact:
    """What bears on the category."""
    return admitted(draw(st.sampled_from(STATUS))(draw, draw(DAYS)))


TOLD = st.lists(
    convictions()
    | status_words()
    | preparations()
    | releases()
    | notifications()
    | happenings()
    | revisions()
    | orders()
    | order_changes(),
    max_size=7,
)


def _by_another(fact: Fact) -> Fact:
    """The same said by somebody else, under a number of its own."""
    return fact.model_copy(
        update={"source": "another", "event_id": derived_id(fact.event_id, "another")}
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """Facts, some of them said by two, some taken back by who said them or by who did not."""
    told = draw(TOLD)
    told += [_by_another(fact) for fact in told if draw(st.integers(0, 5)) == 0]
    back = [fact for fact in told if draw(st.integers(0, 3)) == 0]
    taken = [admitted(a_taking_back(fact)) for fact in back]
    taken += [
        admitted(a_taking_back(fact, source="prison"))
        for fact in told
        if draw(st.integers(0, 9)) == 0
    ]
    return draw(st.permutations([*told, *taken]))


FACTS = stories()


@st.composite
def interleavings(draw: st.DrawFn) -> tuple[list[Fact], list[Fact]]:
    """The same facts twice, in two orders, with Ticks at different places between them."""
    facts = draw(FACTS)
    return _with_ticks(draw, facts), _with_ticks(draw, draw(st.permutations(facts)))


def _with_ticks(draw: st.DrawFn, facts: Sequence[Fact]) -> list[Fact]:
    days = sorted(draw(st.lists(DAYS, max_size=4)))
    ticks = [a_tick(datetime(day.year, day.month, day.day, 7, tzinfo=UTC)) for day in days]
    places = sorted(draw(st.lists(st.integers(0, len(facts)), min_size=4, max_size=4)))
    mixed = list(facts)
    for place, tick in reversed(list(zip(places, ticks, strict=False))):
        mixed.insert(place, tick)
    return mixed


def _heard(facts: Sequence[Fact], version: str = NEWEST) -> Desk:
    desk = a_desk(version)
    desk.hear(*facts)
    return desk


@settings(deadline=None)
@given(interleavings(), st.sampled_from(sorted(RULES)))
def test_any_order_of_the_same_facts_and_any_ticks_end_in_the_same_state(
    pair: tuple[list[Fact], list[Fact]], version: str
) -> None:
    one, other = (_heard(facts, version) for facts in pair)
    now = datetime(2027, 6, 1, tzinfo=UTC)
    one.ticked(now)
    other.ticked(now)
    assert one.state == other.state
    assert one.wake_at == other.wake_at


@settings(deadline=None)
@given(FACTS, st.sampled_from(sorted(RULES)), DAYS)
def test_what_is_told_at_once_is_what_one_by_one_leads_to(
    facts: list[Fact], version: str, day: date
) -> None:
    """As `as_of` reads a story: nothing between the facts, and the day's own Tick."""
    so_far = [fact for fact in facts if took_effect_on(fact) <= day]
    desk = _heard(so_far, version)
    if desk.state is not None:
        context = Context(rules=RULES[version], now=None, rows={})
        desk.state = on_tick(desk.state, a_tick(start_of(day)), context).state
    stands = desk.state if desk.state is not None and desk.state.words else None
    assert as_of(facts, day, RULES[version]) == stands


@settings(deadline=None)
@given(interleavings(), st.data())
def test_a_repeated_fact_changes_nothing(
    pair: tuple[list[Fact], list[Fact]], data: st.DataObject
) -> None:
    facts = pair[0]
    desk = _heard(facts)
    before = (desk.state, desk.wake_at)
    repeats = [fact for fact in facts if not isinstance(fact, Tick)]
    if repeats:
        assert desk.hear(data.draw(st.sampled_from(repeats))) == []
    assert (desk.state, desk.wake_at) == before


@settings(deadline=None)
@given(interleavings(), DAYS, st.sampled_from(sorted(RULES)))
def test_a_tick_that_wakes_nobody_would_have_shown_nothing(
    pair: tuple[list[Fact], list[Fact]], day: date, version: str
) -> None:
    """So those whose moment has come are all there are to look at: index and full scan agree."""
    desk, now = _heard(pair[0], version), start_of(day)
    if desk.state is None or (desk.wake_at is not None and desk.wake_at <= now):
        return
    if desk.now is not None and now < desk.now:  # the clock never goes back
        return
    decision = on_tick(desk.state, a_tick(start_of(day)), desk.context())
    assert (decision.state, decision.facts) == (desk.state, ())
    assert decision.wake_at == desk.wake_at


@settings(deadline=None)
@given(interleavings())
def test_everything_said_is_about_the_person_caused_by_what_was_heard_and_of_its_own_id(
    pair: tuple[list[Fact], list[Fact]],
) -> None:
    desk = _heard(pair[0])
    desk.ticked(THE_END)
    assert {fact.caused_by for fact in desk.said} <= {fact.event_id for fact in desk.causes}
    assert {fact.person_id for fact in desk.said} <= {PERSON}
    assert len({fact.event_id for fact in desk.said}) == len(desk.said)


OLD_WORDS = {Duty.INITIAL_NOTIFICATION, Duty.ANNUAL_NOTIFICATION}
NEW_IN_2026_5 = (DeadlineReminded, DeadlineCancelled)


@settings(deadline=None)
@given(interleavings(), st.sampled_from(BEFORE_FIFTH))
def test_by_rules_before_nothing_is_said_in_the_words_of_2026_5(
    pair: tuple[list[Fact], list[Fact]], version: str
) -> None:
    desk = _heard(pair[0], version)
    desk.ticked(THE_END)
    for fact in desk.said:
        assert not isinstance(fact, NEW_IN_2026_5)
        assert getattr(fact, "turn", None) is None
        assert getattr(fact, "duty", None) is not Duty.TRAVEL_CHANGE_NOTIFICATION
        assert getattr(fact, "milestone", None) is not Milestone.REVIEW_DECISION


@settings(deadline=None)
@given(interleavings(), st.sampled_from(EARLY))
def test_by_rules_before_no_word_is_said_that_older_builds_do_not_know(
    pair: tuple[list[Fact], list[Fact]], version: str
) -> None:
    desk = _heard(pair[0], version)
    desk.ticked(THE_END)
    for fact in desk.said:
        assert getattr(fact, "duty", Duty.INITIAL_NOTIFICATION) in OLD_WORDS
        assert getattr(fact, "basis", None) is not Basis.ORDER
        assert getattr(fact, "remind_on", None) is None
        assert not isinstance(fact, MilestoneDeadline | MilestoneMissed | VictimDeadline)


@settings(deadline=None)
@given(interleavings())
def test_a_reason_is_one_of_a_closed_set(pair: tuple[list[Fact], list[Fact]]) -> None:
    desk = _heard(pair[0])
    assert set(desk.because) <= set(Because)


@settings(deadline=None)
@given(interleavings())
def test_what_is_stored_reads_back_equal(pair: tuple[list[Fact], list[Fact]]) -> None:
    state = _heard(pair[0]).state
    if state is not None:
        assert Register.model_validate_json(state.model_dump_json()) == state


@settings(deadline=None)
@given(interleavings())
def test_nothing_that_identifies_is_kept(pair: tuple[list[Fact], list[Fact]]) -> None:
    state = _heard(pair[0]).state
    if state is not None:
        text = json.dumps(state.model_dump(mode="json"))
        assert "Testperson" not in text
        assert "Example Street" not in text
        assert "52.9" not in text


@settings(deadline=None)
@given(interleavings())
def test_at_the_end_of_time_no_clock_runs_unless_it_has_no_end(
    pair: tuple[list[Fact], list[Fact]],
) -> None:
    desk = _heard(pair[0])
    desk.ticked(THE_END)
    assert desk.ticked(THE_END + timedelta(days=1)) == []
    if desk.state is not None:
        every = (*desk.state.clocks, *desk.state.milestones)
        assert all(clock.stage is not Stage.OPEN for clock in every)
        assert all(c.until is None for c in desk.state.clocks if c.stage is Stage.MISSED)
    assert desk.wake_at is None
