"""Bytes ⇄ facts, and the headers beside them. The only place that knows how a fact travels.

A value is a zero, a schema id in four bytes, and the Avro record of that schema, nothing after it.
Whatever cannot be read is `Unreadable`, with a coded reason and perhaps a field, never a value; no
error of a library below gets out, since those quote what they could not read.

    too-big · no-frame · unknown-schema · not-a-fact · not-a-view · not-avro · left-over ·
    unknown-word (field) · invalid (field) · unwritable · trigger

Headers are CloudEvents 1.0 in binary mode. `ce_type` lets a reader skip what it has no route for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from schemas.base import Fact
from services.runtime.faults import Unreadable
from services.runtime.schema_store import NEWEST, SchemaStore, Stored, committed

MAX_BYTES = 1_000_000
"""The longest value; with key and headers it stays under the broker's own limit of 1 MiB."""

Header = tuple[str, bytes]
_TRIGGER = "hub_trigger"
_TRIGGER_TEXT = re.compile(r"([A-Za-z0-9.-]{1,249})\|([0-9]{1,9})\|([0-9]{1,18})\|([0-9]{1,9})")


def encode(fact: Fact, adopted: int = NEWEST) -> bytes:
    """The fact on the wire, by the newest schema of its kind with an id up to `adopted`.

    Equal facts have equal bytes. What a field says that this schema does not have is left out.

    Raises:
        Unreadable: nobody could read it (too long, or a value outside its type).
    """
    return _write(committed().latest(type(fact), adopted), fact.__dict__)


def decode(value: bytes, store: SchemaStore | None = None) -> Fact:
    """The fact these bytes are; older versions of its schema get the model's defaults.

    Raises:
        Unreadable: they are not a fact of a committed schema, or something follows it.
    """
    stored = _stored(value, store or committed())
    if stored.validator is None:
        raise Unreadable("not-a-fact")
    fact: Fact = _read(stored, value)
    return fact


def encode_view(schema_id: int, record: dict[str, Any], store: SchemaStore) -> bytes:
    """A record with exactly the fields of that view on the wire; values as in our models.

    Raises:
        Unreadable: no such view, a field too many or too few, or nobody could read it.
    """
    stored = store.get(schema_id)
    if stored.validator is not None:
        raise Unreadable("not-a-view")
    return _write(stored, record, strict=True)


def decode_view(value: bytes, store: SchemaStore) -> dict[str, Any]:
    """The record these bytes are; words as text, instants aware, days and uuids as such.

    Raises:
        Unreadable: they are not a record of a view in `store`, or something follows it.
    """
    stored = _stored(value, store)
    if stored.validator is not None:
        raise Unreadable("not-a-view")
    record: dict[str, Any] = _read(stored, value)
    return record


def schema_id_of(value: bytes) -> int:
    """The id in front of a value.

    Raises:
        Unreadable: the value is too long, or has no id in front.
    """
    if len(value) > MAX_BYTES:
        raise Unreadable("too-big")
    if len(value) < 5 or value[0] != 0:
        raise Unreadable("no-frame")
    return int.from_bytes(value[1:5])


def _stored(value: bytes, store: SchemaStore) -> Stored:
    return store.get(schema_id_of(value))


def _write(stored: Stored, record: dict[str, Any], *, strict: bool = False) -> bytes:
    out = BytesIO()
    out.write(stored.frame)
    fault = None
    try:
        stored.codec.write(out, record, strict=strict)
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001  # any failure to write is one; its text may hold values
        fault = Unreadable("unwritable")
    if fault is None and out.tell() > MAX_BYTES:
        fault = Unreadable("too-big")
    if fault is not None:
        raise fault  # outside the handler, so that no error below hangs on it
    return out.getvalue()


def _read(stored: Stored, value: bytes) -> Any:  # noqa: ANN401
    source = BytesIO(value)
    source.seek(5)
    try:
        record = stored.codec.read(source)
        if source.tell() == len(value):
            if stored.validator is None:
                return record
            return stored.validator.validate_python(record)
        fault = Unreadable("left-over")
    except Unreadable:
        raise
    except ValidationError as error:
        fault = Unreadable("invalid", _field(error))
    except Exception:  # noqa: BLE001  # any failure to read is one; its text may hold values
        fault = Unreadable("not-avro")
    raise fault  # outside the handlers, so that no error below hangs on it


def _field(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ".".join(str(step) for step in first["loc"])


@dataclass(frozen=True, slots=True)
class Trigger:
    """What made one of our services say something: an input's place, and which of its outputs.

    Per writer and partition it only grows, so a reader drops a repeat by comparing.
    """

    topic: str
    partition: int
    offset: int
    part: int

    def header(self) -> Header:
        """As it travels."""
        return _TRIGGER, f"{self.topic}|{self.partition}|{self.offset}|{self.part}".encode()

    @classmethod
    def of(cls, headers: Iterable[Header]) -> Trigger | None:
        """The trigger among these headers, or None.

        Raises:
            Unreadable: there is one, but not in that form.
        """
        text = header(headers, _TRIGGER)
        if text is None:
            return None
        match = _TRIGGER_TEXT.fullmatch(text)
        if match is None:
            raise Unreadable("trigger")
        topic, partition, offset, part = match.groups()
        return cls(topic, int(partition), int(offset), int(part))


def header(headers: Iterable[Header], name: str) -> str | None:
    """The last header of that name as text, or None.

    Raises:
        Unreadable: it is not text.
    """
    found = None
    for key, value in headers:
        if key == name:
            found = value
    if found is None:
        return None
    try:
        return found.decode()
    except UnicodeDecodeError:
        fault = Unreadable("header", name)
    raise fault


def kind_of(headers: Iterable[Header]) -> str | None:
    """The kind of fact the headers announce, without decoding the fact."""
    return header(headers, "ce_type")


def headers_of(
    fact: Fact, marks: Iterable[Header] = (), adopted: int = NEWEST
) -> tuple[Header, ...]:
    """The headers of a fact, and those marks; its subject is the hub's number of the person."""
    stored = committed().latest(type(fact), adopted)
    return head(
        event_id=fact.event_id,
        kind=stored.kind,
        occurred_at=fact.occurred_at,
        subject=None if fact.person_id is None else str(fact.person_id),
        schema_id=stored.schema_id,
        source=fact.source,
        marks=marks,
    )


@cache
def _same_for_all(kind: str, schema_id: int) -> tuple[Header, ...]:
    """The headers that do not differ from fact to fact of a kind."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", kind.encode()),
        ("ce_dataschema", f"urn:mappa-hub:schema:{schema_id}".encode()),
        ("content-type", b"application/avro"),
    )


def head(
    *,
    event_id: UUID,
    kind: str,
    occurred_at: datetime,
    schema_id: int,
    subject: str | None = None,
    source: str | None = None,
    marks: Iterable[Header] = (),
) -> tuple[Header, ...]:
    """The headers of anything; agencies are told no `source`."""
    return (
        ("ce_id", str(event_id).encode()),
        ("ce_time", occurred_at.isoformat().encode()),
        *_same_for_all(kind, schema_id),
        *(() if subject is None else (("ce_subject", subject.encode()),)),
        *(() if source is None else (("ce_source", source.encode()),)),
        *marks,
    )
