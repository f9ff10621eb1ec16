"""The tag provider's rows: what they say, and by which field they are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact, Identifier, IdentifierType
from schemas.tracking import Mechanism, Position, TagFitted, TagRemoved, TagTampered, Tamper
from services.em_bridge.mapping import (
    NOT_FOR_THE_HUB,
    NOT_YET,
    Feed,
    Taken,
    Tolerances,
    feed_of,
    read_row,
)
from services.runtime import wire
from services.runtime.faults import Refused
from tests.em_bridge.rows import a_position_row, an_activation_row, an_event_row
from tests.makers import NOON

HOUR = Tolerances(late_after=timedelta(hours=1))


def taken(feed: Feed, row: object, at: datetime = NOON) -> Taken:
    return read_row(feed, row, at, HOUR)


def only(feed: Feed, row: object) -> Fact:
    (fact,) = taken(feed, row).facts
    return fact


def refusal(feed: Feed, row: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        taken(feed, row)
    return refused.value.reason, refused.value.field


def test_a_position_row_says_where_a_device_was() -> None:
    fact = only(Feed.POSITION, a_position_row())
    assert isinstance(fact, Position)
    assert fact.source == "em"
    assert fact.device_ref == "99001"
    assert fact.occurred_at == datetime(2026, 3, 2, 11, 59, tzinfo=UTC)
    assert (fact.point.longitude_deg, fact.point.latitude_deg) == (-1.4746, 52.9225)
    assert (fact.precision_m, fact.mechanism) == (3, Mechanism.GPS)
    assert wire.decode(wire.encode(fact)) == fact


@pytest.mark.parametrize(
    ("code", "mechanism"),
    [(1, Mechanism.GPS), (4, Mechanism.RF), (5, Mechanism.CELL), (6, Mechanism.WIFI)],
)
def test_the_mechanism_is_named(code: int, mechanism: Mechanism) -> None:
    fact = only(Feed.POSITION, a_position_row(position_lbs=code))
    assert isinstance(fact, Position)
    assert fact.mechanism is mechanism


@pytest.mark.parametrize(
    ("written", "micros"),
    [
        ("2026-03-02 11:59:00", 0),
        ("2026-03-02 11:59:00.250", 250_000),
        ("2026-03-02 11:59:00.123456", 123_456),
    ],
)
def test_times_have_no_three_or_six_digits_of_a_second_and_are_utc(
    written: str, micros: int
) -> None:
    fact = only(Feed.POSITION, a_position_row(position_gps_date=written))
    assert fact.occurred_at == datetime(2026, 3, 2, 11, 59, 0, micros, tzinfo=UTC)


def test_the_hour_that_summer_time_repeats_is_not_in_doubt() -> None:
    row = a_position_row(position_gps_date="2026-10-25 01:30:00", position_uploaded_date=None)
    assert only(Feed.POSITION, row).occurred_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"position_latitude": 123.4}, "less-than-equal", "position_latitude"),
        ({"position_longitude": "-1.47"}, "float-type", "position_longitude"),
        ({"position_lbs": 9}, "literal-error", "position_lbs"),
        ({"position_lbs": True}, "int-type", "position_lbs"),
        ({"position_gps_date": "05/01/2026 09:00"}, "not-a-time", "position_gps_date"),
        ({"position_gps_date": "2026-13-01 09:00:00"}, "not-a-time", "position_gps_date"),
        ({"position_gps_date": "2026-03-02T11:59:00Z"}, "not-a-time", "position_gps_date"),
        ({"position_gps_date": "2026-03-02 11:59:00.25"}, "not-a-time", "position_gps_date"),
        ({"position_gps_date": 1_767_225_600}, "not-a-time", "position_gps_date"),
        ({"position_precision": -1}, "greater-than-equal", "position_precision"),
        ({"position_precision": 3.5}, "int-type", "position_precision"),
        ({"device_id": None}, "int-type", "device_id"),
        ({"position_id": 2**63}, "less-than", "position_id"),
        ({"position_id": 0}, "greater-than-equal", "position_id"),
    ],
)
def test_a_wrong_position_row_is_refused_by_its_field(
    fields: dict[str, Any], reason: str, field: str
) -> None:
    assert refusal(Feed.POSITION, a_position_row(**fields)) == (reason, field)


def test_a_missing_field_is_named() -> None:
    row = a_position_row()
    del row["position_latitude"]
    assert refusal(Feed.POSITION, row) == ("missing", "position_latitude")


@pytest.mark.parametrize("row", [[], "x", 1, None, True])
@pytest.mark.parametrize("feed", Feed)
def test_what_is_no_object_is_no_row(feed: Feed, row: object) -> None:
    assert refusal(feed, row) == ("not-an-object", "")


@pytest.mark.parametrize(
    ("code", "tamper"),
    [
        ("EV_MU_MAINS_START", Tamper.HOME_UNIT_POWER_LOST),
        ("EV_MU_TILT_START", Tamper.HOME_UNIT_MOVED),
        ("EV_MU_TILT_STARTED", Tamper.HOME_UNIT_MOVED),
        ("EV_HUB_STRAP_TAMPER", Tamper.STRAP),
        ("EV_HUB_BODY_TAMPER", Tamper.BODY),
    ],
)
def test_an_event_of_interference_is_a_tamper(code: str, tamper: Tamper) -> None:
    fact = only(Feed.EVENT, an_event_row(event_type_code=code))
    assert isinstance(fact, TagTampered)
    assert (fact.tamper, fact.device_ref, fact.late) == (tamper, "99001", False)
    assert fact.occurred_at == datetime(2026, 3, 2, 11, 15, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("code", ["EV_PARTIAL_CALLBACK", "EV_MU_MAINS_END", "EV_OF_TOMORROW"])
def test_any_other_event_stays_with_the_provider_and_is_not_looked_into(code: str) -> None:
    row = {"event_type_code": code, "event_id": "nobody looks"}
    assert taken(Feed.EVENT, row) == Taken(because=NOT_FOR_THE_HUB)


def test_a_wrong_event_row_is_refused_by_its_field() -> None:
    assert refusal(Feed.EVENT, an_event_row(event_start_date_utc=None)) == (
        "not-a-time",
        "event_start_date_utc",
    )
    assert refusal(Feed.EVENT, {}) == ("missing", "event_type_code")


def test_what_was_uploaded_too_long_after_it_happened_is_late_and_the_hour_itself_is_not() -> None:
    started = "2026-03-02 11:00:00"
    on_time = an_event_row(
        event_start_date_utc=started, event_uploaded_date_utc="2026-03-02 12:00:00"
    )
    late = an_event_row(
        event_start_date_utc=started, event_uploaded_date_utc="2026-03-02 12:00:00.001"
    )
    never_uploaded = an_event_row(event_start_date_utc=started, event_uploaded_date_utc=None)
    assert [taken(Feed.EVENT, row).late for row in (on_time, late, never_uploaded)] == [
        False,
        True,
        False,
    ]
    fact = only(Feed.EVENT, late)
    assert isinstance(fact, TagTampered)
    assert fact.late
    old = a_position_row(position_gps_date="2026-02-28 08:00:00")
    assert taken(Feed.POSITION, old).late


def test_a_later_copy_of_an_event_is_the_same_fact() -> None:
    first = only(Feed.EVENT, an_event_row())
    later_copy = an_event_row(event_status="F", event_end_date_utc="2026-03-02 12:05:00")
    assert only(Feed.EVENT, later_copy) == first


def test_an_activation_says_that_a_tag_was_fitted_and_to_whom() -> None:
    row = an_activation_row(pnc_id=" 2001/0000001Q ", delius_id="X900001")
    fact = only(Feed.ACTIVATION, row)
    assert isinstance(fact, TagFitted)
    assert fact.device_ref == "99001"
    assert fact.occurred_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert fact.identifiers == (
        Identifier(type=IdentifierType.NOMS, value="A9001ZZ"),
        Identifier(type=IdentifierType.PNC, value=" 2001/0000001Q "),
        Identifier(type=IdentifierType.CRN, value="X900001"),
        Identifier(type=IdentifierType.MDSS, value="990001"),
    )


def test_an_ended_activation_says_both_and_an_end_to_come_is_a_plan() -> None:
    row = an_activation_row(device_deactivation_date="2026-03-02 11:30:00.000000")
    fitted, removed = taken(Feed.ACTIVATION, row).facts
    assert isinstance(removed, TagRemoved)
    assert removed.occurred_at == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    assert removed.event_id != fitted.event_id
    assert taken(Feed.ACTIVATION, row, at=removed.occurred_at).facts == (fitted, removed)
    earlier = removed.occurred_at - timedelta(microseconds=1)
    assert taken(Feed.ACTIVATION, row, at=earlier).facts == (fitted,)


def test_an_activation_to_come_says_nothing_yet() -> None:
    row = an_activation_row(device_activation_date="2026-03-03 09:00:00")
    assert taken(Feed.ACTIVATION, row) == Taken(because=NOT_YET)


def test_a_wrong_activation_is_refused() -> None:
    before = an_activation_row(device_deactivation_date="2026-02-28 09:00:00")
    assert refusal(Feed.ACTIVATION, before) == ("ends-before-it-starts", "device_deactivation_date")
    nobody = an_activation_row(nomis_id="  ", person_id=None)
    assert refusal(Feed.ACTIVATION, nobody) == ("no-identifier", "")
    long = an_activation_row(pnc_id="9" * 41)
    assert refusal(Feed.ACTIVATION, long) == ("string-too-long", "pnc_id")


@pytest.mark.parametrize(
    ("name", "feed"),
    [
        ("position_home_office_20260105100000.jsonl", Feed.POSITION),
        ("event_sample_20260105100000.jsonl", Feed.EVENT),
        ("activation_x.jsonl", Feed.ACTIVATION),
        ("violation_x.jsonl", None),
        ("position.jsonl", None),
        ("position_x.csv", None),
        ("position_../x.jsonl", None),
    ],
)
def test_a_files_name_says_which_feed_it_is_of(name: str, feed: Feed | None) -> None:
    assert feed_of(name) is feed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
GOOD = {
    Feed.POSITION: a_position_row(),
    Feed.EVENT: an_event_row(),
    Feed.ACTIVATION: an_activation_row(),
}


@given(st.sampled_from(Feed), st.data())
def test_any_json_is_facts_or_refused(feed: Feed, data: st.DataObject) -> None:
    """Rows with some fields replaced by whatever JSON can hold, and rows that are none."""
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(GOOD[feed])), JSON, max_size=3))
    row = data.draw(st.just({**GOOD[feed], **changed}) | JSON)
    outcome = outcome_of(feed, row)
    if isinstance(outcome, Refused):
        assert outcome.reason == outcome.reason.lower()
        assert outcome.field in {"", *GOOD[feed]}
    else:
        assert taken(feed, row) == outcome
        assert all(wire.decode(wire.encode(fact)) == fact for fact in outcome.facts)


def outcome_of(feed: Feed, row: object) -> Taken | Refused:
    try:
        return taken(feed, row)
    except Refused as refused:
        return refused
