"""Canary tokens in place of everything text can be in what agencies say of invented people.

A token stands in one field of one person alone, so where it turns up says whose data leaked from
which field. Numbers by which several facts mean one thing (`…_ref`) have one token a person.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.base import Fact, FieldClass, Identifier, IdentifierType
from services.agreements.compile import Agreements
from tests.makers import (
    a_conviction,
    a_fitting,
    a_joining,
    a_level,
    a_notification,
    a_pnc,
    a_release,
    a_release_date,
    a_rosh,
    a_tamper,
    a_tenancy,
    a_tenancy_end,
    a_tenancy_offer,
    a_zone,
    a_zone_ending,
    an_address_change,
    later,
)

F = TypeVar("F", bound=Fact)
TOKEN = re.compile(rb"cnry[0-9a-f]{12}")
LEADS = frozenset({"derbyshire-police", "probation"})
"""They may know of everybody who is managed."""
_WHO = frozenset({"source", "agency", "previous", "restricted_to", "excluded"})
"""Names of bodies, not of people."""
CANNOT = frozenset({"prison_code", "home.postcode", "home.council_code"})
"""Text whose form no token has: three capitals, eight letters, a council's code."""
_OF_NO_FORM = IdentifierType.HOUSING
"""Of a person's numbers the one that is whatever its issuer writes; others have a form."""
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Planted:
    """What a token stands for."""

    person: int
    path: str
    classes: frozenset[FieldClass]


@dataclass
class Canaries:
    """The tokens of one run."""

    run: str
    planted: dict[str, Planted] = field(default_factory=dict)

    def in_place(self, fact: F, person: int) -> F:
        """The fact with a token wherever one fits."""
        for path, value in list(_texts(fact.model_dump())):
            classes = _classes(type(fact), path)
            named = _dotted(path)
            said = value if named.endswith("_ref") else f"{fact.event_id}{path}"
            token = self._token(person, said)
            changed = _with(fact.model_dump(), path, token)
            try:
                fact = type(fact).model_validate(changed)
            except ValidationError:
                continue
            self.planted[token] = Planted(person, f"{fact.kind()}:{named}", classes)
        return fact

    def _token(self, person: int, said: str) -> str:
        digest = blake2b(f"{self.run} {person} {said}".encode(), digest_size=6)
        return f"cnry{digest.hexdigest()}"

    def in_bytes(self, *parts: bytes | str | None) -> set[str]:
        """The tokens that stand in them."""
        whole = b"\n".join(p.encode() if isinstance(p, str) else p or b"" for p in parts)
        return {found.decode() for found in TOKEN.findall(whole)} & self.planted.keys()

    def not_for(
        self, agency: str, found: Iterable[str], on_case: Mapping[int, str], known: Agreements
    ) -> set[str]:
        """Those of the tokens that the agency may not know, by the words of its agreement."""
        signed = known.agencies[agency].agreement
        granted = {one for grant in signed.receives for one in grant.classes}
        granted -= {*signed.never.classes}
        return {
            token
            for token in found
            if not self.planted[token].classes <= granted
            or (agency not in LEADS and on_case[self.planted[token].person] != agency)
        }


def told_of(number: int, on_case: str) -> Iterator[Fact]:
    """What agencies say of one invented person, with one body on the case."""
    her: dict[str, Any] = {"identifiers": (a_pnc(number),)}
    yield a_conviction(**her)
    yield a_joining(on_case, **her)
    yield a_level(2, **her)
    yield a_rosh(**her)
    yield a_notification(**her)
    yield an_address_change(source="probation", **her)
    yield a_zone(zone_ref=f"zone-{number}", **her)
    device = {"device_ref": f"device-{number}"}
    yield a_fitting(**device, **her)
    yield a_tamper(**device)
    yield a_release_date(**her)
    tenancy = {"tenancy_ref": f"tenancy-{number}"}
    tenant = Identifier(type=IdentifierType.HOUSING, value=f"T-{number}")
    by_number = {"identifiers": (*her["identifiers"], tenant)}
    yield a_tenancy_offer(**tenancy, **by_number)
    yield a_tenancy(**tenancy, **by_number)
    yield a_tenancy_end(**tenancy, **her)
    yield a_release(**her)
    yield a_zone_ending(zone_ref=f"zone-{number}", **her)
    # What comes back: a day and more ahead, and said by a body of somebody it names wrongly.
    yield a_level(3, occurred_at=later(days=4_000), **her)
    yield a_tenancy_offer(
        occurred_at=later(days=4_000), identifiers=(tenant,), tenancy_ref=f"ahead-{number}"
    )


def text_fields(facts: Iterable[Fact]) -> set[str]:
    """Every field of text there is in them, but for names of bodies."""
    return {_dotted(path) for fact in facts for path, _ in _texts(fact.model_dump())}


def _texts(value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        if value.get("type", _OF_NO_FORM) is not _OF_NO_FORM:
            return
        for name, part in value.items():
            if name not in _WHO:
                yield from _texts(part, (*at, name))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _texts(part, (*at, number))
    elif isinstance(value, str) and not isinstance(value, Enum):
        yield at, value


def _with(values: dict[str, Any], path: Path, token: str) -> dict[str, Any]:
    whole: Any = values
    for step in path[:-1]:
        if isinstance(whole[step], tuple):
            whole[step] = list(whole[step])
        whole = whole[step]
    whole[path[-1]] = token
    return values


def _dotted(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))


def _classes(model: type[BaseModel], path: Path) -> frozenset[FieldClass]:
    """Of the field and of all it stands in."""
    found, here = set(), model
    for step in path:
        if isinstance(step, int):
            continue
        info = here.model_fields[step]
        extra = info.json_schema_extra
        if isinstance(extra, dict):
            found.add(FieldClass(str(extra["class"])))
        inner = [one for one in _parts(info.annotation) if issubclass(one, BaseModel)]
        here = inner[0] if inner else here
    return frozenset(found)


def _parts(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        yield annotation
    for one in getattr(annotation, "__args__", ()):
        yield from _parts(one)
