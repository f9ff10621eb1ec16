"""A synthetic example of every fact an agency may say and of every notice it may get.

Made of `schemas/examples`, in which everybody is invented, through the agency's own views. Said to
a running hub as it is, a sample does nothing: it speaks of `NOBODY`, whom the hub cannot know, so
it comes back and nothing of it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

import schemas.base as facts
from schemas.base import Fact, FactAboutDevice, FactAboutPerson, Identifier, IdentifierType, Slug
from schemas.catalogue import BY_KIND
from services.agreements import ours
from services.agreements.compile import Agency, Notice
from services.agreements.views import View
from services.runtime import wire
from services.runtime.schema_store import SchemaStore

EXAMPLES = Path(facts.__file__).parent / "examples"
NOBODY = f"p-{0:032x}"
"""A person's reference that the hub gives nobody: whoever speaks of it is answered so."""
NOTHING_WORN = "worn-by-nobody"
SOMEBODY_ELSE = "another-body"
"""In place of whoever else a sample would name."""
NO_NOTICE = UUID(int=8 << 76 | 8 << 60)
INVENTED = {
    IdentifierType.PNC: "2001/0000001Q",
    IdentifierType.CRO: "000001/01G",
    IdentifierType.NOMS: "A0000AA",
    IdentifierType.CRN: "X000000",
    IdentifierType.NHS: "9990000018",
    IdentifierType.NINO: "AA000000A",
    IdentifierType.HOUSING: "EXAMPLE-1",
    IdentifierType.MDSS: "1",
}
"""A number of each type as it has to look."""

_OF_A_SLUG = get_args(Slug)[1]
"""What marks the type also where more is said of the field."""
_ANSWER_WITHIN = timedelta(hours=24)
_AS_TEXT: TypeAdapter[Any] = TypeAdapter(Any)


def said(slug: str, kind: str, known_by: Sequence[IdentifierType] = ()) -> Fact:
    """That fact as the agency says it, of nobody, with a number of each of those types."""
    fact = _example(kind)
    changed: dict[str, Any] = {
        "source": slug,
        "caused_by": None,
        "person_id": None,
        "recorded_at": None,
    }
    if isinstance(fact, FactAboutPerson):
        changed |= {"person_ref": NOBODY, "identifiers": _numbers(known_by)}
    if isinstance(fact, FactAboutDevice):
        changed["device_ref"] = NOTHING_WORN
    if "notice_ref" in type(fact).model_fields:
        changed["notice_ref"] = NO_NOTICE
    return fact.model_copy(update=_own(slug, fact, changed))


def line(fact: Fact) -> dict[str, Any]:
    """The fact as a line of the example client's `say`."""
    return {"kind": fact.kind(), "fact": fact.model_dump(mode="json", exclude_none=True)}


def told(agency: Agency, notice: Notice) -> dict[str, Any]:
    """That notice's record as the agency's view shows it, of nobody."""
    fact, grant = _example(notice.kind), agency.grants.get(notice.kind)
    received = fact.recorded_at or fact.occurred_at + timedelta(minutes=1)
    changed: dict[str, Any] = {"recorded_at": received}
    if isinstance(fact, FactAboutPerson):
        changed["identifiers"] = _numbers(agency.agreement.identifiers)
    itself = grant is None or grant.own_only
    fact = fact.model_copy(update=_own(agency.slug, fact, changed, itself=itself))
    return notice.view.show(
        fact,
        notice_ref=NO_NOTICE,
        person_ref=NOBODY,
        urgency=notice.urgency,
        act_by=_act_by(received) if notice.receipt else None,
    )


def in_notice(agency: Agency, notice: Notice) -> bytes:
    """That record as it stands in an inbox."""
    view, store = notice.view, SchemaStore()
    store.register(view.schema_id, view.schema)
    return wire.encode_view(view.schema_id, told(agency, notice), store)


def as_read(view: View, value: bytes) -> dict[str, Any]:
    """What a reader finds in those bytes, as JSON shows it."""
    store = SchemaStore()
    store.register(view.schema_id, view.schema)
    shown: dict[str, Any] = _AS_TEXT.dump_python(wire.decode_view(value, store), mode="json")
    return shown


def files(agency: Agency) -> Iterator[tuple[str, bytes]]:
    """Name and content of each sample's file."""
    for kind in agency.says:
        yield (
            f"says/{kind}.json",
            _json(line(said(agency.slug, kind, agency.agreement.identifiers))),
        )
    for notice in agency.notices:
        name, value = f"told/{notice.kind}.{notice.view.schema_id}", in_notice(agency, notice)
        yield f"{name}.json", _json(as_read(notice.view, value))
        yield f"{name}.avro", value


def _example(kind: str) -> Fact:
    path = min((EXAMPLES / kind).glob("*.json"))
    return BY_KIND[kind].fact.model_validate_json(path.read_bytes())


def _numbers(known_by: Sequence[IdentifierType]) -> tuple[Identifier, ...]:
    types = known_by or (IdentifierType.PNC,)
    return tuple(Identifier(type=one, value=INVENTED[one]) for one in types)


def _own(slug: str, fact: Fact, changed: dict[str, Any], *, itself: bool = False) -> dict[str, Any]:
    """What is changed, and no other body named by a word of the hub's examples."""
    ours_or_own = {slug, *ours.SAYS}

    def hidden(named: str) -> str:
        return named if named in ours_or_own else SOMEBODY_ELSE

    for name, hint in get_type_hints(type(fact), include_extras=True).items():
        named = getattr(fact, name, None)
        if name in changed or named is None or not _names_bodies(hint):
            continue
        if name == "agency" and itself:
            changed[name] = slug
        elif isinstance(named, str):
            changed[name] = hidden(named)
        else:
            changed[name] = tuple(dict.fromkeys(hidden(one) for one in named))
    return changed


def _names_bodies(hint: Any) -> bool:  # noqa: ANN401
    """Whether a field of that type says which body or bodies."""
    return any(one is _OF_A_SLUG or _names_bodies(one) for one in get_args(hint))


def _act_by(received: datetime) -> datetime:
    return received + _ANSWER_WITHIN


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
