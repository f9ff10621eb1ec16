"""The headers beside a value, and what of them is read back."""

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.tracking import ZoneEntered
from services.runtime import wire
from services.runtime.schema_store import VIEW_IDS, committed
from services.runtime.wire import Trigger
from tests.makers import FAMILY_NAME, NOON, PERSON, a_position, a_zone_entry, admitted
from tests.runtime.refusals import refusal


def test_an_admitted_fact_is_announced_as_a_cloud_event() -> None:
    fact = admitted(a_zone_entry())
    n = committed().latest(ZoneEntered).schema_id
    assert dict(wire.headers_of(fact, [Trigger("hub.facts", 1, 42, 0).header()])) == {
        "ce_specversion": b"1.0",
        "ce_id": str(fact.event_id).encode(),
        "ce_type": b"tracking.zone-entered",
        "ce_source": b"tracking",
        "ce_time": b"2026-03-02T12:00:00+00:00",
        "ce_subject": str(PERSON).encode(),
        "ce_dataschema": f"urn:mappa-hub:schema:{n}".encode(),
        "content-type": b"application/avro",
        "hub_trigger": b"hub.facts|1|42|0",
    }


def test_a_fact_without_a_person_has_no_subject_and_an_agencys_no_trigger() -> None:
    names = {name for name, _ in wire.headers_of(a_position())}
    assert not names & {"ce_subject", "hub_trigger"}


def test_a_notice_names_no_source() -> None:
    head = wire.head(
        event_id=PERSON, kind="a.b", occurred_at=NOON, schema_id=VIEW_IDS[0], subject="p"
    )
    assert "ce_source" not in dict(head)


def test_the_kind_is_read_without_the_value() -> None:
    assert wire.kind_of(wire.headers_of(a_position())) == "tracking.position"
    assert wire.kind_of([]) is None


def test_of_two_headers_of_one_name_the_last_counts() -> None:
    assert wire.kind_of([("ce_type", b"a"), ("ce_type", b"b")]) == "b"


def test_a_header_that_is_not_text_is_unreadable_and_not_told() -> None:
    refused = refusal(lambda: wire.kind_of([("ce_type", b"\xff" + FAMILY_NAME.encode())]))
    assert str(refused) == "header: ce_type"
    assert refused.__context__ is None


@given(st.integers(0, 10**9 - 1), st.integers(0, 10**18 - 1), st.integers(0, 10**9 - 1))
def test_a_trigger_comes_back_from_its_header(p: int, offset: int, part: int) -> None:
    trigger = Trigger("from.em.position", p, offset, part)
    assert Trigger.of([("other", b"x"), trigger.header()]) == trigger


def test_without_the_header_there_is_no_trigger() -> None:
    assert Trigger.of([]) is None


@given(st.binary(max_size=40))
@example(b"hub.facts|1|42")
@example(b"hub.facts|1|42|0|0")
@example(b"hub.facts|-1|42|0")
@example(b"hub.facts|1|" + b"9" * 5000 + b"|0")
@example("hub.facts|١|42|0".encode())
def test_any_other_trigger_is_unreadable(value: bytes) -> None:
    assert refusal(lambda: Trigger.of([("hub_trigger", value)])).reason in {"trigger", "header"}
