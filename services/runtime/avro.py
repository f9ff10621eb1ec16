"""Avro records of one schema ⇄ the plain values our models hold; no framing and no models.

fastavro writes and reads the bytes of a schema from which the logical types were taken out: doing
the conversions here costs half of what it costs inside fastavro, and the bytes are the same.
What a value is converted to follows from the schema alone, so facts and views share this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from schemas.base import Part
from schemas.materialise import UNRECOGNISED
from services.runtime.faults import Unreadable

Schema = dict[str, Any]
Convert = Callable[[Any], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Codec:
    """Writes and reads the records of one schema.

    Errors other than `Unreadable` may hold values: whoever calls this must not let them out.
    """

    _plain: Schema
    _to_avro: Convert
    _from_avro: Convert

    def write(self, out: BytesIO, record: dict[str, Any], *, strict: bool = False) -> None:
        """Append the record; `strict` refuses a field the schema does not have, or none."""
        schemaless_writer(out, self._plain, self._to_avro(record), strict=strict)

    def read(self, source: BytesIO) -> dict[str, Any]:
        """The record that starts here; what follows it is left in `source`."""
        record: dict[str, Any] = self._from_avro(schemaless_reader(source, self._plain, None))
        return record


def codec(schema: Schema, *, uuids: bool = True) -> Codec:
    """The codec of a record schema; without `uuids` they are read as text, for pydantic."""
    full, plain = parse_schema(schema), parse_schema(_without_logical_types(schema))
    if not isinstance(full, dict) or not isinstance(plain, dict):
        raise TypeError("the schema of a fact or a view is one record")
    return Codec(
        plain,
        _convert(full, "", _TO_AVRO, {}) or dict,
        _convert(full, "", _FROM_AVRO if uuids else _FROM_AVRO_LEAVING_UUIDS, {}) or dict,
    )


class _Words(dict[str, str]):
    """Symbols by word or words by symbol; asked for another, it says which field is wrong."""

    def __init__(self, words: Mapping[str, str], path: str) -> None:
        super().__init__(words)
        self._path = path

    def __missing__(self, word: str) -> str:
        raise Unreadable("unknown-word", self._path)


@dataclass(frozen=True, slots=True)
class _Way:
    """What differs between writing and reading."""

    logical: Mapping[str, Convert]
    words: Callable[[list[str], str], _Words]
    optional: Callable[[str, Convert | None], Convert | None]
    record: Callable[[tuple[tuple[str, Convert], ...]], Convert]


def _convert(schema: Any, path: str, way: _Way, named: dict[str, Convert | None]) -> Convert | None:  # noqa: ANN401
    """The conversion of values of that schema, or None where there is nothing to convert."""
    if isinstance(schema, str):
        return named.get(schema)
    if isinstance(schema, list):
        null, branch = schema
        if null != "null":
            raise TypeError("the only choice is between nothing and something")
        return way.optional(_branch_name(branch), _convert(branch, path, way, named))
    if schema["type"] == "record":
        return named.setdefault(schema["name"], _record(schema, path, way, named))
    if schema["type"] == "enum":
        words = way.words([s for s in schema["symbols"] if s != UNRECOGNISED], path)
        return named.setdefault(schema["name"], words.__getitem__)
    if schema["type"] == "array":
        return _each(_convert(schema["items"], path, way, named))
    return way.logical.get(schema.get("logicalType", ""))


def _record(
    schema: Schema, path: str, way: _Way, named: dict[str, Convert | None]
) -> Convert | None:
    steps = []
    for field in schema["fields"]:
        name = field["name"]
        convert = _convert(field["type"], f"{path}.{name}".removeprefix("."), way, named)
        if convert is not None:
            steps.append((name, convert))
    return way.record(tuple(steps))


def _each(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda values: [convert(value) for value in values]


def _write_record(steps: tuple[tuple[str, Convert], ...]) -> Convert:
    def write(value: Part | dict[str, Any]) -> dict[str, Any]:
        fields = dict(value) if isinstance(value, dict) else dict(value.__dict__)
        for name, convert in steps:
            fields[name] = convert(fields[name])
        return fields

    return write


def _read_record(steps: tuple[tuple[str, Convert], ...]) -> Convert:
    def read(fields: dict[str, Any]) -> dict[str, Any]:
        for name, convert in steps:
            fields[name] = convert(fields[name])
        return fields

    return read


def _write_optional(branch: str, convert: Convert | None) -> Convert:
    """Names the branch, so that fastavro need not try them in turn."""
    if convert is None:
        return lambda value: None if value is None else (branch, value)
    return lambda value: None if value is None else (branch, convert(value))


def _read_optional(_: str, convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value: None if value is None else convert(value)


def _branch_name(branch: Any) -> str:  # noqa: ANN401
    if isinstance(branch, str):
        return branch
    return str(branch["name"] if branch["type"] in ("record", "enum") else branch["type"])


def _micros(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


_TO_AVRO = _Way(
    logical={
        "uuid": UUID.__str__,
        "timestamp-micros": _micros,
        "date": lambda day: day.toordinal() - _EPOCH_DAY,
    },
    words=lambda symbols, path: _Words({s.replace("_", "-"): s for s in symbols}, path),
    optional=_write_optional,
    record=_write_record,
)
_FROM_AVRO_LEAVING_UUIDS = _Way(
    logical={
        "timestamp-micros": lambda micros: _EPOCH + timedelta(microseconds=micros),
        "date": lambda days: date.fromordinal(days + _EPOCH_DAY),
    },
    words=lambda symbols, path: _Words({s: s.replace("_", "-") for s in symbols}, path),
    optional=_read_optional,
    record=_read_record,
)
_FROM_AVRO = _Way(
    logical={**_FROM_AVRO_LEAVING_UUIDS.logical, "uuid": UUID},
    words=_FROM_AVRO_LEAVING_UUIDS.words,
    optional=_read_optional,
    record=_read_record,
)


def _without_logical_types(schema: Any) -> Any:  # noqa: ANN401
    if isinstance(schema, dict):
        if "logicalType" in schema:
            return schema["type"]
        return {key: _without_logical_types(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_without_logical_types(item) for item in schema]
    return schema
