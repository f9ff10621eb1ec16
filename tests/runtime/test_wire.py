import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastavro import schemaless_writer
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.base import Fact
from schemas.eligibility import ConvictionRecorded
from schemas.materialise import derive
from schemas.register import Address, NotificationMade
from schemas.tracking import Position, ZoneEntered
from services.runtime import wire
from services.runtime.faults import Unreadable
from services.runtime.schema_store import SchemaStore, committed, frame
from tests.makers import (
    HOME,
    NOON,
    a_conviction,
    a_notification,
    a_position,
    a_zone,
    a_zone_entry,
    admitted,
)
from tests.runtime.refusals import refusal
from tests.strategies import facts, values

CANARY = "Canarysurname"


def as_avro(fact: Fact, **changes: Any) -> bytes:
    """The fact as any other Avro library writes it, with some values it could not have."""
    record = json.loads(fact.model_dump_json())
    record |= {"occurred_at": fact.occurred_at, "recorded_at": fact.recorded_at, **changes}
    out = BytesIO(frame(committed().latest(type(fact)).schema_id))
    out.seek(5)
    schemaless_writer(out, derive(type(fact)), record)
    return out.getvalue()


class TestFacts:
    @given(facts())
    def test_a_fact_comes_back_as_it_was_said(self, fact: Fact) -> None:
        value = wire.encode(fact)
        assert wire.decode(value) == fact
        assert wire.encode(wire.decode(value)) == value

    @given(values(ConvictionRecorded) | values(NotificationMade))
    def test_a_fact_that_came_back_holds_what_its_model_says(self, fact: Fact) -> None:
        back = wire.decode(wire.encode(fact))
        for name in type(fact).model_fields:
            assert type(getattr(back, name)) is type(getattr(fact, name))

    def test_any_avro_library_can_write_what_we_read(self) -> None:
        fact = a_zone_entry()
        assert wire.decode(as_avro(fact)) == fact
        assert wire.encode(fact) == as_avro(fact)

    def test_the_same_instant_in_another_zone_has_the_same_bytes(self) -> None:
        elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))
        event_id = UUID(int=1)
        there = a_position(occurred_at=elsewhere, event_id=event_id)
        assert wire.encode(there) == wire.encode(a_position(event_id=event_id))

    def test_a_value_starts_with_a_zero_and_its_schema_id(self) -> None:
        value = wire.encode(a_position())
        assert value[0] == 0
        assert wire.schema_id_of(value) == committed().latest(Position).schema_id


class TestUnreadable:
    @given(st.binary(max_size=400))
    @example(b"")
    @example(b"\0")
    def test_any_bytes_are_a_fact_or_unreadable(self, value: bytes) -> None:
        assert fact_or_reason(value)

    @given(st.sampled_from([stored.schema_id for stored in committed()]), st.binary(max_size=400))
    def test_any_record_in_a_good_frame_is_a_fact_or_unreadable(self, n: int, rest: bytes) -> None:
        assert fact_or_reason(frame(n) + rest)

    @given(facts(), st.data())
    def test_a_damaged_fact_is_a_fact_or_unreadable(self, fact: Fact, data: st.DataObject) -> None:
        value = bytearray(wire.encode(fact))
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
        assert fact_or_reason(bytes(value))

    @given(facts(), st.binary(min_size=1, max_size=20))
    def test_nothing_may_follow_a_fact(self, fact: Fact, more: bytes) -> None:
        refused = refusal(lambda: wire.decode(wire.encode(fact) + more))
        assert refused.reason == "left-over"

    @given(facts(), st.data())
    def test_nothing_of_a_fact_may_be_missing(self, fact: Fact, data: st.DataObject) -> None:
        value = wire.encode(fact)
        short = value[: data.draw(st.integers(0, len(value) - 1))]
        assert refusal(lambda: wire.decode(short)).reason in {"no-frame", "not-avro"}

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (b"", "no-frame"),
            (b"\0\0\0\0", "no-frame"),
            (b"\1\0\0\0\1rest", "no-frame"),
            (b"{}", "no-frame"),
            (frame(2**30 - 1), "unknown-schema"),
            (frame(2**30), "unknown-schema"),
            (frame(1), "not-avro"),
            (bytes(wire.MAX_BYTES + 1), "too-big"),
        ],
    )
    def test_each_way_of_not_being_a_fact_has_its_reason(self, value: bytes, reason: str) -> None:
        assert refusal(lambda: wire.decode(value)).reason == reason

    @pytest.mark.parametrize(
        ("changes", "reason", "field"),
        [
            ({"precision_m": -1}, "invalid", "precision_m"),
            ({"source": "Not A Slug"}, "invalid", "source"),
            ({"event_id": "not a uuid"}, "invalid", "event_id"),
            ({"person_id": "not a uuid"}, "invalid", "person_id"),
            ({"mechanism": "unrecognised"}, "unknown-word", "mechanism"),
            (
                {"point": {"longitude_deg": 200, "latitude_deg": 0}},
                "invalid",
                "point.longitude_deg",
            ),
            (
                {"point": {"longitude_deg": float("nan"), "latitude_deg": 0}},
                "invalid",
                "point.longitude_deg",
            ),
            ({"occurred_at": 2**62}, "not-avro", ""),
        ],
    )
    def test_a_wrong_value_is_named_by_its_field(
        self, changes: dict[str, Any], reason: str, field: str
    ) -> None:
        refused = refusal(lambda: wire.decode(as_avro(a_position(), **changes)))
        assert (refused.reason, refused.field) == (reason, field)

    def test_a_field_inside_a_list_is_named_with_its_place(self) -> None:
        points = [{"longitude_deg": 0, "latitude_deg": d} for d in (0, 1, 95)]
        refused = refusal(
            lambda: wire.decode(as_avro(a_zone(), in_force_from=NOON, outline=points))
        )
        assert refused.field == "outline.2.latitude_deg"

    def test_a_fact_nobody_could_read_is_not_written(self) -> None:
        long_line = Address.model_construct(**{**HOME.__dict__, "line": "x" * wire.MAX_BYTES})
        fact = a_notification().model_copy(update={"home": long_line})
        assert refusal(lambda: wire.encode(fact)).reason == "too-big"

    @pytest.mark.parametrize(
        "update", [{"home": 1}, {"event_id": "x"}, {"made_on": None}, {"source": 3}]
    )
    def test_a_fact_made_past_its_model_is_not_written(self, update: dict[str, object]) -> None:
        fact = a_notification().model_copy(update=update)
        assert refusal(lambda: wire.encode(fact)).reason == "unwritable"

    def test_a_whole_number_beyond_eight_bytes_is_not_written(self) -> None:
        fact = a_zone(zone_version=2**63)
        assert refusal(lambda: wire.encode(fact)).reason == "unwritable"


class TestSilence:
    """A surname in the payload is in no error, log line or representation."""

    @pytest.mark.parametrize("attempt", range(6))
    def test_no_error_tells_what_it_could_not_read_or_write(
        self, attempt: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        fact = a_conviction(family_name=CANARY)
        value = wire.encode(fact)
        tries: list[Callable[[], object]] = [
            lambda: wire.decode(value + b"\0"),
            lambda: wire.decode(value[:-1]),
            lambda: wire.decode(as_avro(fact, source=CANARY)),
            lambda: wire.decode(as_avro(fact, event_id=CANARY)),
            lambda: wire.encode(fact.model_copy(update={"born_on": CANARY})),
            lambda: wire.encode(fact.model_copy(update={"disposal": CANARY})),
        ]
        refused = refusal(tries[attempt])
        assert refused.__cause__ is None
        assert refused.__context__ is None
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("test").error("refused", exc_info=refused)
        said = [str(refused), repr(refused), *traceback.format_exception(refused), caplog.text]
        assert CANARY not in "".join(said)

    def test_no_representation_tells_what_a_fact_holds(self) -> None:
        fact = a_conviction(family_name=CANARY)
        said = [repr(fact), str(fact), f"{fact}", repr([fact]), repr(fact.identifiers)]
        assert CANARY not in "".join(said)
        assert fact.identifiers[0].value not in "".join(said)

    def test_no_header_tells_what_a_fact_holds(self) -> None:
        fact = admitted(a_conviction(family_name=CANARY))
        told = repr(wire.headers_of(fact))
        assert CANARY not in told
        assert fact.identifiers[0].value not in told


class TestVersions:
    def test_an_older_version_is_read_with_the_defaults_of_its_model(self, tmp_path: Path) -> None:
        older = derive(ZoneEntered)
        older["fields"] = [item for item in older["fields"] if item["name"] != "late"]
        store = a_store(tmp_path, older, derive(ZoneEntered))
        fact = a_zone_entry()
        record = json.loads(fact.model_dump_json()) | {"occurred_at": fact.occurred_at}
        out = BytesIO(frame(1))
        out.seek(5)
        schemaless_writer(out, older, record)
        assert wire.decode(out.getvalue(), store) == fact

    def test_the_newest_version_is_written(self, tmp_path: Path) -> None:
        store = a_store(tmp_path, derive(ZoneEntered), derive(ZoneEntered))
        assert store.latest(ZoneEntered).name == f"{ZoneEntered.kind()}/v2"
        assert store.latest(ZoneEntered).schema_id == 2


def a_store(folder: Path, *schemas: dict[str, Any]) -> SchemaStore:
    """A store that knows these versions of `ZoneEntered` alone, their ids from 1."""
    kind = folder / ZoneEntered.kind()
    kind.mkdir()
    ids = {}
    for n, schema in enumerate(schemas, start=1):
        (kind / f"v{n}.avsc").write_text(json.dumps(schema))
        ids[f"{kind.name}/v{n}"] = n
    (folder / "ids.json").write_text(json.dumps(ids))
    return SchemaStore(folder)


def fact_or_reason(value: bytes) -> bool:
    """Whether these bytes are a fact that stays the same on the wire, or refused with a reason."""
    try:
        fact = wire.decode(value)
    except Unreadable as refused:
        return bool(refused.reason)
    return wire.decode(wire.encode(fact)) == fact


def test_days_before_1970_and_instants_to_the_microsecond_survive() -> None:
    fact = a_conviction(
        born_on=date(1931, 12, 31), occurred_at=datetime(1969, 1, 1, microsecond=1, tzinfo=UTC)
    )
    assert wire.decode(wire.encode(fact)) == fact
