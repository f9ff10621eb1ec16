"""No value of a class that is not granted is in the record, nor in the schema of the view."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import Fact, FieldClass, Identifier, IdentifierType, Part
from schemas.catalogue import ENTRIES
from schemas.notice import NoticeOverdue
from schemas.risk import REASON_CLASSES, AlertRaised, Reason, Urgency
from schemas.tracking import Point, ZoneKind, ZoneSet
from services.agreements import views
from services.agreements.views import Shown, View, schema_id, view_of, withheld_words
from services.runtime.avro import codec
from services.runtime.faults import Stop
from services.runtime.schema_store import VIEW_IDS, SchemaStore
from services.runtime.wire import decode_view, encode_view
from tests import makers
from tests.agreements.makers import committed

NOTICE = UUID(int=1)
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)

classes_of_a_grant = st.sets(st.sampled_from(list(FieldClass))).map(frozenset)
kinds_of_fact = st.sampled_from([entry.fact for entry in ENTRIES])


@dataclass(frozen=True)
class Mark:
    """Stands for a value, and knows every class it is of."""

    path: str
    classes: frozenset[FieldClass]


def marked(model: type[Part], path: str = "", above: frozenset[FieldClass] = frozenset()) -> Any:
    """A value whose every leaf is a mark, made without validation."""
    values = {}
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        assert isinstance(extra, dict)
        classes = above | {FieldClass(str(extra["class"]))}
        if name == "event_id":
            classes |= {FieldClass.PROVENANCE}
        values[name] = _value(info.annotation, f"{path}.{name}", classes)
    return model.model_construct(**values)


def _value(annotation: Any, path: str, classes: frozenset[FieldClass]) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _value(arguments[0], path, classes)
    if origin is tuple:
        if arguments[0] is Reason:
            return tuple(Reason)
        return tuple(_value(arguments[0], f"{path}[{n}]", classes) for n in range(2))
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return marked(annotation, path, classes)
    return Mark(path, classes)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Part):
        value = dict(value)
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def classes_of(leaf: Any) -> frozenset[FieldClass]:
    if isinstance(leaf, Reason):
        return REASON_CLASSES[leaf] | {FieldClass.REFERENCE}
    assert isinstance(leaf, Mark)
    return leaf.classes


def shown_by(view: View, fact: Fact) -> dict[str, Any]:
    return view.show(fact, notice_ref=NOTICE, person_ref="P-1", urgency=Urgency.ROUTINE)


@given(kinds_of_fact, classes_of_a_grant)
def test_exactly_what_is_granted_is_shown(kind: type[Fact], granted: frozenset[FieldClass]) -> None:
    fact = marked(kind)
    expected = {leaf for leaf in leaves(fact) if classes_of(leaf) <= granted}
    known_by = frozenset(number.type for number in getattr(fact, "identifiers", ()))
    view = view_of("exampleshire", kind, Shown(granted, known_by=known_by))
    if view is None:
        assert expected == set()
    else:
        shown = shown_by(view, fact)
        assert set(leaves(shown["told"])) == expected
        head = {"notice_ref", "person_ref", "about", "urgency", "act_by", "anew"}
        assert set(shown) == {*head, "told"}


@given(kinds_of_fact, classes_of_a_grant)
def test_the_schema_names_what_the_record_holds_and_no_more(
    kind: type[Fact], granted: frozenset[FieldClass]
) -> None:
    view = view_of("exampleshire", kind, Shown(granted))
    if view is not None:
        told = next(item for item in view.schema["fields"] if item["name"] == "told")["type"]
        assert tuple(item["name"] for item in told["fields"]) == view.fields
        assert set(shown_by(view, marked(kind))["told"]) == set(view.fields)
        assert {FieldClass(name) for name in _classes_in(told)} <= granted


def _classes_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if "class" in schema:
            yield str(schema["class"])
        for item in schema.values():
            yield from _classes_in(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from _classes_in(item)


@given(kinds_of_fact, classes_of_a_grant)
def test_every_view_is_avro_under_an_id_of_its_own_range(
    kind: type[Fact], granted: frozenset[FieldClass]
) -> None:
    view = view_of("exampleshire-housing", kind, Shown(granted))
    if view is not None:
        assert view.schema_id in VIEW_IDS
        codec(view.schema)


def a_zone(*, protects_victim: bool) -> ZoneSet:
    return ZoneSet(
        event_id=UUID(int=2),
        occurred_at=AT,
        source="probation",
        zone_ref="Z-1",
        zone_version=1,
        zone=ZoneKind.EXCLUSION,
        outline=tuple(Point(longitude_deg=x, latitude_deg=y) for x, y in ((0, 0), (0, 1), (1, 1))),
        in_force_from=AT,
        protects_victim=protects_victim,
    )


def an_alert(*reasons: Reason) -> AlertRaised:
    return AlertRaised(
        event_id=UUID(int=3),
        occurred_at=AT,
        source="risk",
        alert_ref="A-1",
        urgency=Urgency.IMMEDIATE,
        reasons=reasons,
    )


def bytes_for(agency: str, fact: Fact) -> bytes:
    view = committed().receivers[agency].grants[fact.kind()].view
    store = SchemaStore()
    store.register(view.schema_id, view.schema)
    return encode_view(view.schema_id, shown_by(view, fact), store)


@pytest.mark.parametrize("agency", ["em", "tracking"])
def test_whoever_watches_a_zone_cannot_tell_whether_it_protects_a_victim(agency: str) -> None:
    one, other = (bytes_for(agency, a_zone(protects_victim=is_so)) for is_so in (False, True))
    assert one == other


def test_a_prison_cannot_tell_a_victims_zone_from_another() -> None:
    one, other = (bytes_for("prison", an_alert(r)) for r in (Reason.ZONE, Reason.VICTIM_ZONE))
    assert one == other


def test_the_police_see_every_reason() -> None:
    view = committed().agencies["derbyshire-police"].grants["risk.alert-raised"]
    assert shown_by(view.view, an_alert(*Reason))["told"]["reasons"] == list(Reason)


def test_a_view_keeps_the_notices_own_number_apart_from_one_it_tells_of() -> None:
    overdue = NoticeOverdue(
        event_id=UUID(int=4),
        occurred_at=AT,
        source="notify",
        notice_ref=UUID(int=5),
        agency="dwp",
        act_by=AT,
    )
    view = committed().agencies["dwp"].grants[overdue.kind()].view
    store = SchemaStore()
    store.register(view.schema_id, view.schema)
    read = decode_view(encode_view(view.schema_id, shown_by(view, overdue), store), store)
    assert (read["notice_ref"], read["told"]["notice_ref"]) == (NOTICE, UUID(int=5))
    assert "agency" not in read["told"]


def test_the_id_of_a_view_depends_on_what_it_shows_and_on_nothing_else() -> None:
    few, same, more = (
        view_of("dwp", ZoneSet, Shown(frozenset(classes)))
        for classes in (
            {FieldClass.REFERENCE},
            {FieldClass.REFERENCE, FieldClass.HEALTH},
            {FieldClass.REFERENCE, FieldClass.MONITORING},
        )
    )
    assert few
    assert same
    assert more
    assert few.schema_id == same.schema_id != more.schema_id
    assert schema_id(json.loads(json.dumps(few.schema))) == few.schema_id


def test_the_words_withheld_are_those_with_a_class_behind_them_that_is_not_granted() -> None:
    withheld = withheld_words(frozenset({FieldClass.MONITORING}))["hub.risk.Reason"]
    assert withheld == ["victim_zone", "missed_duty", "high_risk"]


def test_a_word_with_classes_of_its_own_must_stand_in_a_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "WORD_CLASSES", {"hub.risk.Urgency": {}})
    with pytest.raises(Stop):
        view_of("dwp", AlertRaised, Shown(frozenset({FieldClass.REFERENCE})))


def test_of_a_persons_numbers_only_those_are_shown_that_the_agency_knows_people_by() -> None:
    crn = Identifier(type=IdentifierType.CRN, value="X912345")
    fact = makers.a_release_date(identifiers=(makers.PNC, crn))
    shown = {}
    for known_by in (frozenset({IdentifierType.CRN}), frozenset[IdentifierType]()):
        classes = frozenset({FieldClass.REFERENCE, FieldClass.IDENTITY})
        view = view_of("derby-housing", type(fact), Shown(classes, known_by=known_by))
        assert view is not None
        record = view.show(
            fact, notice_ref=makers.NOTICE, person_ref="p-1", urgency=Urgency.ROUTINE
        )
        shown[known_by] = [number["value"] for number in record["told"]["identifiers"]]
    assert list(shown.values()) == [["X912345"], []]
