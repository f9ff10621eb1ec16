"""Each lint of schemas/lints.py over the committed files, and a case that makes it speak."""

import copy
from typing import Any

import pytest

from schemas.base import FieldClass
from schemas.catalogue import BY_KIND
from schemas.lints import Schema, misnumbered, wanting
from schemas.materialise import AVRO, derive, read_ids, versions
from schemas.risk import REASON_CLASSES, Reason
from schemas.tracking import Position

COMMITTED = versions(AVRO)


@pytest.fixture
def schema() -> Schema:
    return copy.deepcopy(derive(Position))


def field(schema: Schema, name: str) -> dict[str, Any]:
    [found] = [item for item in schema["fields"] if item["name"] == name]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", COMMITTED)
def test_every_committed_schema_says_all_it_has_to(kind: str) -> None:
    for schema in COMMITTED[kind]:
        assert wanting(schema) == []


def test_every_version_of_every_fact_has_its_own_id() -> None:
    counts = {kind: len(schemas) for kind, schemas in COMMITTED.items()}
    assert misnumbered(read_ids(AVRO), counts, list(BY_KIND)) == []


def test_versions_are_numbered_without_a_gap() -> None:
    for kind, schemas in COMMITTED.items():
        files = {path.name for path in (AVRO / kind).iterdir()}
        assert files == {f"v{n}.avsc" for n in range(1, len(schemas) + 1)}


@pytest.mark.parametrize("wrong", [None, "", "secret", "Victim"])
def test_a_field_without_a_known_class_is_found(schema: Schema, wrong: str | None) -> None:
    field(schema, "precision_m")["class"] = wrong
    assert wanting(schema) == ["Position.precision_m: unclassified"]


def test_an_unclassified_field_inside_a_part_is_found(schema: Schema) -> None:
    del field(schema, "point")["type"]["fields"][0]["class"]
    assert wanting(schema) == ["Position.point.longitude_deg: unclassified"]


def test_a_field_a_record_or_an_enum_without_a_sentence_is_found(schema: Schema) -> None:
    del schema["doc"]
    field(schema, "source")["doc"] = "  "
    del field(schema, "mechanism")["type"]["doc"]
    assert wanting(schema) == [
        "Position: undocumented",
        "Position.source: undocumented",
        "Position.mechanism: undocumented",
    ]


def test_an_enum_without_a_default_is_found(schema: Schema) -> None:
    del field(schema, "mechanism")["type"]["default"]
    assert wanting(schema) == ["Position.mechanism: no-fallback"]


def test_an_enum_that_falls_back_on_a_word_with_a_meaning_is_found(schema: Schema) -> None:
    field(schema, "mechanism")["type"]["default"] = "gps"
    assert wanting(schema) == ["Position.mechanism: no-fallback"]


@pytest.mark.parametrize(
    "foreign",
    [
        "int",
        "float",
        {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
        {"type": "long", "logicalType": "timestamp-millis"},
        {"type": "map", "values": "string"},
        {"type": "fixed", "name": "Four", "size": 4},
        {"type": "array", "items": "float"},
    ],
)
def test_a_type_outside_the_short_list_is_found(schema: Schema, foreign: Any) -> None:
    field(schema, "precision_m")["type"] = foreign
    assert wanting(schema) == ["Position.precision_m: foreign-type"]


@pytest.mark.parametrize("choice", [["null", "long", "string"], ["long", "null"]])
def test_a_wide_choice_is_found(schema: Schema, choice: list[str]) -> None:
    field(schema, "precision_m").update({"type": choice, "default": None})
    assert wanting(schema) == ["Position.precision_m: wide-choice"]


def test_a_choice_that_is_not_nothing_by_default_is_found(schema: Schema) -> None:
    field(schema, "precision_m")["type"] = ["null", "long"]
    assert wanting(schema) == ["Position.precision_m: wide-choice"]


@pytest.mark.parametrize(
    ("ids", "counts", "known", "fault"),
    [
        ({}, {"a.b": 1}, ["a.b"], "a.b/v1: no-id"),
        ({"a.b/v1": 1, "a.b/v2": 2}, {"a.b": 1}, ["a.b"], "a.b/v2: no-file"),
        ({"a.b/v1": 1, "a.b/v2": 1}, {"a.b": 2}, ["a.b"], "ids.json: id-given-twice"),
        ({"a.b/v1": 2**30}, {"a.b": 1}, ["a.b"], "a.b/v1: id-out-of-range"),
        ({"a.b/v1": 1}, {"a.b": 1}, [], "a.b: not-in-catalogue"),
        ({}, {}, ["a.b"], "a.b: not-materialised"),
    ],
)
def test_a_wrong_index_is_found(
    ids: dict[str, int], counts: dict[str, int], known: list[str], fault: str
) -> None:
    assert misnumbered(ids, counts, known) == [fault]


def test_every_reason_has_the_classes_of_what_is_behind_it() -> None:
    assert REASON_CLASSES.keys() == set(Reason)
    assert all(REASON_CLASSES.values())
    assert FieldClass.VICTIM in REASON_CLASSES[Reason.VICTIM_ZONE]
