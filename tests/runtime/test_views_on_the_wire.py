"""Views on the wire, and the store that knows them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.risk import Urgency
from services.runtime import wire
from services.runtime.faults import Stop, Unreadable
from services.runtime.schema_store import VIEW_IDS, SchemaStore, committed, frame
from tests.makers import FAMILY_NAME, HOME, NOON, PERSON, a_position
from tests.runtime.refusals import refusal

VIEW = VIEW_IDS[0]
VIEW_SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "ZoneEnteredNotice",
    "namespace": "hub.to.example",
    "fields": [
        {"name": "notice_ref", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "act_by", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
        {"name": "urgency", "type": {"type": "enum", "name": "U", "symbols": ["same_day"]}},
        {"name": "on", "type": {"type": "int", "logicalType": "date"}},
        {
            "name": "homes",
            "type": {
                "type": "array",
                "items": {
                    "type": "record",
                    "name": "Home",
                    "fields": [{"name": "line", "type": "string"}],
                },
            },
        },
    ],
}


VIEWS = SchemaStore()
VIEWS.register(VIEW, VIEW_SCHEMA)


def a_record(**fields: Any) -> dict[str, Any]:
    return {
        "notice_ref": PERSON,
        "act_by": NOON,
        "urgency": Urgency.SAME_DAY,
        "on": NOON.date(),
        "homes": [{"line": "1 Example Street"}],
        **fields,
    }


def test_a_record_comes_back_in_the_values_of_our_models() -> None:
    value = wire.encode_view(VIEW, a_record(), VIEWS)
    assert wire.decode_view(value, VIEWS) == a_record()


def test_what_may_be_absent_may_be() -> None:
    value = wire.encode_view(VIEW, a_record(act_by=None), VIEWS)
    assert wire.decode_view(value, VIEWS)["act_by"] is None


@pytest.mark.parametrize(
    "homes", [[{"line": "x", "postcode": FAMILY_NAME}], [{}], [HOME]], ids=["more", "less", "part"]
)
def test_a_field_too_many_or_too_few_is_not_written(homes: list[Any]) -> None:
    refused = refusal(lambda: wire.encode_view(VIEW, a_record(homes=homes), VIEWS))
    assert (refused.reason, refused.__context__) == ("unwritable", None)


def test_a_field_too_many_at_the_top_is_not_written() -> None:
    refused = refusal(lambda: wire.encode_view(VIEW, a_record(more=FAMILY_NAME), VIEWS))
    assert refused.reason == "unwritable"


def test_a_word_the_view_does_not_have_is_not_written() -> None:
    record = a_record(urgency=Urgency.IMMEDIATE)
    refused = refusal(lambda: wire.encode_view(VIEW, record, VIEWS))
    assert (refused.reason, refused.field) == ("unknown-word", "urgency")


@given(st.binary(max_size=60))
def test_any_bytes_are_a_view_or_unreadable(rest: bytes) -> None:
    try:
        record = wire.decode_view(frame(VIEW) + rest, VIEWS)
    except Unreadable:
        return
    assert record.keys() == a_record().keys()


def test_a_fact_is_not_a_view_nor_a_view_a_fact() -> None:
    view = wire.encode_view(VIEW, a_record(), VIEWS)
    fact = wire.encode(a_position())
    n = wire.schema_id_of(fact)
    assert refusal(lambda: wire.decode_view(fact, VIEWS)).reason == "not-a-view"
    assert refusal(lambda: wire.decode(view, VIEWS)).reason == "not-a-fact"
    assert refusal(lambda: wire.encode_view(n, {}, VIEWS)).reason == "not-a-view"
    assert refusal(lambda: wire.encode_view(VIEW + 1, {}, VIEWS)).reason == "unknown-schema"


def test_a_view_may_be_registered_again() -> None:
    VIEWS.register(VIEW, VIEW_SCHEMA)
    assert VIEWS.get(VIEW).schema == VIEW_SCHEMA


@pytest.mark.parametrize("n", [0, 1, 2**30 - 1, 2**31])
def test_a_view_may_not_have_the_id_of_a_fact(n: int) -> None:
    with pytest.raises(Stop):
        VIEWS.register(n, VIEW_SCHEMA)


def test_an_id_stands_for_one_view() -> None:
    with pytest.raises(Stop):
        VIEWS.register(VIEW, {**VIEW_SCHEMA, "name": "Other"})


def test_views_of_one_store_are_not_in_another() -> None:
    assert VIEW in {stored.schema_id for stored in VIEWS}
    assert VIEW not in {stored.schema_id for stored in committed()}
