"""What one agency sees of one fact: an Avro schema with the granted fields, and the redaction.

A view is the notice's head and, under `told`, the granted fields of the fact. A field is shown
if its class is granted; a part inside it shows those of its own fields whose class is granted.
What is withheld is in neither the schema nor the record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from schemas.base import Fact, FieldClass, IdentifierType, Part
from schemas.materialise import UNRECOGNISED, Schema, symbol
from schemas.notice import NoticeIssued
from schemas.risk import REASON_CLASSES, Urgency
from services.runtime.faults import Stop
from services.runtime.schema_store import NEWEST, committed

Classes = frozenset[FieldClass]

HIDES_SOURCE: Mapping[str, FieldClass] = {"event_id": FieldClass.PROVENANCE}
"""Fields of a fact's head that need a second class: an event's id is made from its source, and
whoever guesses the source could confirm it. Source: local choice, see decision 3."""
WORD_CLASSES: Mapping[str, Mapping[str, Classes]] = {
    "hub.risk.Reason": {symbol(reason.value): classes for reason, classes in REASON_CLASSES.items()}
}
"""Enums whose words inherit the classes of what is behind them (design §3)."""
FIRST_VIEW_ID = 2**30
"""Ids below are the committed schemas'."""

_Redact = Callable[[Any], Any]


_NUMBERS = "identifiers"


@dataclass(frozen=True)
class View:
    """A fact as one agency may see it."""

    schema_id: int
    schema: Schema
    fields: tuple[str, ...]
    """The granted fields of the fact, in its order."""
    _about: str = field(repr=False)
    _told: _Redact = field(repr=False, compare=False)
    _says_anew: bool = field(default=False, repr=False)

    def show(
        self,
        fact: Fact,
        *,
        notice_ref: UUID,
        person_ref: str,
        urgency: Urgency,
        act_by: datetime | None = None,
        anew: bool = False,
    ) -> dict[str, Any]:
        """The record to encode under `schema_id`, values as in our models.

        A field that is not granted is absent.
        """
        head = {
            "notice_ref": notice_ref,
            "person_ref": person_ref,
            "about": self._about,
            "urgency": urgency,
            "act_by": act_by,
            "told": self._told(fact),
        }
        if self._says_anew:
            head["anew"] = anew
        return head


def view_of(
    agency: str,
    fact: type[Fact],
    classes: Classes,
    known_by: frozenset[IdentifierType] = frozenset(),
    adopted: int = NEWEST,
) -> View | None:
    """The agency's view of that fact, or None if no field of it is of a granted class.

    Of a person's numbers it shows those of a type the agency knows people by, and no other. It is
    cut from the schemas by which facts are written where ids up to `adopted` are in use.
    """
    whole = _schema(fact, adopted)
    told = _Pruner(_definitions(fact, adopted), classes).record(whole, HIDES_SOURCE)
    if told is None:
        return None
    schema = _once(
        {
            "type": "record",
            "name": f"{fact.__name__}Notice",
            "namespace": f"hub.to.{agency.replace('-', '_')}",
            "doc": f"What {agency} is told of {fact.kind()}.",
            "fields": [
                *_head(adopted),
                {"name": "told", "type": told, "doc": "The fact, as far as it is granted."},
            ],
        },
        set(),
    )
    return View(
        schema_id=schema_id(schema),
        schema=schema,
        fields=tuple(item["name"] for item in told["fields"]),
        _about=fact.kind(),
        _told=_with_own_numbers(_fields(told), told, known_by),
        _says_anew=any(item["name"] == "anew" for item in schema["fields"]),
    )


def views_of(
    agency: str,
    fact: type[Fact],
    classes: Classes,
    known_by: frozenset[IdentifierType] = frozenset(),
) -> dict[int, View]:
    """The agency's views of that fact by the schema id from whose adoption on each holds."""
    found = {
        since: view_of(agency, fact, classes, known_by, since)
        for since in committed().changes(fact, NoticeIssued)
    }
    return {since: view for since, view in found.items() if view is not None}


def canonical(schema: Schema) -> bytes:
    """The schema as the same bytes wherever it is made."""
    return json.dumps(schema, sort_keys=True, separators=(",", ":")).encode()


def schema_id(schema: Schema) -> int:
    """The id of a view's schema: above every committed one, the same at every `apply`."""
    digest = blake2b(canonical(schema), digest_size=8).digest()
    return FIRST_VIEW_ID + int.from_bytes(digest, "big") % FIRST_VIEW_ID


def withheld_words(classes: Classes) -> dict[str, list[str]]:
    """By enum, the words a reader with these classes is not shown."""
    return {
        enum: [word for word, needed in words.items() if not needed <= classes]
        for enum, words in WORD_CLASSES.items()
    }


class _Pruner:
    """Keeps of a schema what is granted. Definitions stand wherever they are used."""

    def __init__(self, definitions: Mapping[str, Schema], classes: Classes) -> None:
        self._definitions = definitions
        self._classes = classes

    def record(self, schema: Schema, second: Mapping[str, FieldClass]) -> Schema | None:
        """The record with its granted fields, or None if there are none."""
        kept = []
        for item in schema["fields"]:
            granted = FieldClass(item["class"]) in self._classes
            also = second.get(item["name"])
            if not granted or (also is not None and also not in self._classes):
                continue
            kind = self._type(item["type"])
            if kind is not None:
                kept.append({**item, "type": kind})
        return {**schema, "fields": kept} if kept else None

    def _type(self, kind: Any) -> Any:  # noqa: ANN401
        if isinstance(kind, list):
            inner = self._type(kind[1])
            return None if inner is None else [kind[0], inner]
        if isinstance(kind, str):
            named = self._definitions.get(kind)
            return kind if named is None else self._type(named)
        if kind["type"] == "array":
            return self._array(kind)
        if kind["type"] == "record":
            return self.record(kind, {})
        if kind["type"] == "enum" and _full(kind) in WORD_CLASSES:
            raise Stop(f"{_full(kind)}: words of several classes stand in a list")
        return kind

    def _array(self, kind: Schema) -> Schema | None:
        items = kind["items"]
        named = self._definitions.get(items, items) if isinstance(items, str) else items
        if isinstance(named, dict) and named["type"] == "enum" and _full(named) in WORD_CLASSES:
            inner = self._words(named)
        else:
            inner = self._type(items)
        return None if inner is None else {**kind, "items": inner}

    def _words(self, enum: Schema) -> Schema | None:
        needed = WORD_CLASSES[_full(enum)]
        words = [w for w in enum["symbols"] if w in needed and needed[w] <= self._classes]
        return {**enum, "symbols": [*words, UNRECOGNISED]} if words else None


def _redactor(kind: Any) -> _Redact | None:  # noqa: ANN401
    """What leaves of a value only what the schema has, or None where all of it stays."""
    if isinstance(kind, str):
        return None
    if isinstance(kind, list):
        inner = _redactor(kind[1])
        return inner and (lambda value: None if value is None else inner(value))
    if kind["type"] == "array":
        return _items(kind["items"])
    return _fields(kind) if kind["type"] == "record" else None


def _with_own_numbers(
    told: _Redact, schema: Schema, known_by: frozenset[IdentifierType]
) -> _Redact:
    if not any(item["name"] == _NUMBERS for item in schema["fields"]):
        return told

    def own_numbers(fact: Any) -> dict[str, Any]:  # noqa: ANN401
        shown: dict[str, Any] = told(fact)
        shown[_NUMBERS] = [one for one in shown[_NUMBERS] if one["type"] in known_by]
        return shown

    return own_numbers


def _fields(record: Schema) -> _Redact:
    found = {item["name"]: _redactor(item["type"]) for item in record["fields"]}
    redacted = [(name, redact) for name, redact in found.items() if redact is not None]

    def fields(value: Part) -> dict[str, Any]:
        whole = value.__dict__
        shown = {name: whole[name] for name in found}
        for name, redact in redacted:
            shown[name] = redact(shown[name])
        return shown

    return fields


def _items(kind: Any) -> _Redact | None:  # noqa: ANN401
    if isinstance(kind, dict) and kind["type"] == "enum" and _full(kind) in WORD_CLASSES:
        shown = frozenset(kind["symbols"])
        return lambda words: [word for word in words if symbol(word) in shown]
    inner = _redactor(kind)
    return inner and (lambda values: [inner(value) for value in values])


@cache
def _schema(fact: type[Fact], adopted: int) -> Schema:
    return committed().latest(fact, adopted).schema


@cache
def _definitions(fact: type[Fact], adopted: int) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    _collect(_schema(fact, adopted), found)
    return found


def _collect(kind: Any, found: dict[str, Schema]) -> None:  # noqa: ANN401
    if isinstance(kind, list):
        for item in kind:
            _collect(item, found)
    elif isinstance(kind, dict):
        if kind["type"] in ("record", "enum"):
            found[_full(kind)] = kind
        for item in kind.get("fields", ()):
            _collect(item["type"], found)
        _collect(kind.get("items"), found)


def _once(kind: Any, named: set[str]) -> Any:  # noqa: ANN401
    """The schema with each name defined where it is first used and only named after that."""
    if isinstance(kind, list):
        return [_once(item, named) for item in kind]
    if not isinstance(kind, dict):
        return kind
    if kind["type"] in ("record", "enum"):
        if _full(kind) in named:
            return _full(kind)
        named.add(_full(kind))
    changed = dict(kind)
    if "fields" in kind:
        changed["fields"] = [{**f, "type": _once(f["type"], named)} for f in kind["fields"]]
    if "items" in kind:
        changed["items"] = _once(kind["items"], named)
    return changed


def _full(kind: Schema) -> str:
    return f"{kind['namespace']}.{kind['name']}"


def _head(adopted: int) -> list[Schema]:
    said = {item["name"]: item for item in _schema(NoticeIssued, adopted)["fields"]}
    person = {
        "name": "person_ref",
        "type": "string",
        "doc": "The hub's reference of the person for this reader alone.",
    }
    head = [said["notice_ref"], person, said["about"], said["urgency"], said["act_by"]]
    return [*head, said["anew"]] if "anew" in said else head
