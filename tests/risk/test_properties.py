"""What risk promises of any facts: order, repeats, causes, ends, storage."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.register import CancelGround
from schemas.risk import AlertClosed, AlertRaised, Rosh, Urgency
from schemas.tracking import Tamper
from services.risk.domain import Because, Standing
from services.risk.rules import RULES
from tests import makers
from tests.makers import PERSON
from tests.registry.desk import Desk, of_kind
from tests.risk.person import a_desk, at, logged

MONTH_MIN = RULES["2026-1"].remember // timedelta(minutes=1)
ZONES = st.sampled_from(["zone-1", "zone-2"])
DEVICES = st.sampled_from(["device-1", "device-2"])
DUTIES = st.sampled_from(["deadline-1", "deadline-2"])
TURNS = st.none() | st.integers(1, 4)


MINUTES = st.integers(0, MONTH_MIN)
INSTANTS = MINUTES.map(at)

KINDS: dict[Callable[..., Fact], dict[str, st.SearchStrategy[Any]]] = {
    makers.a_zone: {
        "zone_ref": ZONES,
        "zone_version": st.integers(1, 3),
        "protects_victim": st.booleans(),
        "in_force_to": st.none() | INSTANTS,
    },
    makers.a_rosh: {"overall": st.sampled_from(Rosh)},
    makers.a_zone_entry: {"zone_ref": ZONES, "late": st.booleans()},
    makers.a_zone_exit: {"zone_ref": ZONES},
    makers.a_zone_ending: {"zone_ref": ZONES},
    makers.a_tamper: {
        "device_ref": DEVICES,
        "tamper": st.sampled_from(Tamper),
        "late": st.booleans(),
    },
    makers.a_fitting: {"device_ref": DEVICES},
    makers.a_deadline_missed: {"deadline_ref": DUTIES, "turn": TURNS},
    makers.a_deadline_met: {"deadline_ref": DUTIES, "turn": TURNS},
    makers.a_deadline_cancelled: {
        "deadline_ref": DUTIES,
        "turn": TURNS,
        "ground": st.sampled_from(CancelGround),
    },
}


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    """Any fact risk looks at, within the month it remembers."""
    make = draw(st.sampled_from(list(KINDS)))
    fields = draw(st.fixed_dictionaries(KINDS[make]))
    fact: Fact = make(occurred_at=draw(INSTANTS), **fields)
    return logged(fact, draw(MINUTES))


HEARD = st.lists(facts(), max_size=10, unique_by=lambda fact: fact.event_id)


def _heard(facts: Sequence[Fact]) -> Desk:
    desk = a_desk()
    desk.hear(*facts)
    return desk


@settings(deadline=None)
@given(HEARD.flatmap(lambda heard: st.tuples(st.just(heard), st.permutations(heard))))
def test_any_order_of_the_same_facts_ends_in_the_same_state_and_the_same_alerts(
    orders: tuple[list[Fact], list[Fact]],
) -> None:
    one, other = map(_heard, orders)
    assert one.state == other.state
    assert one.wake_at == other.wake_at
    for kind in (AlertRaised, AlertClosed):
        refs = [{fact.alert_ref for fact in of_kind(d.said, kind)} for d in (one, other)]
        assert refs[0] == refs[1]
    one.ticked(at(2 * MONTH_MIN))
    other.ticked(at(2 * MONTH_MIN))
    assert one.state == other.state


@settings(deadline=None)
@given(HEARD, st.data())
def test_a_repeated_fact_changes_nothing_and_says_nothing(
    heard: list[Fact], data: st.DataObject
) -> None:
    desk = _heard(heard)
    before = (desk.state, desk.wake_at)
    for fact in data.draw(st.permutations(heard)):
        assert desk.hear(fact) == []
        assert (desk.state, desk.wake_at) == before


@settings(deadline=None)
@given(HEARD)
def test_everything_said_is_about_the_person_caused_by_what_was_heard_and_of_its_own_id(
    heard: list[Fact],
) -> None:
    desk = _heard(heard)
    desk.ticked(at(2 * MONTH_MIN))
    assert {fact.caused_by for fact in desk.said} <= {fact.event_id for fact in desk.causes}
    assert {fact.person_id for fact in desk.said} <= {PERSON}
    assert len({fact.event_id for fact in desk.said}) == len(desk.said)
    assert set(desk.because) <= set(Because)


@settings(deadline=None)
@given(HEARD)
def test_an_alert_is_raised_again_only_if_more_urgent_and_never_after_it_was_closed(
    heard: list[Fact],
) -> None:
    desk = _heard(heard)
    desk.ticked(at(2 * MONTH_MIN))
    said: dict[str, list[Fact]] = {}
    for fact in desk.said:
        said.setdefault(str(getattr(fact, "alert_ref", "")), []).append(fact)
    for history in said.values():
        assert isinstance(history[0], AlertRaised)
        closings = [n for n, fact in enumerate(history) if isinstance(fact, AlertClosed)]
        assert closings in ([], [len(history) - 1])


@settings(deadline=None)
@given(HEARD)
def test_a_late_alert_is_never_immediate(heard: list[Fact]) -> None:
    for raised in of_kind(_heard(heard).said, AlertRaised):
        assert "learned-late" not in raised.reasons or raised.urgency is not Urgency.IMMEDIATE


@settings(deadline=None)
@given(HEARD)
def test_what_is_stored_reads_back_equal(heard: list[Fact]) -> None:
    state = _heard(heard).state
    if state is not None:
        assert Standing.model_validate_json(state.model_dump_json()) == state
