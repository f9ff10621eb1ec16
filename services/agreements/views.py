"""What one agency sees of one fact: an Avro schema with the granted fields, and the redaction.

A view is the notice's head and, under `told`, the granted fields of the fact. A field is shown
if its class is granted; a part inside it shows those of its own fields whose class is granted.
What is withheld is in neither the schema nor the record. What is shown less than whole says so in
the schema: `shown` is `month` or `masked`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from schemas.base import Fact, FieldClass, IdentifierType, Part
from schemas.materialise import UNRECOGNISED, Schema, symbol
from schemas.notice import NoticeIssued
from schemas.risk import REASON_CLASSES, Urgency
from services.agreements.model import Agreement, Payload, Receives, Redaction
from services.agreements.whom import LONDON
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

COARSE: Mapping[str, frozenset[str]] = {"hub.register.Address": frozenset({"council_code"})}
"""What is left of a place: the area of its council where it is said. Of a bare point nothing is,
since its area is not known without a map. Source: local choice, see decision 11."""
MASKED = "**REDACTED**"
"""In place of masked text, as HMPPS writes it."""

_LESS = frozenset({Redaction.MASK, Redaction.COARSEN})
"""Redactions that change a value; the others let it stand or leave it out."""

_Redact = Callable[[Any], Any]

_NUMBERS = "identifiers"


_PLAINER = (Payload.EMPTY, Payload.ID_ONLY, Payload.VIEW)


@dataclass(frozen=True)
class Shown:
    """How much of a fact somebody is shown."""

    classes: Classes
    """Granted; where `redact` names one, less than whole."""
    redact: Mapping[FieldClass, Redaction] = field(default_factory=dict)
    payload: Payload = Payload.VIEW
    known_by: frozenset[IdentifierType] = frozenset()
    """Of a person's numbers those of a type the reader knows people by, and no other."""

    @classmethod
    def of(cls, agreement: Agreement, receives: Receives) -> Shown:
        """By one grant of a file; what the file denies is not granted."""
        omitted = {c for c, how in receives.redact.items() if how is Redaction.OMIT}
        return cls(
            frozenset(receives.classes) - omitted - frozenset(agreement.never.classes),
            receives.redact,
            receives.payload,
            frozenset(agreement.identifiers),
        )

    @property
    def whole(self) -> Classes:
        """The classes that are shown as they are."""
        return self.classes - self.redact.keys()

    @property
    def every_reason(self) -> bool:
        """Whether no reason of an alert is withheld; if one is, its urgency would tell it."""
        whole = self.whole if self.payload is Payload.VIEW else frozenset()
        return all(behind <= whole for behind in REASON_CLASSES.values())

    def within(self, other: Shown) -> bool:
        """Whether nothing is shown here that is not shown there, and nothing more plainly."""
        return (
            self.classes <= other.classes
            and self.known_by <= other.known_by
            and _PLAINER.index(self.payload) <= _PLAINER.index(other.payload)
            and all(
                self.redact.get(one) == how
                for one, how in other.redact.items()
                if one in self.classes
            )
        )

    def how(self, field_class: FieldClass, above: Redaction | None) -> Redaction | None:
        """How a field of that class is shown inside one shown like `above`; None: as it is."""
        if field_class not in self.classes or self.payload is Payload.EMPTY:
            return Redaction.OMIT
        own = self.redact.get(field_class)
        if self.payload is Payload.ID_ONLY:
            return Redaction.ID_ONLY
        if own is None or above is None or own is above:
            return own or above
        return Redaction.OMIT


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


def view_of(agency: str, fact: type[Fact], shown: Shown, adopted: int = NEWEST) -> View | None:
    """The agency's view of that fact, or None if no field of it is shown.

    It is cut from the schemas by which facts are written where ids up to `adopted` are in use. A
    notice without payload, or of ids alone, is told also where nothing is left to tell.
    """
    whole = _schema(fact, adopted)
    told = _Pruner(_definitions(fact, adopted), shown).record(whole, None, HIDES_SOURCE)
    if told is None:
        if shown.payload is Payload.VIEW or not shown.classes:
            return None
        told = {**whole, "fields": []}
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
        _told=_with_own_numbers(_fields(told), told, shown.known_by),
        _says_anew=any(item["name"] == "anew" for item in schema["fields"]),
    )


def views_of(agency: str, fact: type[Fact], shown: Shown) -> dict[int, View]:
    """The agency's views of that fact by the schema id from whose adoption on each holds."""
    found = {
        since: view_of(agency, fact, shown, since)
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


def classes_behind(view: View) -> dict[str, Classes]:
    """By field of the fact, the classes behind the words it can show (design §3)."""
    told = next(item["type"] for item in view.schema["fields"] if item["name"] == "told")
    found: dict[str, Classes] = {}
    for item in told["fields"]:
        enums: dict[str, Schema] = {}
        _collect(item["type"], enums)
        for name in enums.keys() & WORD_CLASSES.keys():
            needed = WORD_CLASSES[name]
            words = (needed[word] for word in enums[name]["symbols"] if word in needed)
            found[item["name"]] = frozenset().union(*words)
    return found


def withheld_words(classes: Classes) -> dict[str, list[str]]:
    """By enum, the words a reader with these classes is not shown."""
    return {
        enum: [word for word, needed in words.items() if not needed <= classes]
        for enum, words in WORD_CLASSES.items()
    }


class _Pruner:
    """Keeps of a schema what is shown. Definitions stand wherever they are used."""

    def __init__(self, definitions: Mapping[str, Schema], shown: Shown) -> None:
        self._definitions = definitions
        self._shown = shown

    def record(
        self, schema: Schema, above: Redaction | None, second: Mapping[str, FieldClass]
    ) -> Schema | None:
        """The record with what is shown of its fields, or None if nothing is."""
        coarse = COARSE.get(_full(schema), frozenset())
        kept = []
        for item in schema["fields"]:
            how = self._shown.how(FieldClass(item["class"]), above)
            also = second.get(item["name"])
            if also is not None and also not in self._shown.whole:
                continue
            if how is Redaction.COARSEN and item["name"] in coarse:
                how = None
            kind = self._field(item, how, of_an_id=above is Redaction.ID_ONLY)
            if kind is not None:
                kept.append({**item, "type": kind})
        return {**schema, "fields": kept} if kept else None

    def _field(self, item: Schema, how: Redaction | None, *, of_an_id: bool) -> Any:  # noqa: ANN401
        if how is Redaction.OMIT:
            return None
        if how is Redaction.ID_ONLY and not (of_an_id or is_id(item["name"])):
            return None
        return self._type(item["type"], how)

    def _type(self, kind: Any, how: Redaction | None) -> Any:  # noqa: ANN401
        if isinstance(kind, list):
            # Masked or not there: the difference would tell.
            inner = None if how is Redaction.MASK else self._type(kind[1], how)
            return None if inner is None else [kind[0], inner]
        if isinstance(kind, str):
            named = self._definitions.get(kind)
            return _plain(kind, how) if named is None else self._type(named, how)
        if kind["type"] == "array":
            return None if how is Redaction.MASK else self._array(kind, how)
        if kind["type"] == "record":
            return self.record(kind, how, {})
        if how in _LESS:
            return _plain(kind.get("logicalType"), how)
        if kind["type"] == "enum" and _full(kind) in WORD_CLASSES:
            raise Stop(f"{_full(kind)}: words of several classes stand in a list")
        return kind

    def _array(self, kind: Schema, how: Redaction | None) -> Schema | None:
        items = kind["items"]
        named = self._definitions.get(items, items) if isinstance(items, str) else items
        if isinstance(named, dict) and named["type"] == "enum" and _full(named) in WORD_CLASSES:
            inner = None if how in _LESS else self._words(named)
        else:
            inner = self._type(items, how)
        return None if inner is None else {**kind, "items": inner}

    def _words(self, enum: Schema) -> Schema | None:
        """A word is shown if all that is behind it is shown whole."""
        needed, whole = WORD_CLASSES[_full(enum)], self._shown.whole
        words = [w for w in enum["symbols"] if w in needed and needed[w] <= whole]
        return {**enum, "symbols": [*words, UNRECOGNISED]} if words else None


def is_id(name: str) -> bool:
    """Whether a field of a fact is nothing but a number by which to ask for more."""
    return name.endswith("_ref") or name in {_NUMBERS, "event_id", "caused_by"}


def _plain(kind: str | None, how: Redaction | None) -> Any:  # noqa: ANN401
    """What is shown of a single value: itself, what stands for it, or None for nothing."""
    if how not in _LESS:
        return kind
    if how is Redaction.MASK and kind == "string":
        return {"type": "string", "shown": "masked"}
    if how is Redaction.COARSEN and kind in {"date", "timestamp-micros"}:
        return {"type": "string", "shown": "month"}
    return None


def _redactor(kind: Any) -> _Redact | None:  # noqa: ANN401
    """What leaves of a value only what the schema has, or None where all of it stays."""
    if isinstance(kind, str):
        return None
    if isinstance(kind, list):
        inner = _redactor(kind[1])
        return inner and (lambda value: None if value is None else inner(value))
    if kind["type"] == "array":
        return _items(kind["items"])
    if "shown" in kind:
        return _month if kind["shown"] == "month" else lambda _: MASKED
    return _fields(kind) if kind["type"] == "record" else None


def _month(value: date | datetime) -> str:
    """The civil month, in London where an instant is meant, as `2026-11`."""
    day = value.astimezone(LONDON) if isinstance(value, datetime) else value
    return f"{day.year:04}-{day.month:02}"


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
