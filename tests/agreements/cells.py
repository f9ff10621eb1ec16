"""What one agency is shown of one fact about one case, read from the words of its file.

The oracle of the full matrix. Written from design §3 and decision 11 over the file as plain values
and the fact as its model, on purpose not from what compiles, cuts views or applies filters: two
readings of the same words have to agree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml

from schemas.base import Fact, FieldClass, Part
from schemas.catalogue import entry_of
from schemas.register import Address
from schemas.risk import REASON_CLASSES, AlertRaised, Reason, Urgency

LONDON = ZoneInfo("Europe/London")
File = Mapping[str, Any]
Leaves = dict[str, Any]
"""By path inside the fact, what is shown there."""
SUBTLE = {"event_id": "provenance"}
"""Made from its source, and so a second class."""


@dataclass(frozen=True)
class CaseLimit:
    """A case as the words of agreements ask about it, where every agency stands alike."""

    name: str
    on_case: bool = True
    age: str | None = "adult"
    area: str | None = "E06000015"
    category: int | None = 1
    level: int | None = 2
    named: bool | None = None
    """Whether agencies are on the list of who alone may know; None: there is none."""
    excluded: bool = False
    at: date = date(2026, 11, 26)

    def with_the_word_of(self, fact: Fact) -> "CaseLimit":
        """What nobody said before, the fact itself may say."""
        home = getattr(fact, "home", None)
        said = {
            "area": home.council_code if isinstance(home, Address) else None,
            "level": getattr(fact, "level", None),
            "age": "adult" if hasattr(fact, "born_on") else None,
        }
        unknown = {key: word for key, word in said.items() if getattr(self, key) is None}
        return CaseLimit(**{**self.__dict__, **unknown})


def files(folder: Path) -> dict[str, File]:
    """The files as plain values, by agency."""
    read = (yaml.safe_load(path.read_text()) for path in sorted(folder.glob("*.yaml")))
    return {one["agency"]: one for one in read}


def cell(signed: File, fact: Fact, case: CaseLimit) -> Leaves | None:
    """What the agency is shown; None: it is told nothing at all."""
    for grant in signed["receives"]:
        if entry_of(fact).topic_part in grant["facts"]:
            return _shown(signed, grant, fact) if _told(signed, grant, fact, case) else None
    return None


def _told(signed: File, grant: File, fact: Fact, case: CaseLimit) -> bool:
    case = case.with_the_word_of(fact)
    ours = signed["kind"] == "service"
    refusals = (
        fact.source == signed["agency"],
        entry_of(fact).topic_part in signed.get("never", {}).get("facts", ()),
        case.at > grant["expires"],
        grant["on_case"] and not case.on_case,
        grant.get("own_only", False) and getattr(fact, "agency", None) != signed["agency"],
        "areas" in grant and case.area not in grant["areas"],
        "categories" in grant and case.category not in grant["categories"],
        "levels" in grant and case.level not in grant["levels"],
        "ages" in grant and case.age not in grant["ages"],
        not ours and case.excluded,
        not ours and case.named is False,
        not ours and case.category == 4 and not case.named and not grant.get("category_4", False),
        not _granted(signed, grant),
    )
    return not any(refusals)


def _granted(signed: File, grant: File) -> set[str]:
    denied = {c for c, how in grant.get("redact", {}).items() if how == "omit"}
    return set(grant["classes"]) - denied - set(signed.get("never", {}).get("classes", ()))


# -- how much


def _shown(signed: File, grant: File, fact: Fact) -> Leaves:
    reader = _Reader(
        granted=_granted(signed, grant),
        redact=dict(grant.get("redact", {})),
        payload=grant.get("payload", "view"),
        known_by=set(signed.get("identifiers", ())),
        urgency=grant["urgency"],
    )
    return dict(reader.part(fact, ""))


@dataclass(frozen=True)
class _Reader:
    granted: set[str]
    redact: dict[str, str]
    payload: str
    known_by: set[str]
    urgency: str

    def part(self, part: Part, path: str) -> Iterator[tuple[str, Any]]:
        for name, info in type(part).model_fields.items():
            extra = info.json_schema_extra
            assert isinstance(extra, dict)
            field_class = str(extra["class"])
            if self.payload == "empty" or field_class not in self.granted:
                continue
            second = SUBTLE.get(name)
            if second is not None and (second not in self.granted or second in self.redact):
                continue
            yield from self._field(part, name, info.annotation, field_class, f"{path}.{name}")

    def _every_reason(self) -> bool:
        """An alert's urgency would tell a reason that is withheld."""
        whole = self.granted - self.redact.keys()
        return self.payload == "view" and all(one <= whole for one in REASON_CLASSES.values())

    def _field(
        self, part: Part, name: str, kind: Any, field_class: str, path: str
    ) -> Iterator[tuple[str, Any]]:
        value, how = getattr(part, name), self.redact.get(field_class)
        if isinstance(part, AlertRaised) and name == "urgency" and not self._every_reason():
            value = Urgency(self.urgency)
        number = name.endswith("_ref") or name in ("identifiers", "event_id", "caused_by")
        if self.payload == "id-only" or how == "id-only":
            if number:
                yield from self._whole(name, value, path)
        elif how == "mask":
            if _says_text(kind):
                yield path, "**REDACTED**"
            elif isinstance(value, Part) and not _optional(kind):
                yield from self.part(value, path)
        elif how == "coarsen":
            yield from self._coarse(value, path)
        else:
            yield from self._whole(name, value, path)

    def _whole(self, name: str, value: Any, path: str) -> Iterator[tuple[str, Any]]:
        if name == "identifiers":
            value = tuple(one for one in value if one.type.value in self.known_by)
        if isinstance(value, tuple) and value and isinstance(value[0], Reason):
            whole = self.granted - self.redact.keys()
            if not any(behind <= whole for behind in REASON_CLASSES.values()):
                return  # no reason can ever be told, so that there are reasons is not
            value = tuple(one for one in value if REASON_CLASSES[one] <= whole)
        yield from leaves(value, path)

    def _coarse(self, value: Any, path: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, datetime):
            yield path, value.astimezone(LONDON).strftime("%Y-%m")
        elif isinstance(value, date):
            yield path, value.strftime("%Y-%m")
        elif isinstance(value, Address):
            yield f"{path}.council_code", value.council_code


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value in there with its path; an empty list is one."""
    if isinstance(value, Part):
        value = dict(value)
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{path}.{name}")
    elif isinstance(value, list | tuple) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    else:
        yield path, () if isinstance(value, list) else value


def class_at(fact: type[Part], path: str) -> FieldClass:
    """The class of the field a path of the fact begins with."""
    extra = fact.model_fields[path[1:].split(".")[0].split("[")[0]].json_schema_extra
    assert isinstance(extra, dict)
    return FieldClass(str(extra["class"]))


def _says_text(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, str) and not issubclass(kind, StrEnum | UUID)


def _optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and type(None) in get_args(kind)
