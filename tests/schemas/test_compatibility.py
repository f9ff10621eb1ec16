"""Every rule of schemas/compatibility.py with a case that breaks it; and Avro's own opinion."""

import copy
import json
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastavro import schemaless_reader, schemaless_writer

from schemas.compatibility import Schema, incompatible, thawed
from schemas.materialise import AVRO, derive, read_ids, versions
from schemas.tracking import ZoneEntered

KIND = ZoneEntered.kind()
REPO = Path(__file__).parents[2]


def field(schema: Schema, name: str) -> dict[str, Any]:
    [found] = [item for item in schema["fields"] if item["name"] == name]
    assert isinstance(found, dict)
    return found


@pytest.fixture
def older() -> Schema:
    return derive(ZoneEntered)


@pytest.fixture
def newer(older: Schema) -> Schema:
    return copy.deepcopy(older)


def test_every_committed_version_reads_every_other() -> None:
    for kind, schemas in versions(AVRO).items():
        assert incompatible(schemas) == [], kind


def test_a_schema_may_follow_itself(older: Schema, newer: Schema) -> None:
    assert incompatible([older, newer]) == []


def test_a_new_field_with_a_default_is_allowed(older: Schema, newer: Schema) -> None:
    newer["fields"].append({"name": "extra", "type": "long", "default": 0})
    assert incompatible([older, newer]) == []


def test_a_new_field_without_a_default_is_refused(older: Schema, newer: Schema) -> None:
    newer["fields"].append({"name": "extra", "type": "long"})
    assert incompatible([older, newer]) == ["v1-v2 extra: field-without-default"]


def test_a_removed_field_is_refused_even_with_a_default(older: Schema, newer: Schema) -> None:
    newer["fields"].remove(field(newer, "late"))
    assert incompatible([older, newer]) == ["v1-v2 late: field-removed"]


def test_a_changed_default_is_refused(older: Schema, newer: Schema) -> None:
    field(newer, "late")["default"] = True
    assert incompatible([older, newer]) == ["v1-v2 late: default-changed"]


@pytest.mark.parametrize(
    "retyped",
    ["string", ["null", "long"], {"type": "long", "logicalType": "timestamp-micros"}],
)
def test_another_type_is_refused(older: Schema, newer: Schema, retyped: Any) -> None:
    field(newer, "depth_m")["type"] = retyped
    assert incompatible([older, newer]) == ["v1-v2 depth_m: retyped"]


def test_another_logical_type_is_refused(older: Schema, newer: Schema) -> None:
    field(newer, "event_id")["type"] = {"type": "string", "logicalType": "other"}
    assert incompatible([older, newer]) == ["v1-v2 event_id: retyped"]


def test_another_name_is_refused(older: Schema, newer: Schema) -> None:
    newer["name"] = "ZoneCrossed"
    assert incompatible([older, newer]) == ["v1-v2 : retyped"]


def test_a_new_word_is_allowed_since_older_readers_have_a_default(
    older: Schema, newer: Schema
) -> None:
    field(newer, "mechanism")["type"]["symbols"].insert(0, "sextant")
    assert incompatible([older, newer]) == []


def test_a_new_word_is_refused_where_older_readers_have_no_default(
    older: Schema, newer: Schema
) -> None:
    del field(older, "mechanism")["type"]["default"]
    field(newer, "mechanism")["type"]["symbols"].insert(0, "sextant")
    assert incompatible([older, newer]) == ["v1-v2 mechanism: word-unreadable"]


def test_a_removed_word_is_refused(older: Schema, newer: Schema) -> None:
    field(newer, "mechanism")["type"]["symbols"].remove("gps")
    assert incompatible([older, newer]) == ["v1-v2 mechanism: word-removed"]


def test_a_change_inside_a_list_and_behind_a_name_is_seen() -> None:
    def listing(inner: str) -> Schema:
        x = {"name": "x", "type": inner}
        part = {"type": "record", "name": "P", "namespace": "n", "fields": [x]}
        named = {"name": "one", "type": ["null", "n.P"], "default": None}
        many = {"name": "many", "type": {"type": "array", "items": part}}
        return {"type": "record", "name": "F", "namespace": "n", "fields": [many, named]}

    assert incompatible([listing("long"), listing("string")]) == [
        "v1-v2 many.x: retyped",
        "v1-v2 one.x: retyped",
    ]


def test_all_versions_are_compared_not_only_neighbours(older: Schema, newer: Schema) -> None:
    third = copy.deepcopy(older)
    newer["fields"].append({"name": "extra", "type": "long", "default": 0})
    third["fields"].append({"name": "extra", "type": "long", "default": 1})
    third["fields"].remove(field(third, "late"))
    assert incompatible([older, newer, third]) == [
        "v1-v3 late: field-removed",
        "v2-v3 late: field-removed",
        "v2-v3 extra: default-changed",
    ]


def test_avro_agrees_that_both_directions_read(older: Schema, newer: Schema) -> None:
    newer["fields"].append({"name": "extra", "type": "long", "default": 7})
    field(newer, "mechanism")["type"]["symbols"].insert(0, "sextant")
    assert incompatible([older, newer]) == []
    record = {item["name"]: None for item in older["fields"]} | {
        "event_id": "00000000-0000-8000-8000-000000000001",
        "occurred_at": 0,
        "source": "tracking",
        "device_ref": "d",
        "zone_ref": "z",
        "zone_version": 1,
        "depth_m": 1,
        "precision_m": 1,
        "late": False,
    }
    forth = _through(record | {"mechanism": "gps"}, older, newer)
    back = _through(record | {"mechanism": "sextant", "extra": 1}, newer, older)
    assert (forth["mechanism"], forth["extra"]) == ("gps", 7)
    assert (back["mechanism"], back["zone_ref"]) == ("unrecognised", "z")


def test_a_frozen_file_that_changes_or_goes_is_named_and_a_new_one_is_not() -> None:
    frozen = {"a/v1": 1, "b/v1": 2, "c/v1": 3}
    assert thawed(frozen, {"a/v1": 1, "b/v1": 9, "d/v1": 4}) == ["b/v1", "c/v1"]


def test_nothing_frozen_has_changed() -> None:
    frozen = _committed_before()
    now = {path.relative_to(REPO).as_posix(): path.read_bytes() for path in AVRO.rglob("*.avsc")}
    assert thawed(frozen, now) == []


def test_no_id_was_given_twice_or_taken_back() -> None:
    before = _git("show", f"{_baseline()}:schemas/avro/ids.json")
    assert thawed(json.loads(before or b"{}"), read_ids(AVRO)) == []


def _through(record: dict[str, Any], writer: Schema, reader: Schema) -> dict[str, Any]:
    out = BytesIO()
    schemaless_writer(out, writer, record)
    read = schemaless_reader(BytesIO(out.getvalue()), writer, reader)
    assert isinstance(read, dict)
    return read


def _committed_before() -> dict[str, bytes]:
    """The frozen files where this work left main; on main itself, in the commit before."""
    baseline = _baseline()
    names = _git("ls-tree", "-r", "--name-only", baseline, "schemas/avro").decode().split()
    return {name: _git("show", f"{baseline}:{name}") for name in names if name.endswith(".avsc")}


def _baseline() -> str:
    head, fork = _git("rev-parse", "HEAD").strip(), _git("merge-base", "HEAD", "main").strip()
    baseline = fork if fork != head else _git("rev-parse", "--verify", "HEAD^1").strip()
    if not baseline:
        pytest.skip("not a checkout with its history: nothing to compare with")
    return baseline.decode()


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(REPO), *arguments], capture_output=True, check=False)
    return done.stdout
